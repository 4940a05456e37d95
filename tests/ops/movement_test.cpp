// Conventions of movements and indexing that the op table cannot see: exact values, order of ties, NaN, views.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/ops/op.h"
#include "candor/ops/conv.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/resize.h"
#include "candor/ops/space.h"

namespace candor {
namespace {

using List = std::vector<std::int64_t>;
using Floats = std::vector<float>;

Tensor line(Floats values) { return Tensor::from(values); }

TEST(Movement, SlicesFollowNumPy) {
  const Tensor x = Tensor::arange(6);
  EXPECT_EQ(slice(x, {1}, {5}, {2}).to_vector<std::int64_t>(), (List{1, 3}));
  EXPECT_EQ(slice(x, {-2}, {100}).to_vector<std::int64_t>(), (List{4, 5}));
  EXPECT_EQ(slice(x, {-1}, {-100}, {-2}).to_vector<std::int64_t>(), (List{5, 3, 1}));
  EXPECT_EQ(slice(x, {4}, {1}, {-1}).to_vector<std::int64_t>(), (List{4, 3, 2}));
  EXPECT_EQ(slice(x, {100}, {-100}, {-3}).to_vector<std::int64_t>(), (List{5, 2}));
  EXPECT_EQ(slice(x, {4}, {2}).size(), 0);
  EXPECT_EQ(flip(x, {0}).to_vector<std::int64_t>(), (List{5, 4, 3, 2, 1, 0}));
}

TEST(Movement, PadModes) {
  const Tensor x = line({1, 2, 3});
  EXPECT_EQ(pad(x, {{2, 1}}, "constant", 9).to_vector(), (Floats{9, 9, 1, 2, 3, 9}));
  EXPECT_EQ(pad(x, {{2, 1}}, "reflect").to_vector(), (Floats{3, 2, 1, 2, 3, 2}));
  EXPECT_EQ(pad(x, {{2, 1}}, "symmetric").to_vector(), (Floats{2, 1, 1, 2, 3, 3}));
  EXPECT_EQ(pad(x, {{2, 1}}, "edge").to_vector(), (Floats{1, 1, 1, 2, 3, 3}));
  EXPECT_EQ(pad(x, {{2, 1}}, "wrap").to_vector(), (Floats{2, 3, 1, 2, 3, 1}));
  EXPECT_EQ(pad(x, {{0, 7}}, "reflect").to_vector(), (Floats{1, 2, 3, 2, 1, 2, 3, 2, 1, 2}));  // wider than the axis
}

TEST(Movement, SortKeepsTiesInOrderAndPutsNaNLast) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto [values, order] = sort(line({2, nan, 1, 2, 1}));
  EXPECT_EQ(order.to_vector<std::int64_t>(), (List{2, 4, 0, 3, 1}));
  EXPECT_TRUE(std::isnan(values.to_vector().back()));
  EXPECT_EQ(sort(line({2, 1, 2, 1}), 0, true).second.to_vector<std::int64_t>(), (List{0, 2, 1, 3}));
  EXPECT_EQ(top_k(line({1, 3, 3, 2}), 2).second.to_vector<std::int64_t>(), (List{1, 2}));
  EXPECT_EQ(searchsorted(line({1, 2, 2, 3}), line({2, 0, 4})).to_vector<std::int64_t>(), (List{1, 0, 4}));
  EXPECT_EQ(searchsorted(line({1, 2, 2, 3}), line({2, nan}), "right").to_vector<std::int64_t>(), (List{3, 4}));
}

TEST(Movement, LaterUpdatesWin) {
  const Tensor x = scatter_update(line({0, 0, 0}), Tensor::from(List{1, 1, -1}), line({5, 6, 7}));
  EXPECT_EQ(x.to_vector(), (Floats{0, 6, 7}));
  EXPECT_EQ(scatter_add(line({1, 1}), Tensor::from(List{0, 0, 1}), line({2, 3, 4})).to_vector(), (Floats{6, 5}));
}

TEST(Movement, AnErrorOfAnIndexLeavesACompiledFunctionUsable) {
  const auto f = compile([](const Tensor& x, const Tensor& index) { return take(x, index); });
  EXPECT_THROW(f(line({1, 2}), Tensor::from(List{2})), Error);
  EXPECT_EQ(f(line({1, 2}), Tensor::from(List{1})).item(), 2);
}

TEST(Movement, MaxPoolTakesTheFirstOfEqualsAndNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = reshape(line({1, 1, nan, 5}), List{1, 4, 1});
  const auto out = apply_all(op("max_pool"), std::span(&x, 1), {{"size", List{2}}, {"strides", List{2}}, {"padding_low", List{0}}, {"padding_high", List{0}}});
  EXPECT_EQ(out[1].to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 2}));
  EXPECT_TRUE(std::isnan(out[0].to_vector()[1]));
}

TEST(Movement, ResizingOfALine) {
  const Tensor x = reshape(line({0, 10}), List{1, 2, 1});
  EXPECT_EQ(resize(x, {4}).to_vector(), (Floats{0, 2.5f, 7.5f, 10}));
  EXPECT_EQ(resize(x, {4}, {.interpolation = "nearest"}).to_vector(), (Floats{0, 0, 10, 10}));
  EXPECT_EQ(upsample(x, {2}).to_vector(), (Floats{0, 0, 10, 10}));
  const Tensor wide = reshape(line({0, 1, 2, 3}), List{1, 4, 1});
  EXPECT_EQ(adaptive_average_pool(wide, {2}).to_vector(), (Floats{0.5f, 2.5f}));
  EXPECT_EQ(adaptive_max_pool(wide, {3}).to_vector(), (Floats{1, 2, 3}));
  const std::vector<float> smooth = resize(wide, {2}, {.antialias = true}).to_vector();  // a triangle of twice the width, cut at the edges
  EXPECT_NEAR(smooth[0], (0 * .75f + 1 * .75f + 2 * .25f) / 1.75f, 1e-6f);
}

TEST(Movement, DepthAndSpaceAreInverse) {
  const Tensor x = reshape(Tensor::arange(2 * 2 * 3 * 8), List{2, 2, 3, 8});
  EXPECT_EQ(space_to_depth(depth_to_space(x, 2), 2).to_vector<std::int64_t>(), x.to_vector<std::int64_t>());
  EXPECT_EQ(depth_to_space(x, 2).shape(), (Shape{2, 4, 6, 2}));
}

}  // namespace
}  // namespace candor
