// Rules for days of the year, and finding them in values where they were planted.
#include "candor/data/series/special_days.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/data/series/calendar.h"
#include "tables.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

double at(const std::string& date) { return *parse_date(date, "%Y-%m-%d"); }

TEST(SpecialDays, RulesFallOnKnownDays) {
  EXPECT_EQ(easter(2017).month, 4);
  EXPECT_EQ(easter(2017).day, 16);
  EXPECT_EQ(easter(2008).day, 23);
  EXPECT_EQ(easter(1961).day, 2);
  const auto is_off = [](const char* country, const std::string& date) {
    const std::vector<SpecialDay> rules = holidays(country);
    return std::any_of(rules.begin(), rules.end(), [&](const SpecialDay& r) { return falls_on(r, at(date)); });
  };
  for (const char* date : {"2017-01-01", "2017-04-14", "2017-04-17", "2017-05-01", "2017-05-25", "2017-06-05", "2017-10-03", "2017-12-25"}) EXPECT_TRUE(is_off("DE", date)) << date;
  EXPECT_FALSE(is_off("DE", "2017-04-18"));
  for (const char* date : {"2021-01-18", "2021-05-31", "2021-07-04", "2021-09-06", "2021-11-25"}) EXPECT_TRUE(is_off("US", date)) << date;
  EXPECT_FALSE(is_off("US", "2021-05-24"));
  EXPECT_EQ(to_string(SpecialDay{SpecialDay::Kind::weekday, 11, 4, 3, 1}), "4th Thursday of November");
  EXPECT_EQ(to_string(SpecialDay{SpecialDay::Kind::easter, 1, 1, 0, 1}), "Easter + 1 day");
  EXPECT_EQ(to_string(SpecialDay{SpecialDay::Kind::date, 10, 3, 0, 1}), "3 October");
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::invalid_argument, {"\"XX\"", "DE"}, [] { holidays("XX"); }));
}

TEST(SpecialDays, PlantedOnesAreFoundAndNothingElse) {
  std::vector<double> times, quiet, planted;
  const std::vector<SpecialDay> rules{{SpecialDay::Kind::date, 10, 3, 0, 1}, {SpecialDay::Kind::easter, 1, 1, 0, 1}, {SpecialDay::Kind::weekday, 11, 4, 3, 1}};
  std::uint64_t state = 1;
  for (double day = at("2008-01-01"); day < at("2016-01-01"); day += 86400) {
    double noise = 0;  // a sum of twelve uniform numbers is near to normal
    for (int i = 0; i < 12; ++i) state = state * 6364136223846793005u + 1442695040888963407u, noise += static_cast<double>(state >> 40) / (1 << 24);
    times.push_back(day);
    quiet.push_back(noise - 6);
    planted.push_back(noise - 6);
    for (const SpecialDay& rule : rules) planted.back() -= falls_on(rule, day) ? 8 : 0;
  }
  EXPECT_TRUE(find_special_days(times, quiet).empty());
  const std::vector<SpecialDay> found = find_special_days(times, planted);
  EXPECT_EQ(found.size(), 3u);
  for (const SpecialDay& rule : rules) {
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const SpecialDay& f) { return to_string(f) == to_string(rule) && f.weight < -.5; })) << to_string(rule);
  }
  EXPECT_TRUE(find_special_days({}, {}).empty());
}

TEST(Calendar, NamesAndValuesBelongTogether) {
  for (const TimeStep& step : {TimeStep{TimeStep::Unit::seconds, 900, 0}, days, months, TimeStep{TimeStep::Unit::seconds, 604800, 0}, TimeStep{}}) {
    CalendarOptions options = Calendar::for_step(step, 1e9).options();
    if (step == days) options.special_days = holidays("DE");
    const Calendar calendar{options};
    std::vector<float> values;
    calendar.append(at("2017-05-01"), values);
    EXPECT_EQ(values.size(), calendar.names().size()) << step.text();
    const Calendar back = Calendar::from_config(calendar.config());
    EXPECT_EQ(back.names(), calendar.names());
    std::vector<float> again;
    back.append(at("2017-05-01"), again);
    EXPECT_EQ(values, again);
  }
  EXPECT_EQ(Calendar::for_step(days, 86400 * 5).size(), 0);
  std::vector<float> half;
  Calendar{{.time_of_day = true}}.append(at("2017-05-01") + 23.75 * 3600, half);
  EXPECT_FLOAT_EQ(half[23], .25f);
  EXPECT_FLOAT_EQ(half[0], .75f);
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::corrupt, {"year_waves"}, [] { Calendar::from_config(Config{{"year_waves", 1000000}}); }));
  EXPECT_TRUE(candor::testing::throws_error(ErrorKind::corrupt, {"no rule"}, [] { special_day_from(Config{{"kind", "date"}, {"month", 13}, {"day", 1}, {"weekday", 0}, {"weight", 1.}}); }));
}

}  // namespace
}  // namespace candor::data
