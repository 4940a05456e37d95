// Explanations of rows of a table: on functions whose truth is known.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/explain/counterfactual.h"
#include "candor/explain/importance.h"
#include "candor/tensor/random.h"
#include "tests/support/errors.h"

namespace candor::explain {
namespace {

using data::Column;
using data::Table;

// Two numbers, a word and a number that does not matter; the answer is 3 a - 2 b + 1 (red) as a value.
Table colours(std::int64_t rows) {
  Table table{"colours", {{"a", Column::Kind::number}, {"b", Column::Kind::number}, {"colour", Column::Kind::text}, {"noise", Column::Kind::number}}, {}};
  table.columns[2].words = {"blue", "red", "green"};
  const RandomStream stream{3, 4};
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    table.columns[0].numbers.push_back(stream.derived(1).normal(at));
    table.columns[1].numbers.push_back(stream.derived(2).normal(at));
    table.columns[2].codes.push_back(static_cast<std::int32_t>(stream.derived(3).below(at, 3)));
    table.columns[3].numbers.push_back(stream.derived(4).normal(at));
  }
  return table;
}
std::vector<float> values_of(const Table& t) {
  std::vector<float> y;
  for (std::size_t i = 0; i < static_cast<std::size_t>(t.rows()); ++i) {
    const std::int32_t code = t.columns[2].codes[i];
    const bool red = code >= 0 && t.columns[2].words[static_cast<std::size_t>(code)] == "red";
    y.push_back(static_cast<float>(3 * t.columns[0].numbers[i] - 2 * t.columns[1].numbers[i] + (red ? 1 : 0)));
  }
  return y;
}
Tensor value(const Table& t) { return Tensor::from(values_of(t)); }
Tensor two_classes(const Table& t) {
  std::vector<float> p;
  for (const float v : values_of(t)) {
    const float q = 1 / (1 + std::exp(-v));
    p.push_back(1 - q), p.push_back(q);
  }
  return Tensor::from(p, Shape{t.rows(), 2});
}
data::Dataset truth_of(const Table& t) { return data::from_arrays(Tensor::zeros({t.rows(), 1}), value(t)); }

TEST(Importance, RanksColumnsByWhatTheyDo) {
  const Table table = colours(800);
  const std::vector<candid::Importance> found = importances(value, table, truth_of(table));
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].name, "a");
  EXPECT_EQ(found[1].name, "b");
  EXPECT_EQ(found[2].name, "colour");
  EXPECT_EQ(found[3].name, "noise");
  EXPECT_EQ(found[3].value, 0);
  // Shuffling a adds twice its variance: R2 falls by 2 * 9 / (9 + 4 + 2 / 9).
  EXPECT_NEAR(found[0].value, 18 / (13 + 2. / 9), .2);
  for (const candid::Importance& one : found) EXPECT_TRUE(one.low <= one.value && one.value <= one.high);
  EXPECT_EQ(importances(value, table, truth_of(table), {.columns = {"b"}}).size(), 1u);
  EXPECT_ERROR(not_found, importances(value, table, truth_of(table), {.columns = {"colours"}}), "did you mean \"colour\"");
  EXPECT_ERROR(shape, importances(value, table, truth_of(colours(10))), "800 rows", "10 targets");
}

TEST(Dependence, FollowsAColumn) {
  const Table table = colours(500);
  const std::vector<candid::Dependence> found = dependences(value, table, {"a", "colour"}, {});
  ASSERT_EQ(found.size(), 2u);
  const candid::Curve& line = found[0].curves.at(0);
  ASSERT_GE(line.x.size(), 20u);
  for (std::size_t i = 1; i < line.x.size(); ++i) EXPECT_NEAR((line.y[i] - line.y[i - 1]) / (line.x[i] - line.x[i - 1]), 3, 1e-2);
  ASSERT_EQ(found[1].words.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double want = (found[1].words[k] == "red") - (found[1].words[j] == "red");
      EXPECT_NEAR(found[1].curves[0].y[k] - found[1].curves[0].y[j], want, 1e-4);
    }
  }
  EXPECT_EQ(dependences(two_classes, table, {"b"}, {"no", "yes"})[0].curves.size(), 1u);
  EXPECT_EQ(dependences(two_classes, table, {"b"}, {"no", "yes"})[0].curves[0].name, "yes");
}

