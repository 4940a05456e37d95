// Tables become series: steps found, gaps seen, doubtful rows told or refused.
#include "candor/data/series/series.h"

#include <gtest/gtest.h>

#include <numbers>

#include "tables.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

std::vector<double> counted(std::int64_t n) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<double>(i));
  return values;
}

TEST(TimeStep, IsFound) {
  const auto step = [](std::vector<std::string> cells, const std::string& format) {
    std::vector<double> times;
    for (const std::string& cell : cells) times.push_back(*parse_date(cell, format));
    return find_step(times).text();
  };
  EXPECT_EQ(step({"2020-01-01", "2020-01-02", "2020-01-03"}, "%Y-%m-%d"), "1 day");
  EXPECT_EQ(step({"2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08"}, "%Y-%m-%d"), "1 working day");
  EXPECT_EQ(step({"2020-01-06", "2020-01-13", "2020-01-20"}, "%Y-%m-%d"), "1 week");
  EXPECT_EQ(step({"2020-01", "2020-02", "2020-03", "2020-04"}, "%Y-%m"), "1 month");
  EXPECT_EQ(step({"2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"}, "%Y-%m-%d"), "1 month");
  EXPECT_EQ(step({"2020-Q1", "2020-Q2", "2020-Q3"}, "%Y-Q%q"), "3 months");
  EXPECT_EQ(step({"2019", "2020", "2021"}, "%Y"), "1 year");
  EXPECT_EQ(step({"2020-01-01 00:00", "2020-01-01 00:15", "2020-01-01 00:30"}, "%Y-%m-%d %H:%M"), "15 minutes");
  EXPECT_EQ(find_step({}).text(), "1 row");
}

TEST(TimeStep, GoesOnOverMonthsAndWeekends) {
  const double last_of_january = *parse_date("2020-01-31", "%Y-%m-%d");
  const TimeStep ends{TimeStep::Unit::months, 1, 31};
  EXPECT_EQ(format_date(ends.advance(last_of_january, 1), "%Y-%m-%d"), "2020-02-29");
  EXPECT_EQ(format_date(ends.advance(last_of_january, 3), "%Y-%m-%d"), "2020-04-30");
  EXPECT_EQ(format_date(ends.advance(last_of_january, -2), "%Y-%m-%d"), "2019-11-30");
  EXPECT_EQ(ends.position(last_of_january, *parse_date("2021-02-28", "%Y-%m-%d")), 13);
  const TimeStep work{TimeStep::Unit::workdays, 1, 0};
  const double friday = *parse_date("2020-01-03", "%Y-%m-%d");
  EXPECT_EQ(format_date(work.advance(friday, 1), "%Y-%m-%d"), "2020-01-06");
  EXPECT_EQ(format_date(work.advance(friday, 6), "%Y-%m-%d"), "2020-01-13");
  EXPECT_EQ(work.position(friday, *parse_date("2020-01-13", "%Y-%m-%d")), 6);
  for (std::int64_t n = -40; n < 40; ++n) {
    EXPECT_EQ(work.position(friday, work.advance(friday, n)), n);
    EXPECT_EQ(ends.position(last_of_january, ends.advance(last_of_january, n)), n);
    EXPECT_EQ(months.position(friday, months.advance(friday, n)), n);
  }
}

TEST(Series, FindsDatesStepAndValues) {
  const Series s = make_series({"power.csv", {words("Date", dates("2006-01-01", 10, days)), numbers("Consumption", counted(10)), words("Note", std::vector<std::string>(10, "x"))}});
  EXPECT_EQ(s.time_column, "Date");
  EXPECT_EQ(s.time_format, "%Y-%m-%d");
  EXPECT_EQ(s.step, days);
  EXPECT_EQ(s.columns, std::vector<std::string>{"Consumption"});
  EXPECT_EQ(s.rows(), 10);
  EXPECT_EQ(s.values[0], counted(10));
  EXPECT_EQ(s.time_text(s.times[9]), "2006-01-10");
  EXPECT_TRUE(has_remark(s, "series.words"));
}

