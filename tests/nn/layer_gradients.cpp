#include "tests/nn/layer_gradients.h"

#include <gtest/gtest.h>

#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor::testing {

Tensor pattern(const Shape& shape, double phase) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(std::sin(1.7 * static_cast<double>(i) + phase + 0.3) + 0.3 * std::cos(0.9 * static_cast<double>(i * i % 17) + phase));
  return Tensor::from(values, shape);
}

void disturb_weights(const Layer& layer, double size) {
  double phase = 1;
  for (const Variable& w : layer.variables()) w.assign((pattern(w.shape(), phase += 0.7) * Tensor::full({}, size, DType::f64)).to(w.type().dtype));
}

void check_layer_gradients(const Layer& layer, const std::vector<Tensor>& inputs, const CallOptions& options) {
  const auto loss_of = [&](std::span<const Tensor> in) {
    Tensor total;
    double phase = 2;
    for (const Tensor& y : layer.call(in, options)) {
      const Tensor part = sum(y * pattern(y.shape(), phase += 0.5));
      total = total.defined() ? total + part : part;
    }
    return total;
  };
  const CompiledFunction loss([&](std::span<const Tensor> in) { return std::vector<Tensor>{loss_of(in)}; });
  (void)loss(inputs);  // builds
  const std::vector<Variable> weights = layer.parameters();
  const CompiledFunction slopes([&](std::span<const Tensor> in) {
    std::vector<Tensor> xs(in.begin(), in.end());
    for (const Variable& w : weights) xs.push_back(w.value());
    const Tensor y = loss_of(in);
    return gradients(std::span(&y, 1), {}, xs);
  });
  const std::vector<Tensor> got = slopes(inputs);
  const auto compare = [&](const std::string& what, const Tensor& found, const auto& loss_with) {
    const std::vector<double> g = found.to_vector<double>();
    double largest = 1e-3;
    for (double v : g) largest = std::max(largest, std::abs(v));
    const std::size_t step = std::max<std::size_t>(1, g.size() / 17);
    for (std::size_t i = 0; i < g.size(); i += step) {
      const double h = 1e-6, difference = (loss_with(i, h) - loss_with(i, -h)) / (2 * h);
      EXPECT_NEAR(g[i], difference, 1e-6 * std::max(largest, 1.0)) << layer.kind() << ": gradient to " << what << ", entry " << i;
    }
  };
  for (std::size_t k = 0; k < inputs.size(); ++k)
    compare("input " + std::to_string(k), got[k], [&](std::size_t i, double h) {
      std::vector<Tensor> moved(inputs);
      std::vector<double> values = inputs[k].to_vector<double>();
      values[i] += h;
      moved[k] = Tensor::from(values, inputs[k].shape()).with_mask(inputs[k].mask());
      return loss(moved)[0].item<double>();
    });
  for (std::size_t k = 0; k < weights.size(); ++k)
    compare(weights[k].name(), got[inputs.size() + k], [&](std::size_t i, double h) {
      const Tensor before = weights[k].tensor().clone();
      std::vector<double> values = before.to_vector<double>();
      values[i] += h;
      weights[k].assign(Tensor::from(values, before.shape()));
      const double y = loss(inputs)[0].item<double>();
      weights[k].assign(before);
      return y;
    });
}

}  // namespace candor::testing
