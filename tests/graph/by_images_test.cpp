// The rewrites by_images and through_pool: what they make of convolutions and poolings, and that the numbers stay.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/rewrite/rewrite.h"
#include "candor/ops/activation.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

const std::vector<TensorType> types{{{12, 10, 10, 2}}, {{3, 3, 2, 5}}, {{5}}, {{3, 3, 5, 4}}, {{4}}};

PoolOptions two_by_two() { return {.size = {2, 2}, .strides = {}, .padding = {}}; }

Tensor pooled(const Tensor& x, const Tensor& kernel, const Tensor& bias) { return max_pool(relu(conv(x, kernel) + bias), two_by_two()); }

std::vector<Tensor> forward(std::span<const Tensor> in) { return {pooled(pooled(in[0], in[1], in[2]), in[3], in[4])}; }

std::vector<Tensor> with_gradients(std::span<const Tensor> in) {
  const Tensor loss = sum(square(forward(in)[0]));
  std::vector<Tensor> result = gradients(loss, in.subspan(1));
  result.push_back(loss);
  return result;
}

std::vector<Tensor> arguments() {
  std::vector<Tensor> result;
  for (std::size_t i = 0; i < types.size(); ++i) {
    Tensor t = Tensor::empty(types[i].shape);
    for (std::int64_t k = 0; k < t.size(); ++k) t.mutable_data<float>()[k] = static_cast<float>(std::sin(1.7 * static_cast<double>(k) + static_cast<double>(i)));
    result.push_back(t);
  }
  return result;
}

int count(const Graph& g, const std::string& name) {
  int n = 0;
  for (const Node& node : g.nodes) n += node.info.op->name == name;
  return n;
}

void expect_near(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto a = got[i].to_vector(), b = want[i].to_vector();
    float scale = 0;
    for (float x : b) scale = std::max(scale, std::abs(x));
    for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 2e-5f * scale) << "result " << i << " element " << k;
  }
}

TEST(ByImages, AChainOfConvolutionsAndPoolingsIsOneNode) {
  const Program program(trace(forward, types));
  EXPECT_EQ(count(program.graph(), "by_images"), 1);
  EXPECT_EQ(program.graph().nodes.size(), 1u);
}

TEST(ByImages, OneImageIsOneRound) {
  std::vector<TensorType> one = types;
  one[0].shape.set(0, 1);
  Program program(trace(forward, one));
  EXPECT_EQ(count(program.graph(), "by_images"), 1);
  std::vector<Tensor> in = arguments();
  const Tensor all = Program(trace(forward, types)).run(in)[0];
  in[0] = Tensor::from(std::span(in[0].data<float>(), 200), one[0].shape);
  const auto want = all.to_vector();
  const auto got = program.run(in)[0].to_vector();
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5f);
}

// Wide enough for one kernel that convolves and pools; equal numbers, all zero after relu, and NaN among the maxima.
TEST(ByImages, ConvolutionAndPoolingInOneKernelFindTheSameWinners) {
  const std::vector<TensorType> wide{{{3, 21, 38, 2}}, {{3, 3, 2, 6}}, {{6}}};
  const auto f = [](std::span<const Tensor> in) {
    using Ints = std::vector<std::int64_t>;
    const std::vector<Tensor> x{relu(conv(in[0], in[1]) + in[2])};
    return apply_all(op("max_pool"), x, {{"size", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"padding_low", Ints{0, 0}}, {"padding_high", Ints{0, 0}}});
  };
  std::vector<Tensor> in;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    Tensor t = Tensor::empty(wide[i].shape);
    for (std::int64_t k = 0; k < t.size(); ++k) t.mutable_data<float>()[k] = static_cast<float>((k * 7 + static_cast<std::int64_t>(i) * 5) % 9 - 4);  // sums are exact
    in.push_back(t);
  }
  for (std::int64_t k = 0; k < in[0].size(); k += 211) in[0].mutable_data<float>()[k] = NAN;
  const auto graph = trace(f, wide);
  Program merged(graph), apart(graph, {.device = "reference", .rewrite = false});
  EXPECT_EQ(count(merged.graph(), "by_images"), 1);
  const auto got = merged.run(in), want = apart.run(in);
  const auto a = got[0].to_vector(), b = want[0].to_vector();
  const auto *i = got[1].data<std::int32_t>(), *j = want[1].data<std::int32_t>();
  int nans = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    nans += std::isnan(b[k]);
    EXPECT_TRUE(a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))) << k << ": " << a[k] << ", expected " << b[k];
    EXPECT_EQ(i[k], j[k]) << k;
  }
  EXPECT_GT(nans, 0);
}