TEST(Series, NumbersCanBeDates) {
  EXPECT_EQ(make_series({"t", {numbers("Year", {1885, 1886, 1887}), numbers("Water", {1, 2, 3})}}).step.text(), "1 year");
  EXPECT_EQ(make_series({"t", {numbers("date", {20200228, 20200229, 20200301}), numbers("y", {1, 2, 3})}}).step.text(), "1 day");
  const Series ms = make_series({"t", {numbers("timestamp", {1577836800000, 1577840400000, 1577844000000}), numbers("y", {1, 2, 3})}});
  EXPECT_EQ(ms.step.text(), "1 hour");
  EXPECT_EQ(ms.times[0], 1577836800);
  const Series plain = make_series({"t", {numbers("a", {1, 2, 3}), numbers("b", {4, 5, 6})}});
  EXPECT_FALSE(plain.has_dates());
  EXPECT_EQ(plain.columns.size(), 2u);
  EXPECT_TRUE(has_remark(plain, "series.no-dates"));
}

TEST(Series, GapsBecomeMissingRowsAndShortOnesAreFilled) {
  std::vector<std::string> cells = dates("2020-02-20", 20, days);
  std::vector<double> values = counted(20);
  cells.erase(cells.begin() + 5, cells.begin() + 7), values.erase(values.begin() + 5, values.begin() + 7);  // two steps
  cells.erase(cells.begin() + 10, cells.begin() + 15), values.erase(values.begin() + 10, values.begin() + 15);  // five steps
  const Series s = make_series({"t", {words("d", cells), numbers("y", values)}});
  ASSERT_EQ(s.rows(), 20);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_DOUBLE_EQ(s.values[0][i], static_cast<double>(i));
  for (std::size_t i = 12; i < 17; ++i) EXPECT_TRUE(std::isnan(s.values[0][i])) << i;
  EXPECT_EQ(s.values[0][19], 19);
  EXPECT_TRUE(has_remark(s, "series.gaps"));
  EXPECT_TRUE(has_remark(s, "series.filled"));
  EXPECT_TRUE(has_remark(s, "series.missing"));
  const Series none = make_series({"t", {words("d", cells), numbers("y", values)}}, {.fill = 0});
  EXPECT_TRUE(std::isnan(none.values[0][5]));
  const Series all = make_series({"t", {words("d", cells), numbers("y", values)}}, {.fill = 5});
  EXPECT_DOUBLE_EQ(all.values[0][14], 14);
}

TEST(Series, RowsAreSortedAndDuplicatesPutTogether) {
  const Table table{"t", {words("d", {"2020-01-03", "2020-01-01", "2020-01-02", "2020-01-02"}), numbers("y", {3, 1, 2, 4})}};
  const Series s = make_series(table);
  EXPECT_EQ(s.values[0], (std::vector<double>{1, 3, 3}));
  EXPECT_TRUE(has_remark(s, "series.order"));
  EXPECT_TRUE(has_remark(s, "series.duplicates"));
  EXPECT_EQ(make_series(table, {.duplicates = Duplicates::sum}).values[0][1], 6);
  EXPECT_EQ(make_series(table, {.duplicates = Duplicates::first}).values[0][1], 2);
  EXPECT_EQ(make_series(table, {.duplicates = Duplicates::last}).values[0][1], 4);
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"2 rows stand at 2020-01-02", "rows 3 and 4"}, [&] { make_series(table, {.duplicates = Duplicates::refuse}); }));
}

TEST(Series, IrregularRowsAreRefusedOrSnapped) {
  const Table table{"t", {words("d", {"2020-01-01 00:00", "2020-01-01 01:00", "2020-01-01 02:00", "2020-01-01 02:20", "2020-01-01 04:00"}), numbers("y", {0, 1, 2, 4, 5})}};
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"step is 1 hour", "02:20", "row 4"}, [&] { make_series(table); }));
  const Series s = make_series(table, {.irregular = Irregular::snap});
  EXPECT_EQ(s.values[0], (std::vector<double>{0, 1, 3, 4, 5}));
  EXPECT_TRUE(has_remark(s, "series.irregular"));
}

