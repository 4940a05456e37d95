#include "bench/recurrent.h"

#include <cmath>
#include <numeric>

#include "bench/stepper.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/model.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor::bench {
namespace {

constexpr std::int64_t rows = 1024;

Sequential model_of(const Case& c, const Inputs& in) {
  const RecurrentSpec& r = c.recurrent;
  Sequential model;
  if (r.vocabulary) model.add(Embedding{r.vocabulary, r.inputs});
  const Layer layer = r.cell == "gru" ? Layer(GRU{r.units}) : r.cell == "simple" ? Layer(SimpleRNN{r.units}) : Layer(LSTM{r.units});
  model.add(r.both ? Layer(Bidirectional{layer}) : layer);
  model.add(Dense{r.outputs});
  model.build(in.x.shape().without(0), in.x.dtype());
  model.set_weights(in.weights);
  return model;
}

TrainingStep step_on(const Case& c, const Inputs& in, const PlanOptions& options) {
  const Sequential model = model_of(c, in);
  const Tensor x = in.x, y = in.y;
  const bool classes = c.recurrent.outputs > 1;
  const Adam adam{1e-3, {.epsilon = 1e-8, .torch_epsilon = true}};
  const SparseCategoricalCrossentropy of_classes{.from_logits = true};
  const BinaryCrossentropy of_logit{.from_logits = true};
  return compile([=](Tensor picked) {
    const auto parameters = model.parameters();
    auto [loss, gradients] = value_and_grad([&] {
      const Tensor logits = model(take(x, picked), training), truth = take(y, picked);
      return classes ? of_classes(truth, logits) : of_logit(expand_dims(cast(truth, DType::f32), 1), logits);
    }, parameters);
    adam.apply(gradients);
    return loss;
  }, options);
}

std::vector<Shape> weight_shapes_of(const RecurrentSpec& r) {
  std::vector<Shape> shapes;
  if (r.vocabulary) shapes.push_back({r.vocabulary, r.inputs});
  const std::int64_t gates = r.cell == "gru" ? 3 : r.cell == "simple" ? 1 : 4;
  for (int direction = 0; direction < (r.both ? 2 : 1); ++direction) {
    shapes.push_back({r.inputs, gates * r.units});
    shapes.push_back({r.units, gates * r.units});
    shapes.push_back(r.cell == "gru" ? Shape{2, gates * r.units} : Shape{gates * r.units});
  }
  shapes.push_back({(r.both ? 2 : 1) * r.units, r.outputs});
  shapes.push_back({r.outputs});
  return shapes;
}

}  // namespace

Inputs recurrent_inputs(const Case& c) {
  const RecurrentSpec& r = c.recurrent;
  Inputs in;
  std::vector<std::int32_t> y;
  if (r.vocabulary) {
    std::vector<std::int32_t> ids;
    for (std::int64_t k = 0; k < rows * r.time; ++k) ids.push_back(static_cast<std::int32_t>(uniform_at(9, static_cast<std::uint64_t>(k)) * static_cast<double>(r.vocabulary)));
    for (std::int64_t i = 0; i < rows; ++i) y.push_back(ids[static_cast<std::size_t>((i + 1) * r.time - 1)] % 2);
    in.x = Tensor::from(ids, {rows, r.time});
  } else {
    std::vector<float> x;
    for (std::int64_t k = 0; k < rows * r.time * r.inputs; ++k) x.push_back(static_cast<float>(2 * uniform_at(9, static_cast<std::uint64_t>(k)) - 1));
    for (std::int64_t i = 0; i < rows; ++i) y.push_back(static_cast<std::int32_t>((x[static_cast<std::size_t>(((i + 1) * r.time - 1) * r.inputs)] + 1) / 2 * static_cast<float>(r.outputs)));
    in.x = Tensor::from(x, {rows, r.time, r.inputs});
  }
  in.y = Tensor::from(y);
  in.order.resize(static_cast<std::size_t>(rows));
  std::iota(in.order.begin(), in.order.end(), 0);
  std::uint64_t seed = c.seed;
  const std::vector<Shape> shapes = weight_shapes_of(r);
  for (std::size_t i = 0; i < shapes.size(); ++i, ++seed) {
    const Shape& shape = shapes[i];
    Tensor t = Tensor::zeros(shape);
    const bool matrix = shape.rank() == 2 && shape[0] > 2;
    const double limit = matrix ? std::sqrt(6.0 / static_cast<double>(shape[0] + shape[1])) : 0.1;
    float* w = t.mutable_data<float>();
    for (std::int64_t k = 0; k < shape.size(); ++k) w[k] = static_cast<float>(limit * (2 * uniform_at(seed, static_cast<std::uint64_t>(k)) - 1));
    in.weights.push_back(t);
  }
  return in;
}

std::unique_ptr<System> candor_recurrent(const Case& c, const Inputs& inputs, const PlanOptions& options) { return stepper(c, inputs, step_on(c, inputs, options)); }

}  // namespace candor::bench
