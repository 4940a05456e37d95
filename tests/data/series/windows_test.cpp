// Windows against numbers written by hand; nothing is seen that lies ahead; parts in order of time.
#include "candor/data/series/windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tables.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

Series two_columns(std::int64_t rows) {
  std::vector<double> a, b;
  for (std::int64_t i = 0; i < rows; ++i) a.push_back(static_cast<double>(i)), b.push_back(100.0 + static_cast<double>(i));
  return make_series({"t", {words("d", dates("2020-01-01", rows, days)), numbers("a", a), numbers("b", b)}});
}

TEST(Windows, HoldWhatWasSeenAndWhatCame) {
  const Windows w = make_windows(two_columns(7), {.window = 3, .horizon = 2, .stride = 2, .targets = {"b"}, .inputs = {"a", "b"}});
  ASSERT_EQ(w.size(), 2);
  EXPECT_EQ(w.data.features.shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(w.data.features.to_vector(), (std::vector<float>{0, 100, 1, 101, 2, 102, 2, 102, 3, 103, 4, 104}));
  EXPECT_EQ(w.data.targets.shape(), (Shape{2, 2}));
  EXPECT_EQ(w.data.targets.to_vector(), (std::vector<float>{103, 104, 105, 106}));
  EXPECT_EQ(w.rows, (std::vector<std::int64_t>{3, 5}));
  EXPECT_EQ(format_date(w.last[1], "%Y-%m-%d"), "2020-01-07");
  const Windows both = make_windows(two_columns(7), {.window = 3, .horizon = 2, .targets = {"a", "b"}});
  EXPECT_EQ(both.data.targets.shape(), (Shape{3, 2, 2}));
  EXPECT_EQ(both.data.feature_names, (std::vector<std::string>{"a", "b"}));
}

TEST(Windows, DoNotReachOverMissingValuesOrGroups) {
  Series s = two_columns(12);
  s.values[0][5] = std::nan("");
  const Windows w = make_windows(s, {.window = 3, .horizon = 1});
  for (const float v : w.data.features.to_vector()) EXPECT_TRUE(std::isfinite(v));
  EXPECT_EQ(w.rows, (std::vector<std::int64_t>{3, 4, 9, 10, 11}));
  const Windows other = make_windows(s, {.window = 3, .horizon = 1, .targets = {"b"}});
  EXPECT_EQ(other.size(), 9);

  s = two_columns(12);
  s.groups = {{"x", 0, 6}, {"y", 6, 6}};
  const Windows two = make_windows(s, {.window = 3, .horizon = 1});
  EXPECT_EQ(two.rows, (std::vector<std::int64_t>{3, 4, 5, 9, 10, 11}));
  EXPECT_EQ(two.groups, (std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(last_windows(s, {.window = 3}).data.features.to_vector(), (std::vector<float>{3, 4, 5, 9, 10, 11}));
}

TEST(Windows, CalendarOfWhatIsAsked) {
  const Windows w = make_windows(two_columns(9), {.window = 3, .horizon = 2, .calendar = Calendar{{.weekday = true}}});
  ASSERT_EQ(w.data.features.shape(), (Shape{5, 3, 8}));
  const std::vector<float> x = w.data.features.to_vector();
  // 2020-01-04 is what the second row of the first window looks ahead to, a Saturday; behind it comes a Sunday.
  EXPECT_EQ(x[8 + 1 + 5], 1);
  EXPECT_EQ(x[16 + 1 + 6], 1);
  EXPECT_EQ(w.data.feature_names[1], "monday");
}

TEST(Windows, PartsFollowEachOther) {
  const Windows w = make_windows(two_columns(100), {.window = 5, .horizon = 3});
  const TimeSplit split = split_by_time(w, .2);
  for (const double last : split.train.last) EXPECT_LT(last, split.border);
  for (const double first : split.test.first) EXPECT_GE(first, split.border);
  EXPECT_EQ(split.train.size() + split.test.size() + split.dropped, w.size());
  EXPECT_EQ(split.dropped, 2);
  EXPECT_EQ(split.test.size(), 18);

  const std::vector<TimeSplit> folds = rolling_origin(w, {.folds = 4, .first = .4});
  ASSERT_EQ(folds.size(), 4u);
  std::int64_t tested = 0;
  for (std::size_t f = 0; f < 4; ++f) {
    tested += folds[f].test.size();
    EXPECT_LT(*std::max_element(folds[f].train.last.begin(), folds[f].train.last.end()), folds[f].border);
    if (f == 0) continue;
    EXPECT_GT(folds[f].train.size(), folds[f - 1].train.size());
    EXPECT_GT(folds[f].test.first.front(), folds[f - 1].test.first.back());
  }
  EXPECT_EQ(tested, w.size() - static_cast<std::int64_t>(std::ceil(.4 * static_cast<double>(w.size()))));
  for (const TimeSplit& fold : rolling_origin(w, {.folds = 3, .keep = 10})) {
    EXPECT_EQ(fold.train.size(), 10);
    EXPECT_LT(fold.border - fold.train.last.back(), 86400 * 1.5);
  }
}

TEST(Windows, ImpossibleOnesAreRefused) {
  const Series s = two_columns(10);
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"window", "0"}, [&] { make_windows(s, {.window = 0}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"horizon", "0"}, [&] { make_windows(s, {.window = 3, .horizon = 0}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"stride", "-1"}, [&] { make_windows(s, {.window = 3, .stride = -1}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"need 11 rows", "10"}, [&] { make_windows(s, {.window = 8, .horizon = 3}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::not_found, {"\"c\"", "a, b"}, [&] { make_windows(s, {.window = 3, .targets = {"c"}}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"11 steps are needed"}, [&] { last_windows(s, {.window = 11}); }));
  Series holes = s;
  for (std::size_t i = 0; i < 10; i += 2) holes.values[0][i] = std::nan("");
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"without a missing value"}, [&] { make_windows(holes, {.window = 3}); }));
  holes.values[0][9] = std::nan("");
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"missing value"}, [&] { last_windows(holes, {.window = 3}); }));
  const Windows w = make_windows(s, {.window = 3});
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"between 0 and 1"}, [&] { split_by_time(w, 0); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"between 0 and 1"}, [&] { split_by_time(w, 1.5); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"0 windows are left to learn"}, [&] { split_at(w, 0); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"folds"}, [&] { rolling_origin(w, {.folds = 0}); }));
}

}  // namespace
}  // namespace candor::data
