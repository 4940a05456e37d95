// Piecewise linear encoding: numbers as places between quantiles.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/error.h"
#include "candor/nn/layers/piecewise_linear.h"
#include "candor/nn/model.h"
#include "candor/nn/model_config.h"

namespace candor {
namespace {

TEST(PiecewiseLinear, ABinFillsFromItsLowEdgeToItsHighEdge) {
  const Tensor rows = Tensor::from(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8}, Shape{9, 1});
  const PiecewiseLinear layer = PiecewiseLinear::fitted(rows, 4);  // edges 0 2 4 6 8
  const Tensor out = layer(Tensor::from(std::vector<float>{-3, 0, 1, 5, 8, 20}, Shape{6, 1}));
  EXPECT_EQ(out.to_vector(), (std::vector<float>{0, 0, 0, 0, 0, 0, 0, 0, .5f, 0, 0, 0, 1, 1, .5f, 0, 1, 1, 1, 1, 1, 1, 1, 1}));
}

TEST(PiecewiseLinear, ColumnsOfTwoValuesAreLeftOut) {
  const Tensor rows = Tensor::from(std::vector<float>{0, 5, 1, 1, 5, 2, 0, 5, 3, 1, 5, 4}, Shape{4, 3});
  EXPECT_EQ(PiecewiseLinear::encodable(rows), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(PiecewiseLinear::fitted(rows, 3)(rows).shape(), (Shape{4, 3}));
}

// A gain that is 0 in most rows: quantiles of rows alone would spend every bin on the 0.
TEST(PiecewiseLinear, RareValuesGetBinsToo) {
  std::vector<float> gains(1000, 0);
  for (int i = 0; i < 50; ++i) gains[static_cast<std::size_t>(i * 20)] = static_cast<float>(100 * (i + 1));
  const Tensor rows = Tensor::from(gains, Shape{1000, 1});
  const Tensor out = PiecewiseLinear::fitted(rows, 8)(Tensor::from(std::vector<float>{1000, 1700, 4000}, Shape{3, 1}));
  const std::vector<float> x = out.to_vector();
  float sums[3] = {};
  for (std::size_t i = 0; i < x.size(); ++i) sums[i / 8] += x[i];
  EXPECT_GT(sums[0], .5f);
  EXPECT_GT(sums[1], sums[0] + .5f);
  EXPECT_GT(sums[2], sums[1] + 1);
}

TEST(PiecewiseLinear, ComesBackFromItsConfigurationAndWeights) {
  const Tensor rows = Tensor::from(std::vector<float>{0, 1, 2, 3, 4, 7, 6, 9}, Shape{4, 2});
  const Sequential model{PiecewiseLinear::fitted(rows, 3)};
  model.build({2});
  const Model again{layer_from_config(model.config())};
  again.build({2});
  again.set_weights(model.weights());
  EXPECT_EQ(again.predict(rows).to_vector(), model.predict(rows).to_vector());
}

TEST(PiecewiseLinear, BadArgumentsAndInputs) {
  EXPECT_THROW(PiecewiseLinear({.columns = {}, .bins = 4}), Error);
  EXPECT_THROW(PiecewiseLinear({.columns = {0}, .bins = 0}), Error);
  EXPECT_THROW(PiecewiseLinear::fitted(Tensor::zeros({3, 2}), 4), Error);  // nothing to encode
  EXPECT_THROW(PiecewiseLinear::fitted(Tensor::zeros({3}), 4), Error);
  EXPECT_THROW(PiecewiseLinear({.columns = {5}, .bins = 2})(Tensor::zeros({1, 2})), Error);
}

}  // namespace
}  // namespace candor
