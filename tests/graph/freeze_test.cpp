#include "candor/graph/freeze.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/nn/dtype_policy.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "tests/support/allocations.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

Tensor numbers(const Shape& shape, double scale, double shift = 0) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<float>(shift + scale * static_cast<double>((i * 7919 + 13) % 101 - 50) / 50));
  return Tensor::from(values, shape);
}

// Convolution, normalisation and shortcut as residual networks have them, a depthwise convolution up to 6, and a dense end.
Model residual() {
  const Symbol x = Input({14, 15, 32});
  const Symbol a = ReLU()(BatchNormalization()(Conv2D(64, 3, {.padding = "same", .use_bias = false})(x)));
  const Symbol b = BatchNormalization()(Conv2D(64, 3, {.padding = "same", .use_bias = false})(a));
  const Symbol c = Activation("relu")(Add{}(std::vector<Symbol>{b, a}));
  const Symbol d = ReLU({.max_value = 6})(BatchNormalization()(DepthwiseConv2D(3, {.padding = "same", .use_bias = false})(c)));
  const Symbol e = Add{}(std::vector<Symbol>{BatchNormalization()(Conv2D(64, 1, {.use_bias = false})(d)), c});
  const Model model(x, Dense(10)(GlobalAveragePooling2D{}(e)));
  for (const auto& [name, weight] : model.named_variables())
    weight.assign(numbers(weight.shape(), name.find("variance") != std::string::npos ? .4 : .3, name.find("variance") != std::string::npos || name.find("gamma") != std::string::npos ? 1 : 0));
  return model;
}

std::shared_ptr<const Graph> forward(const Model& model, const TensorType& type) {
  return trace([&](std::span<const Tensor> x) { return std::vector<Tensor>{model(x[0])}; }, std::vector<TensorType>{type});
}

}  // namespace

TEST(Freeze, TheSameNumbersWithNormalisationsFolded) {
  const Model model = residual();
  const Tensor x = numbers({3, 14, 15, 32}, 1);
  const auto graph = forward(model, x.type());
  Program plain(graph, {.device = "reference", .rewrite = false}), frozen(freeze(graph)), reference(freeze(graph), {.device = "reference"});
  const auto want = plain.run(std::vector<Tensor>{x})[0].to_vector<double>();
  for (Program* program : {&frozen, &reference}) {
    const auto got = program->run(std::vector<Tensor>{x})[0].to_vector<double>(), again = program->run(std::vector<Tensor>{x})[0].to_vector<double>();
    EXPECT_EQ(got, again);
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 2e-5 * (1 + std::abs(want[i])));
  }
  int joined = 0;
  for (const Node& node : frozen.graph().nodes) {
    EXPECT_NE(node.info.op->name, "multiply");
    EXPECT_NE(node.info.op->name, "fused_elementwise") << node.path;
    joined += node.info.op->name == "fused_conv";
    if (node.info.op->name == "by_images") joined += static_cast<int>(node.info.attrs.graph("body")->nodes.size());  // the depthwise convolution with the next
  }
  EXPECT_EQ(joined, 4);
}

// Normalisations are computed in f32 between products in bf16: folded, they leave no conversion between these.
TEST(Freeze, NormalisationsOfNarrowNetworksAreFolded) {
  const DTypePolicy before = dtype_policy();
  set_dtype_policy(DTypePolicy("mixed_bfloat16"));
  const Symbol in = Input({14, 15, 32});
  const Symbol a = ReLU()(BatchNormalization()(Conv2D(64, 3, {.padding = "same", .use_bias = false})(in)));
  const Symbol b = BatchNormalization()(Conv2D(64, 3, {.padding = "same", .use_bias = false})(a));
  const Model model(in, Activation("relu")(Add{}(std::vector<Symbol>{b, a})));
  set_dtype_policy(before);
  for (const auto& [name, weight] : model.named_variables())
    weight.assign(numbers(weight.shape(), name.find("variance") != std::string::npos ? .4 : .3, name.find("variance") != std::string::npos || name.find("gamma") != std::string::npos ? 1 : 0));
  const Tensor x = numbers({3, 14, 15, 32}, 1);
  const auto graph = forward(model, x.type());
  Program plain(graph, {.device = "reference", .rewrite = false}), frozen(freeze(graph));
  const auto want = plain.run(std::vector<Tensor>{x})[0].to_vector<double>(), got = frozen.run(std::vector<Tensor>{x})[0].to_vector<double>();
  double largest = 0;
  for (const double value : want) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], .02 * largest);
  std::vector<std::string> names;
  for (const Node& node : frozen.graph().nodes) names.push_back(node.info.op->name);
  EXPECT_EQ(names, (std::vector<std::string>{"cast", "fused_conv", "fused_conv"}));
}

// Convolutions that share products lay sums of their taps out, dense layers behind a relu their rows: once, in the first run.
TEST(Freeze, LayoutsAreMadeOnce) {
  const Symbol x = Input({28, 28, 1});
  const Symbol a = MaxPooling2D{}(Conv2D(6, 5, {.padding = "same", .activation = "relu"})(x)), b = MaxPooling2D{}(Conv2D(16, 5, {.activation = "relu"})(a));
  const Model model(x, Dense(10)(Dense(84, {.activation = "relu"})(Dense(120, {.activation = "relu"})(Flatten{}(b)))));
  for (const Variable& weight : model.variables()) weight.assign(numbers(weight.shape(), .2));
  for (const std::int64_t images : {1, 8}) {
    const auto graph = forward(model, {{images, 28, 28, 1}, DType::f32});
    Program plain(graph), frozen(freeze(graph));
    const Tensor one = numbers({images, 28, 28, 1}, 1), other = numbers({images, 28, 28, 1}, -.5, .1);
    std::vector<float> out(static_cast<std::size_t>(images) * 10);
    for (const Tensor& picture : {one, other, one}) {
      const auto want = plain.run(std::vector<Tensor>{picture})[0].to_vector();
      void *in[] = {picture.raw()}, *to[] = {out.data()};
      const std::size_t before = test::allocations();
      frozen.run(in, to);
      if (picture.raw() != one.raw()) {
        EXPECT_EQ(test::allocations(), before);
      }
      for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(out[i], want[i]) << i;
    }
  }
}

TEST(Freeze, LaterWeightsDoNotReachIt) {
  const Model model = residual();
  const Tensor x = numbers({1, 14, 15, 32}, 1);
  Program frozen(freeze(forward(model, x.type())));
  const auto before = frozen.run(std::vector<Tensor>{x})[0].to_vector<double>();
  for (const Variable& weight : model.variables()) weight.assign(Tensor::zeros(weight.shape()));
  EXPECT_EQ(frozen.run(std::vector<Tensor>{x})[0].to_vector<double>(), before);
}

TEST(Freeze, RefusesWhatChangesItsWeights) {
  const Variable w(Tensor::full({}, 1), "w");
  const auto graph = trace([&](std::span<const Tensor>) { w.assign(w.value() + w.value()); return std::vector<Tensor>{w.value()}; }, std::vector<TensorType>{});
  EXPECT_ERROR(invalid_argument, freeze(graph), "freeze", "1 of its weights");
}

}  // namespace candor
