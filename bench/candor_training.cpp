// Candor's training step: the user's own loop, compiled; the batch is gathered inside the step.
#include <chrono>

#include "bench/chargpt.h"
#include "bench/network.h"
#include "bench/recurrent.h"
#include "bench/system.h"
#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/index.h"

namespace candor::bench {
namespace {

class Training : public System {
 public:
  Training(const Case& c, const Inputs& in, const PlanOptions& options) : case_(c), step_(step_on(make_network(c, in), in, options)) {
    name = "Candor";
    threads = candor::threads();
    const auto batch = static_cast<std::size_t>(c.batch);
    for (std::size_t at = 0; at + batch <= in.order.size(); at += batch)
      batches_.push_back(Tensor::from(std::span(in.order).subspan(at, batch), Shape{c.batch}));
    for (std::int64_t s = 0; s < c.checked; ++s) parity.push_back(next().item<double>());
  }

  double run() override {
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t s = 0; s < case_.steps; ++s) next();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  const Program* program() const override {
    const std::vector<TensorType> types{batches_[0].type()};
    return &step_.function().program(types);
  }

 private:
  using Step = Compiled<Tensor, Tensor>;

  static Step step_on(const Sequential& model, const Inputs& in, const PlanOptions& options) {
    const Tensor x = in.x, y = in.y;
    const Adam adam{1e-3, {.epsilon = 1e-8, .torch_epsilon = true}};
    const SparseCategoricalCrossentropy loss_of{.from_logits = true};
    return compile([=](Tensor rows) {
      const auto parameters = model.parameters();
      auto [loss, gradients] = value_and_grad([&] { return loss_of(take(y, rows), model(take(x, rows), training)); }, parameters);
      adam.apply(gradients);
      return loss;
    }, options);
  }

  Tensor next() { return step_(batches_[at_++ % batches_.size()]); }

  Case case_;
  Step step_;
  std::vector<Tensor> batches_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<System> candor_training(const Case& c, const Inputs& inputs, const PlanOptions& options) {
  if (c.gpt.width) return candor_chargpt(c, inputs, options);
  if (c.recurrent.units) return candor_recurrent(c, inputs, options);
  return std::make_unique<Training>(c, inputs, options);
}

}  // namespace candor::bench