TEST(ByImages, ForwardAndGradientsKeepTheirNumbers) {
  const auto in = arguments();
  for (const auto& f : {forward, with_gradients}) {
    const auto graph = trace([f](std::span<const Tensor> x) { return f(x); }, types);
    Program plain(graph, {.device = "reference", .rewrite = false}), rewritten(graph), oracle(graph, {.device = "reference"});
    EXPECT_EQ(count(rewritten.graph(), "by_images"), 1);
    const auto want = plain.run(in);
    expect_near(rewritten.run(in), want);
    expect_near(oracle.run(in), want);
  }
}

TEST(ByImages, SameBitsForAnyNumberOfThreads) {
  const auto in = arguments();
  const int before = threads();
  std::vector<std::vector<float>> first;
  for (int count_of_threads : {1, 2, 7}) {
    set_threads(count_of_threads);
    Program program(trace(with_gradients, types));
    std::vector<std::vector<float>> bits;
    for (const Tensor& t : program.run(in)) bits.push_back(t.to_vector());
    if (first.empty()) first = bits;
    EXPECT_EQ(bits, first) << count_of_threads << " threads";
  }
  set_threads(before);
}

// A pointwise, a depthwise and a pointwise convolution with constant kernels; what is added to the last, and what else is given.
Graph inverted_residual(bool constant, int shortcut, bool reads_between) {
  auto graph = trace([&](std::span<const Tensor> in) {
    const auto kernel = [&](std::size_t i) { return constant ? Tensor::full(in[i].shape(), .25) : in[i]; };
    const ConvOptions same{.strides = {}, .padding = {{1, 1}, {1, 1}}, .dilation = {}, .groups = 48};
    const Tensor wide = relu(conv(in[0], kernel(1))), between = relu(conv(wide, kernel(2), same));
    const Tensor narrow = conv(between, kernel(3));
    std::vector<Tensor> out{shortcut == 0 ? narrow : narrow + in[shortcut == 1 ? 0 : 4]};
    if (reads_between) out.push_back(between);
    return out;
  }, std::vector<TensorType>{{{2, 9, 9, 16}}, {{1, 1, 16, 48}}, {{3, 3, 1, 48}}, {{1, 1, 48, 16}}, {{2, 9, 9, 16}}});
  Graph g = *graph;
  rewrite(g);
  return g;
}

TEST(ByImages, ADepthwiseConvolutionTakesThePointwiseOnesAroundIt) {
  EXPECT_EQ(count(inverted_residual(true, 0, false), "by_images"), 1);
  EXPECT_EQ(count(inverted_residual(true, 1, false), "by_images"), 1);
  EXPECT_EQ(count(inverted_residual(true, 2, false), "by_images"), 0) << "what is added is another image";
  EXPECT_EQ(count(inverted_residual(true, 0, true), "by_images"), 0) << "what lies between is a result";
  EXPECT_EQ(count(inverted_residual(false, 0, false), "by_images"), 0) << "weights change";
}

TEST(ThroughPool, MaskAndSumComeBeforeTheGradientOfThePool) {
  Graph g = *trace(with_gradients, types);
  rewrites::common_subexpressions(g);
  EXPECT_GE(rewrites::through_pool(g), 4);
  check(g);
  for (const Node& node : g.nodes) {
    if (node.info.op->name != "where" && node.info.op->name != "sum") continue;
    const Value& from = g.values[static_cast<std::size_t>(node.inputs[node.info.op->name == "where" ? 1 : 0])];
    if (from.source == Source::node) {
      EXPECT_NE(g.nodes[static_cast<std::size_t>(from.node)].info.op->name, "max_pool_gradient");
    }
  }
}

}  // namespace
}  // namespace candor
