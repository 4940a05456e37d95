#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

using I = std::int64_t;
TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

NodeInfo product(I m, I n, I k, bool transposed) {
  return node_of("matmul", {{"transpose_a", transposed}, {"transpose_b", false}, {"sparse", true}}, {f32(transposed ? Shape{k, m} : Shape{m, k}), f32({k, n})});
}

NodeInfo layer(I m, I n, I k, const char* activation, bool bias) {
  std::vector<TensorType> in = {f32({m, k}), f32({k, n})};
  if (bias) in.push_back(f32({n}));
  return node_of("fused_matmul", {{"transpose_a", false}, {"transpose_b", false}, {"bias", bias}, {"activation", std::string(activation)}, {"sparse", true}}, in);
}

/// Inputs of which one in `every` of the first is not zero: 1: all, 0: none.
Buffers inputs(const NodeInfo& node, I every) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
  }
  auto* a = static_cast<float*>(in.at[0]);
  std::uint32_t state = 99;
  for (I i = 0; i < node.in[0].size(); ++i) {
    state = state * 1664525u + 1013904223u;
    if (every == 0 || (state >> 8) % static_cast<std::uint32_t>(every) != 0) a[i] = i % 2 ? 0.f : -0.f;
  }
  return in;
}

std::string name_of(const Program& program, std::string_view op) {
  for (const PlanRow& row : program.rows())
    if (row.op == op) return row.kernel;
  return "";
}

}  // namespace

TEST(SparseMatmul, EveryDensityAndShape) {
  for (I every : {0, 1, 3, 5, 100})
    for (bool transposed : {false, true})
      for (auto [m, n, k] : {std::tuple<I, I, I>{1, 128, 784}, {128, 128, 784}, {784, 128, 128}, {131, 67, 129}, {7, 600, 515}, {33, 33, 47}, {600, 40, 96}, {2, 32, 5000}, {1, 40, 9000}}) {
        const NodeInfo node = product(m, n, k, transposed);
        check_kernel(node, {"cpu.matmul.sparse", k > 1000 ? 1e-4 : 2e-5}, inputs(node, every));
      }
}

TEST(SparseMatmul, OneRowOfARelu) {
  for (I every : {1, 2, 4})
    for (auto [n, k] : {std::pair<I, I>{120, 400}, {84, 120}, {130, 65}, {32, 5000}}) {
      const NodeInfo node = layer(1, n, k, "relu", true);
      check_kernel(node, {"cpu.matmul.sparse", 5e-5}, inputs(node, every));
    }
  const auto kernel_behind = [](auto activation, I rows) {
    const Variable w1(Tensor::zeros({300, 200})), w2(Tensor::zeros({200, 100}));
    const Program program(trace([&](std::span<const Tensor> in) { return std::vector<Tensor>{matmul(activation(matmul(in[0], w1)), w2)}; }, std::vector<TensorType>{f32({rows, 300})}));
    return name_of(program, "matmul");
  };
  EXPECT_EQ(kernel_behind([](const Tensor& x) { return relu(x); }, 1), "cpu.matmul.sparse");
  EXPECT_EQ(kernel_behind([](const Tensor& x) { return tanh(x); }, 1), "cpu.matmul");
  EXPECT_EQ(kernel_behind([](const Tensor& x) { return relu(x); }, 2), "cpu.matmul");
}

TEST(SparseMatmul, BiasAndActivation) {
  for (const char* activation : {"linear", "relu", "tanh", "gelu"})
    for (bool bias : {false, true})
      for (auto [m, n, k] : {std::tuple<I, I, I>{1, 128, 784}, {128, 128, 784}, {45, 70, 300}, {600, 33, 120}}) {
        const NodeInfo node = layer(m, n, k, activation, bias);
        check_kernel(node, {"cpu.matmul.sparse", 2e-5}, inputs(node, 6));
      }
}

TEST(SparseMatmul, WhatIsNoNumberIsNotLost) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (bool transposed : {false, true}) {
      const NodeInfo node = product(130, 64, 200, transposed);
      Buffers in = inputs(node, 8);
      static_cast<float*>(in.at[0])[12345] = bad;
      check_kernel(node, {"cpu.matmul.sparse", 2e-5}, in);
      in = inputs(node, 8);  // a weight that meets a number
      const auto* a = static_cast<const float*>(in.at[0]);
      I met = 0;
      while (a[met] == 0) ++met;
      static_cast<float*>(in.at[1])[(transposed ? met / 130 : met % 200) * 64] = bad;
      const Buffers out = run_kernel(node, backend("cpu").choose(node, nullptr), in);
      EXPECT_FALSE(std::isfinite(static_cast<const float*>(out.at[0])[(transposed ? met % 130 : met / 200) * 64]));
    }
}

TEST(SparseMatmul, TheSameBitsAsDenseWhereTheSumIsNotCut) {
  const NodeInfo node = product(784, 128, 128, true);
  NodeInfo dense = node;
  dense.attrs = {{"transpose_a", true}, {"transpose_b", false}};
  const Buffers in = inputs(node, 5);
  const Buffers a = run_kernel(node, backend("cpu").choose(node, nullptr), in), b = run_kernel(dense, backend("cpu").choose(dense, nullptr), in);
  EXPECT_EQ(std::memcmp(a.at[0], b.at[0], a.bytes[0]), 0);
}

TEST(SparseMatmul, TheKernelSaysWhyNot) {
  std::vector<Declined> refusals;
  NodeInfo unmarked = product(128, 128, 784, false);
  unmarked.attrs = {{"transpose_a", false}, {"transpose_b", false}};
  for (const NodeInfo& node : {unmarked, product(128, 10, 784, false), product(4, 64, 20, false)}) {
    refusals.clear();
    EXPECT_EQ(backend("cpu").choose(node, &refusals).name.substr(0, 10), "cpu.matmul");
    ASSERT_FALSE(refusals.empty());
    EXPECT_EQ(refusals[0].kernel, "cpu.matmul.sparse");
    EXPECT_FALSE(refusals[0].reason.empty());
  }
}

TEST(SparseMatmul, OnlyProductsOfDataAreMarked) {
  const Variable w1(Tensor::zeros({784, 128})), w2(Tensor::zeros({128, 64}));
  const Tensor pixels = Tensor::zeros({300, 28, 28}, DType::u8);
  const Program program(trace(
      [&](std::span<const Tensor> rows) {
        const Tensor x = reshape(cast(take(pixels, rows[0]), DType::f32) * (1 / 255.f), {128, 784});
        return std::vector<Tensor>{matmul(matmul(x, w1), w2)};
      },
      std::vector<TensorType>{{Shape{128}, DType::i32}}));
  const Graph& graph = program.graph();
  std::vector<bool> marked;
  for (const Node& node : graph.nodes) {
    if (node.info.op->name == "matmul") marked.push_back(node.info.attrs.has("sparse"));
    if (node.info.op->name == "take_scaled") {
      EXPECT_TRUE(node.info.attrs.has("columns"));
    }
  }
  EXPECT_EQ(marked, (std::vector<bool>{true, false}));
  EXPECT_EQ(name_of(program, "matmul"), "cpu.matmul.sparse");
}

}  // namespace candor::testing