TEST(DecisionMap, PartsThePlane) {
  const Table table = colours(300);
  data::Dataset truth = data::from_arrays(Tensor::zeros({300, 1}), Tensor::zeros({300}, DType::i32));
  truth.class_names = {"no", "yes"};
  const candid::DecisionMap map = decision_map(two_classes, table, truth, "a", "b", 30);
  ASSERT_EQ(map.values.size(), 900u);
  EXPECT_EQ(map.values.front() + map.values.back(), 1);  // low a, low b against high a, high b: -... decided by 3 a against 2 b
  for (std::int64_t r = 0; r < 30; ++r) EXPECT_LE(map.values[static_cast<std::size_t>(r * 30)], map.values[static_cast<std::size_t>(r * 30 + 29)]);
  EXPECT_EQ(map.points.size(), 300u);
  EXPECT_ERROR(invalid_argument, decision_map(two_classes, table, truth, "a", "colour"), "holds words");
}

TEST(Counterfactual, FindsTheNearestFlip) {
  const Table table = colours(1000);
  Table row = rows_of(table, {0});
  row.columns[0].numbers = {-.4}, row.columns[1].numbers = {0}, row.columns[2].codes = {0};
  const Wanted yes{.output = 1};
  const auto found = nearest_change(two_classes, table, row, yes);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GT(found[0].answer[1], .5);
  // Either a by .4 alone, or less: about .4 / spread(a) at most.
  EXPECT_LE(found[0].distance, .4 / spread(table.columns[0]) + .02);
  const auto kept = nearest_change(two_classes, table, row, yes, {.keep = {"a", "b"}});
  EXPECT_TRUE(kept.empty() || kept[0].answer[1] > .5);
  for (const auto& one : kept) for (const Change& change : one.changes) EXPECT_EQ(change.column, "colour");
  const auto seen = nearest_example(two_classes, table, row, yes);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_GT(seen[0].answer[1], .5);
  const auto already = nearest_change(two_classes, table, row, {.output = 0});
  ASSERT_EQ(already.size(), 1u);
  EXPECT_TRUE(already[0].changes.empty());
  const auto bound = nearest_change(value, table, row, {.output = 0, .is_class = false, .at_least = 2});
  ASSERT_EQ(bound.size(), 1u);
  EXPECT_GE(bound[0].answer[0], 2);
  EXPECT_ERROR(invalid_argument, nearest_change(two_classes, table, row, {.output = 5}), "output 5");
}

TEST(Contribution, AddsUpAndIsRightForASum) {
  const Table table = colours(400);
  const Table row = rows_of(table, {7});
  const Contributions found = contributions(value, table, row, 0, 400);
  double sum = found.base;
  for (const Contribution& one : found.columns) sum += one.amount;
  EXPECT_NEAR(sum, value(row).item(), 1e-4);
  for (const Contribution& one : found.columns) {
    if (one.column == "noise") {
      EXPECT_NEAR(one.amount, 0, 1e-6);
    }
    if (one.column == "a") {  // linear: 3 (a - mean a), up to the rows drawn
      EXPECT_NEAR(one.amount, 3 * row.columns[0].numbers[0], .8);
    }
  }
}

TEST(TableOf, GoesThereAndBack) {
  const data::Dataset set = data::from_arrays(Tensor::from(std::vector<float>{1, 2, 3, 4, 5, 6}, Shape{3, 2}), Tensor::zeros({3}));
  const Table table = table_of(set);
  EXPECT_EQ(table.columns[1].name, "column_2");
  EXPECT_EQ(features_of(table).to_vector(), set.features.to_vector());
  EXPECT_ERROR(shape, table_of(data::from_arrays(Tensor::zeros({3, 2, 2}), Tensor::zeros({3}))), "[2, 2]");
  EXPECT_ERROR(invalid_argument, rows_of(table, {3}), "row 3");
  EXPECT_ERROR(invalid_argument, features_of(colours(3)), "holds words");
}

}  // namespace
}  // namespace candor::explain
