// Candor's training step: the user's own loop, compiled; the batch is gathered inside the step.

#include "bench/chargpt.h"
#include "bench/network.h"
#include "bench/recurrent.h"
#include "bench/stepper.h"
#include "bench/transformer.h"
#include "bench/vision.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/index.h"

namespace candor::bench {
namespace {

TrainingStep step_on(const Sequential& model, const Inputs& in, bool binary, const PlanOptions& options) {
  const Tensor x = in.x, y = binary ? in.y.to(DType::f32).view_reshape({in.y.size(), 1}) : in.y;
  const Adam adam{1e-3, {.epsilon = 1e-8, .torch_epsilon = true}};
  const Loss loss_of = binary ? Loss(BinaryCrossentropy{.from_logits = true}) : Loss(SparseCategoricalCrossentropy{.from_logits = true});
  return compile([=](Tensor rows) {
    const auto parameters = model.parameters();
    auto [loss, gradients] = value_and_grad([&] { return loss_of(take(y, rows), model(take(x, rows), training)); }, parameters);
    adam.apply(gradients);
    return loss;
  }, options);
}

}  // namespace

std::unique_ptr<System> candor_training(const Case& c, const Inputs& inputs, const PlanOptions& options) {
  if (!c.gpt.form.empty()) return candor_transformer(c, inputs, options);
  if (c.gpt.width) return candor_chargpt(c, inputs, options);
  if (c.recurrent.units) return candor_recurrent(c, inputs, options);
  if (!c.vision.net.empty()) return vision_training(c, inputs, options);
  return stepper(c, inputs, step_on(make_network(c, inputs), inputs, c.binary(), options));
}

}  // namespace candor::bench
