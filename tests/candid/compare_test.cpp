#include "candor/candid/compare.h"

#include <cmath>
#include <ctime>

#include <gtest/gtest.h>

#include "candor/candid/metrics/curves.h"
#include "candor/tensor/random.h"
#include "tests/support/errors.h"

namespace candor::candid {
namespace {

// `right` of n rows of two classes answered rightly, beginning at `from`.
Tensor answers(std::int64_t n, std::int64_t from, std::int64_t right) {
  std::vector<float> p;
  for (std::int64_t i = 0; i < n; ++i) {
    const bool hit = i >= from && i < from + right;
    p.push_back(hit ? .9f : .1f), p.push_back(hit ? .1f : .9f);
  }
  return Tensor::from(p, Shape{n, 2});
}
data::Dataset zeros(std::int64_t n) {
  data::Dataset set = data::from_arrays(Tensor::zeros({n, 1}), Tensor::zeros({n}, DType::i32));
  set.class_names = {"a", "b"};
  return set;
}

TEST(Compare, CountsRowsThatOnlyOneGetsRight) {
  const Comparison c = compare(answers(100, 0, 90), answers(100, 20, 60), zeros(100));
  EXPECT_EQ(c.only_a, 30);
  EXPECT_EQ(c.only_b, 0);
  EXPECT_NEAR(c.difference, .3, 1e-12);
  EXPECT_EQ(c.verdict, 1);
  EXPECT_LT(c.p, 1e-6);
  EXPECT_GT(c.interval.low, .15);
  EXPECT_EQ(compare(answers(100, 20, 60), answers(100, 0, 90), zeros(100)).verdict, -1);
  EXPECT_NE(to_string(c, "old", "new").find("old is better than new by .3"), std::string::npos) << to_string(c, "old", "new");
}

TEST(Compare, RefusesToRankWhatRowsCannotTell) {
  const Comparison c = compare(answers(40, 0, 30), answers(40, 1, 30), zeros(40));
  EXPECT_EQ(c.verdict, 0);
  EXPECT_NE(to_string(c, "old", "new").find("no difference shown"), std::string::npos);
  EXPECT_ERROR(shape, compare(answers(40, 0, 30), answers(39, 0, 30), zeros(40)), "[39, 2]");
}

TEST(Compare, DrawsTheSameRowsForBoth) {
  const Tensor y = random_normal({400}, 0, 1, {1, 1}), noise = random_normal({400}, 0, .5f, {1, 2});
  const std::vector<float> truth = y.to_vector(), e = noise.to_vector();
  std::vector<float> near, far;
  for (std::size_t i = 0; i < truth.size(); ++i) near.push_back(truth[i] + e[i]), far.push_back(truth[i] + 1.1f * e[i]);
  const data::Dataset set = data::from_arrays(Tensor::zeros({400, 1}), y);
  const Comparison c = compare(Tensor::from(near), Tensor::from(far), set);
  EXPECT_EQ(c.metric, "r2");
  EXPECT_EQ(c.verdict, 1);  // far beyond what either score alone would show: their intervals overlap
  EXPECT_EQ(compare(Tensor::from(near), Tensor::from(near), set).verdict, 0);
}

// A million rows drawn row by row would take minutes; groups of rows say the same.
TEST(Compare, OfVeryManyRowsGroupsAreDrawn) {
  const std::int64_t many = 1'000'000, fewer = 30'000;  // the first in groups, the second row by row
  const std::vector<float> truth = random_normal({many}, 0, 1, {4, 1}).to_vector(), first = random_normal({many}, 0, .5f, {4, 2}).to_vector(), second = random_normal({many}, 0, .52f, {4, 3}).to_vector();
  std::vector<float> near, far;
  for (std::size_t i = 0; i < truth.size(); ++i) near.push_back(truth[i] + first[i]), far.push_back(truth[i] + second[i]);
  const auto of = [](const std::vector<float>& values, std::int64_t rows) { return Tensor::from(std::vector<float>(values.begin(), values.begin() + rows)); };
  const data::Dataset all = data::from_arrays(Tensor::zeros({many, 1}), of(truth, many)), some = data::from_arrays(Tensor::zeros({fewer, 1}), of(truth, fewer));
  const std::clock_t start = std::clock();
  const Comparison c = compare(of(near, many), of(far, many), all);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 40.) << "it took minutes once";
  EXPECT_EQ(c.verdict, 1);
  EXPECT_EQ(c.n, many);
  EXPECT_NEAR(c.difference, .52 * .52 - .5 * .5, .003);
  const Comparison by_rows = compare(of(near, fewer), of(far, fewer), some);
  const double narrower = std::sqrt(static_cast<double>(fewer) / static_cast<double>(many));
  EXPECT_NEAR((c.interval.high - c.interval.low) / (by_rows.interval.high - by_rows.interval.low), narrower, .12 * narrower);
  EXPECT_NEAR((c.interval.high + c.interval.low) / 2, c.difference, .1 * (c.interval.high - c.interval.low));
}

TEST(Curves, OfAReport) {
  std::vector<float> p;
  std::vector<std::int32_t> y;
  const RandomStream stream{5, 6};
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const float q = stream.uniform(2 * i);
    p.push_back(1 - q), p.push_back(q);
    y.push_back(stream.uniform(2 * i + 1) < q);
  }
  data::Dataset set = data::from_arrays(Tensor::zeros({3000, 1}), Tensor::from(y));
  set.class_names = {"no", "yes"};
  const Tensor probabilities = Tensor::from(p, Shape{3000, 2});
  const std::vector<Curve> roc = roc_curves(probabilities, set), pr = precision_recall_curves(probabilities, set), calibration = calibration_curves(probabilities, set);
  ASSERT_EQ(roc.size(), 1u);
  EXPECT_EQ(roc[0].name.rfind("yes, AUC .8", 0), 0u) << roc[0].name;
  EXPECT_LE(roc[0].x.size(), 420u);
  EXPECT_EQ(roc[0].x.back(), 1);
  ASSERT_EQ(pr.size(), 1u);
  EXPECT_EQ(pr[0].x.back(), 1);
  ASSERT_EQ(calibration[0].x.size(), 10u);
  int inside = 0;
  for (std::size_t b = 0; b < 10; ++b) inside += calibration[0].low[b] <= calibration[0].x[b] && calibration[0].x[b] <= calibration[0].high[b];
  EXPECT_GE(inside, 8);  // these probabilities can be believed
  EXPECT_ERROR(shape, roc_curves(Tensor::zeros({3000, 3}), set), "[3000, 3]");
}

}  // namespace
}  // namespace candor::candid
