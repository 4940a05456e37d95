#include "candor/graph/vmap.h"

#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "candor/graph/control.h"
#include "candor/graph/program.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/random.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

using Floats = std::vector<float>;
using Tensors = std::vector<Tensor>;

Tensor drawn(const Shape& shape, std::uint64_t salt) { return random_uniform(shape, -1.f, 1.f, RandomStream{7, salt}); }
Tensor row(const Tensor& x, std::int64_t i) { return reshape(narrow(x, 0, i, i + 1), x.shape().without(0)); }

void expect_near(const Tensor& got, const Tensor& want, float tolerance = 1e-5f) {
  ASSERT_EQ(got.type(), want.type());
  const Floats a = got.to_vector(), b = want.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(Vmap, OverAnyAxis) {
  const auto product = vmap([](Tensor a, Tensor b) { return sum(a * b); }, {.in_axes = {0, 1}});
  EXPECT_EQ(product(Tensor::from<float>({1, 2, 3, 4}, {2, 2}), Tensor::from<float>({5, 6, 7, 8}, {2, 2})).to_vector(), (Floats{1 * 5 + 2 * 7, 3 * 6 + 4 * 8}));
  const auto scaled = vmap([](Tensor a, Tensor b) { return a * b; }, {.in_axes = {0, not_mapped}, .out_axes = {-1}});
  const Tensor out = scaled(Tensor::from<float>({2, 3}), Tensor::from<float>({1, 10, 100}));
  EXPECT_EQ(out.shape(), (Shape{3, 2}));
  EXPECT_EQ(out.to_vector(), (Floats{2, 3, 20, 30, 200, 300}));
}

TEST(Vmap, ExamplesOfDifferentRanksAlignFromTheRight) {
  const auto add_bias = vmap([](Tensor x, Tensor b) { return x + b; });
  const Tensor x = drawn({2, 4, 3}, 1), b = drawn({2, 3}, 2), out = add_bias(x, b);
  for (int i = 0; i < 2; ++i) expect_near(row(out, i), row(x, i) + row(b, i));
}

TEST(Vmap, Nested) {
  const auto outer_product = vmap(vmap([](Tensor a, Tensor b) { return a * b; }, {.in_axes = {not_mapped, 0}}), {.in_axes = {0, not_mapped}});
  EXPECT_EQ(outer_product(Tensor::from<float>({1, 2}), Tensor::from<float>({3, 4, 5})).to_vector(), (Floats{3, 4, 5, 6, 8, 10}));
}

TEST(Vmap, GradientsOfEachExample) {
  const Tensor w = drawn({3, 2}, 1), x = drawn({5, 3}, 2);
  const auto loss = [](std::span<const Tensor> in) { return sum(square(tanh(matmul(in[1], in[0])))); };
  const auto each = vmap(grad(loss), {.in_axes = {not_mapped, 0}});
  const Tensors g = each(Tensors{w, x});
  ASSERT_EQ(g[0].shape(), (Shape{5, 3, 2}));
  for (int i = 0; i < 5; ++i) expect_near(row(g[0], i), grad(loss)(Tensors{w, row(x, i)})[0]);
  // Their sum is the gradient of the batch.
  const auto total = [&](std::span<const Tensor> in) { return sum(vmap([&](Tensor one) { return loss(Tensors{in[0], one}); })(x)); };
  expect_near(grad(total)(Tensors{w})[0], sum(g[0], {0}));
}

TEST(Vmap, VariablesAndConstantsAreTheSameForAll) {
  const Variable w(Tensor::from<float>({2.f}), "w");
  auto f = compile([&](Tensor x) { return vmap([&](Tensor one) { return one * w.value() + 1.f; })(x); });
  EXPECT_EQ(f(Tensor::from<float>({1, 2}, {2, 1})).to_vector(), (Floats{3, 5}));
  w.assign(Tensor::from<float>({3.f}));
  EXPECT_EQ(f(Tensor::from<float>({1, 2}, {2, 1})).to_vector(), (Floats{4, 7}));
}

TEST(Vmap, EachExampleDrawsItsOwnNumbers) {
  const Tensor x = Tensor::zeros({4, 50});
  const Tensor noise = vmap([](Tensor one) { return one + ops::uniform(one.shape()); })(x);
  for (int i = 1; i < 4; ++i) EXPECT_NE(row(noise, 0).to_vector(), row(noise, i).to_vector());
  const Tensor orders = vmap([](Tensor) { return ops::permutation(20); })(x);
  EXPECT_NE(row(orders, 0).to_vector(), row(orders, 1).to_vector());
}

TEST(Vmap, Scan) {
  const auto smooth = [](Tensor x, Tensor start) {
    return scan([&](std::span<const Tensor> state, std::span<const Tensor> in) { return std::pair{Tensors{state[0] * 0.5f + in[0]}, Tensors{state[0] * in[0]}}; }, {start}, {x}).second[0];
  };
  const Tensor x = drawn({3, 6, 2}, 1), start = drawn({2}, 2);
  const Tensor out = vmap(smooth, {.in_axes = {0, not_mapped}})(x, start);
  const auto slope = [&](std::span<const Tensor> in) { return sum(square(smooth(in[0], start))); };
  const Tensor g = vmap(grad(slope))(Tensors{x})[0];
  for (int i = 0; i < 3; ++i) {
    expect_near(row(out, i), smooth(row(x, i), start));
    expect_near(row(g, i), grad(slope)(Tensors{row(x, i)})[0]);
  }
}

TEST(Vmap, BranchesAndLoopsThatDifferBetweenExamples) {
  const Tensor x = Tensor::from<float>({-2, 3, 100});
  const auto branch = [](Tensor one) { return cond(greater(one, 0.f), [&] { return Tensors{one * 2.f}; }, [&] { return Tensors{-one}; })[0]; };
  EXPECT_EQ(vmap(branch)(x).to_vector(), (Floats{2, 6, 200}));
  const auto halve = [](Tensor one) {
    return while_loop([](std::span<const Tensor> s) { return greater(s[0], 1.f); }, [](std::span<const Tensor> s) { return Tensors{s[0] * 0.5f, s[1] + 1.f}; }, {one, Tensor(0.f)})[1];
  };
  EXPECT_EQ(vmap(halve)(x).to_vector(), (Floats{0, 2, 7}));
}

TEST(Vmap, AnOpWithoutARuleLoopsAndThePlanSaysSo) {
  const auto search = vmap([](Tensor sorted, Tensor values) { return searchsorted(sorted, values); });
  const Tensor sorted = Tensor::from<float>({1, 2, 3, 10, 20, 30}, {2, 3}), values = Tensor::from<float>({2.5f, 2.5f}, {2, 1});
  EXPECT_EQ(search(sorted, values).to_vector(), (Floats{2, 0}));
  const std::vector<TensorType> types{sorted.type(), values.type()};
  const Program program(trace([&](std::span<const Tensor> in) { return Tensors{search(in[0], in[1])}; }, types));
  bool said = false;
  for (const PlanRow& step : program.rows()) said |= step.op == "scan" && step.path.find("vmap loop: searchsorted") != std::string::npos;
  EXPECT_TRUE(said);
}

TEST(Vmap, IndicesStayWithinTheirExample) {
  const auto pick = vmap([](Tensor x, Tensor i) { return take(x, i); });
  const Tensor x = Tensor::from<float>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(pick(x, Tensor::from<std::int32_t>({-1, 0}, {2, 1})).to_vector(), (Floats{2, 3}));
  EXPECT_THROW(pick(x, Tensor::from<std::int32_t>({2, 0}, {2, 1})), Error);
}

TEST(Vmap, NoExamples) {
  const auto f = vmap([](Tensor x, Tensor w) { return relu(matmul(x, w)); }, {.in_axes = {0, not_mapped}});
  EXPECT_EQ(f(Tensor::zeros({0, 2, 3}), Tensor::zeros({3, 4})).shape(), (Shape{0, 2, 4}));
}

TEST(Vmap, WhatCannotBeMappedIsAnError) {
  const auto f = [](Tensor a, Tensor b) { return a + b; };
  const Tensor two = Tensor::zeros({2}), three = Tensor::zeros({3});
  EXPECT_THROW(vmap(f)(two, three), Error);
  EXPECT_THROW(vmap(f, {.in_axes = {0, 1}})(two, two), Error);
  EXPECT_THROW(vmap(f, {.in_axes = {0, 0, 0}})(two, two), Error);
  EXPECT_THROW(vmap(f, {.in_axes = {not_mapped}})(two, two), Error);
  EXPECT_THROW(vmap(f, {.out_axes = {not_mapped}})(two, two), Error);
  EXPECT_THROW(vmap(f)(Tensor(1.f), two), Error);
  const Variable w(two, "w");
  EXPECT_THROW(vmap([&](Tensor x) { w.assign(x); return x; })(Tensor::zeros({3, 2})), Error);
  EXPECT_EQ(vmap(f, {.in_axes = {not_mapped}, .out_axes = {not_mapped}, .axis_size = 5})(two, two).shape(), (Shape{2}));
}

}  // namespace
}  // namespace candor