TEST(Series, GroupsAreFoundAndKeptApart) {
  std::vector<std::string> cells = dates("2020-01-01", 8, days), city(8, "Rome");
  const std::vector<std::string> again = dates("2020-01-03", 8, days);
  cells.insert(cells.end(), again.begin(), again.end());
  city.insert(city.end(), 8, "Oslo");
  const Series s = make_series({"t", {words("city", city), words("d", cells), numbers("y", counted(16))}});
  ASSERT_EQ(s.groups.size(), 2u);
  EXPECT_EQ(s.group_column, "city");
  EXPECT_EQ(s.groups[0].name, "Oslo");
  EXPECT_EQ(s.values[0][0], 8);
  EXPECT_EQ(s.time_text(s.times[0]), "2020-01-03");
  const Series part = s.slice(6, 100);
  EXPECT_EQ(part.values[0], (std::vector<double>{14, 15, 6, 7}));
  EXPECT_EQ(part.groups[1].first, 2);
}

TEST(Series, WhatIsNoSeriesIsRefused) {
  const Column y = numbers("y", {1, 2, 3});
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"row 3", "\"soon\" is no date"}, [&] { make_series({"t", {words("d", {"2020-01-01", "2020-01-02", "soon"}), y}}, {.time = "d"}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"row 2", "missing"}, [&] { make_series({"t", {words("d", {"2020-01-01", "", "2020-01-03"}), y}}, {.time = "d"}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"%d.%m.%Y"}, [&] { make_series({"t", {words("d", {"2020-01-01", "02.01.2020", "2020-01-03"}), y}}, {.time = "d"}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"all rows stand at 2020-01-01"}, [&] { make_series({"t", {words("d", {"2020-01-01", "2020-01-01", "2020-01-01"}), y}}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"wrong date"}, [&] { make_series({"t", {words("d", {"2020-01-01", "2020-01-02", "9999-01-02"}), y}}); }));
  // A hundred kilobytes that would become gigabytes: each of many groups spans as many steps as one may.
  std::vector<std::string> cells = dates("2020-01-01", 3, days), group(3, "g");
  for (int g = 0; g < 2000; ++g) {
    cells.insert(cells.end(), {"1600-01-01", "2100-01-01"});
    group.insert(group.end(), 2, "g" + std::to_string(g));
  }
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"over 1,000 steps for each row"},
                                            [&] { make_series({"t", {words("d", cells), words("g", group), numbers("y", counted(4003))}}, {.groups = {"g"}}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"no column holds numbers"}, [&] { make_series({"t", {words("d", {"2020-01-01", "2020-01-02", "2020-01-03"})}}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::not_found, {"date"}, [&] { make_series({"t", {y}}, {.time = "date"}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"two rows"}, [&] { make_series({"t", {numbers("y", {1})}}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"two rows"}, [&] { make_series({"t", {}}); }));
}

TEST(Series, SeasonsAreFound) {
  Series s = series_from({}, "y");
  for (int i = 0; i < 400; ++i) s.values[0].push_back(std::sin(2 * std::numbers::pi * i / 17) + .01 * i + .05 * std::sin(i * 12.9898)), s.times.push_back(i);
  s.groups[0].rows = 400;
  EXPECT_EQ(find_season(s, "y"), 17);
  s.step = days;
  EXPECT_EQ(find_season(s, "y"), 17);
  for (int i = 0; i < 400; ++i) s.values[0][static_cast<std::size_t>(i)] = i % 7 == 5 ? 1 : 0;
  EXPECT_EQ(find_season(s, "y"), 7);
  for (int i = 0; i < 400; ++i) s.values[0][static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(find_season(s, "y"), 1);
}

}  // namespace
}  // namespace candor::data
