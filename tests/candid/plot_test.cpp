// The parts of charts: numbers as people write them, ticks where people expect them, few points that look like many, text that stays text.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "candor/candid/plot/dot_rows.h"
#include "candor/candid/plot/histogram.h"
#include "candor/candid/plot/line_chart.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/plot/region_map.h"
#include "candor/candid/plot/thin.h"

namespace candor::candid::plot {
namespace {

std::vector<std::string> labels(const Scale& scale) {
  std::vector<std::string> out;
  for (const Tick& t : scale.ticks) out.push_back(t.label);
  return out;
}

using Words = std::vector<std::string>;
const std::string space = "\xC2\xA0";

TEST(PlotDots, LabelsDoNotRunIntoEachOther) {
  const auto shows = [](double low, double high, const char* label) {
    DotRows chart{.label = "rent", .rows = {{"gas", "", (low + high) / 2, {low, high}, "", ""}}};
    return dot_rows(chart).find(">" + std::string(label) + "<") != std::string::npos;
  };
  for (const char* label : {"600", "1000", "1400"}) EXPECT_TRUE(shows(710, 1410, label)) << label;
  for (const char* label : {"800", "1200", "1600"}) EXPECT_FALSE(shows(710, 1410, label)) << label;
  for (const char* label : {"500", "750", "1000", "1250", "1500"}) EXPECT_TRUE(shows(640, 1490, label)) << label;  // five such labels have room
}

TEST(PlotNumbers, AreWrittenAsPeopleReadThem) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(.123456), "0.1235");
  EXPECT_EQ(number_text(12.3), "12.3");
  EXPECT_EQ(number_text(2019), "2019");
  EXPECT_EQ(number_text(48200.4), "48,200");
  EXPECT_EQ(number_text(-1234567), "−1,234,567");
  EXPECT_EQ(number_text(1.2e-7), "1.2" + space + "×" + space + "10⁻⁷");
  EXPECT_EQ(number_text(std::nan("")), "–");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "–");
  EXPECT_EQ(number_text(1e300), "1" + space + "×" + space + "10³⁰⁰");
  EXPECT_EQ(count_text(2400), "2,400");
  EXPECT_EQ(count_text(std::numeric_limits<std::int64_t>::min()), "−9,223,372,036,854,775,808");
  EXPECT_EQ(percent_text(.7973), "79.7" + space + "%");
  EXPECT_EQ(fixed_text(-.0004, 2), "0.00");
  EXPECT_EQ(duration_text(.0001), "under 1" + space + "ms");
  EXPECT_EQ(duration_text(.42), "0.42" + space + "s");
  EXPECT_EQ(duration_text(192), "3" + space + "min 12" + space + "s");
  EXPECT_EQ(duration_text(7500), "2" + space + "h 5" + space + "min");
  EXPECT_EQ(date_text(0), "1970-01-01");
  EXPECT_EQ(date_text(19783), "2024-03-01");
}

TEST(PlotNumbers, HaveTheDigitsTheirIntervalDeserves) {
  EXPECT_EQ(metric_text(style_of("accuracy"), .7973, .03), "79.7" + space + "%");
  EXPECT_EQ(metric_text(style_of("accuracy"), .99123, .0037), "99.12" + space + "%");
  EXPECT_EQ(interval_text(style_of("accuracy"), {.781, .812}), "78.1 to 81.2" + space + "%");
  EXPECT_EQ(metric_text(style_of("r2"), .93412, .024), "0.934");
  EXPECT_EQ(style_of("r2").name, "R²");
  EXPECT_TRUE(style_of("rmse").lower_is_better);
  EXPECT_FALSE(style_of("accuracy").lower_is_better);
}

TEST(PlotScale, TicksAreRound) {
  EXPECT_EQ(labels(linear_scale(0, 1, {.ticks = 4})), (Words{"0", "0.25", "0.50", "0.75", "1.00"}));
  EXPECT_EQ(labels(linear_scale(0, 1, {.ticks = 4, .percent = true})), (Words{"0" + space + "%", "25" + space + "%", "50" + space + "%", "75" + space + "%", "100" + space + "%"}));
  EXPECT_EQ(labels(linear_scale(1, 11, {.ticks = 4, .nice = false, .whole = true})), (Words{"5", "10"}));
  EXPECT_EQ(labels(linear_scale(0, 3, {.ticks = 4, .whole = true})), (Words{"0", "1", "2", "3"}));
  EXPECT_EQ(labels(linear_scale(0, 4e6, {.ticks = 4})), (Words{"0", "1" + space + "M", "2" + space + "M", "3" + space + "M", "4" + space + "M"}));
  EXPECT_EQ(labels(log_scale(.001, 10, {.ticks = 4})), (Words{"0.001", "0.01", "0.1", "1", "10"}));
}

TEST(PlotScale, HoldsItsValuesWhateverTheyAre) {
  const double huge = std::numeric_limits<double>::max(), infinite = std::numeric_limits<double>::infinity(), nan = std::nan("");
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{{0, 0}, {5, 5}, {-3, 2}, {1e-300, 2e-300}, {-huge, huge}, {nan, 1}, {-infinite, infinite}, {1e15, 1e15 + 1}, {2, 1}, {-1e-5, 1e9}}) {
    for (const bool nice : {false, true}) {
      for (const Scale& s : {linear_scale(low, high, {.from = 10, .to = 20, .nice = nice}), log_scale(low, high, {.from = 10, .to = 20, .nice = nice}), time_scale(low, high, {.from = 10, .to = 20, .nice = nice})}) {
        EXPECT_LT(s.low, s.high) << low << " " << high;
        EXPECT_LE(s.ticks.size(), 40u);
        for (const double v : {low, high, nan, infinite}) {
          if (!std::isfinite(s.at(v))) {
            EXPECT_TRUE(std::isnan(v));
            continue;
          }
          EXPECT_GE(s.at(v), 9.8);
          EXPECT_LE(s.at(v), 20.2);
        }
      }
    }
  }
}

TEST(PlotScale, TimeHasTicksAtCalendarPlaces) {
  const double day = 86400;
  EXPECT_EQ(labels(time_scale(19723 * day, 20088 * day, {.ticks = 4})), (Words{"Jan 2024", "Apr 2024", "Jul 2024", "Oct 2024"}));
  EXPECT_EQ(labels(time_scale(0, 3652 * day, {.ticks = 5})), (Words{"1970", "1972", "1974", "1976", "1978", "1980"}));
  EXPECT_EQ(labels(time_scale(19723 * day, 19723.5 * day, {.ticks = 4})), (Words{"1 Jan", "03:00", "06:00", "09:00", "12:00"}));
}

TEST(PlotThin, KeepsPeaksEndsAndOrder) {
  Curve c{"", {}, {}};
  for (int i = 0; i < 100'000; ++i) c.x.push_back(i), c.y.push_back(std::sin(i * .01));
  c.y[77'777] = 50;
  const Curve few = thinned(c, 400);
  EXPECT_LE(few.x.size(), 402u);
  EXPECT_EQ(*std::max_element(few.y.begin(), few.y.end()), 50);
  EXPECT_EQ(few.x.front(), 0);
  EXPECT_EQ(few.x.back(), 99'999);
  EXPECT_TRUE(std::is_sorted(few.x.begin(), few.x.end()));
  EXPECT_EQ(thinned({"", {1, 2}, {3}}).x.size(), 1u);
  const std::vector<std::size_t> chosen = sampled(1'000'003, 7);
  EXPECT_EQ(chosen.size(), 7u);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  EXPECT_LT(chosen.back(), 1'000'003u);
  EXPECT_EQ(sampled(3, 7), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(PlotMarkup, KeepsTextText) {
  EXPECT_EQ(escaped("<a href='x'>\"&\n\t"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;  ");
  EXPECT_EQ(escaped("a\xff" "b\xC0\xAF" "c\xED\xA0\x80" "d\x01"), "a�b��c���d�");
  EXPECT_EQ(escaped("\xE2\x80\xAEtxt"), "�txt");
  EXPECT_EQ(escaped("żółw", 3), "żół…");
  EXPECT_EQ(shortened("żółwik", 4), "żół…");
  EXPECT_EQ(shortened("żółw", 4), "żółw");
  EXPECT_EQ(letters("żółw"), 4u);
  EXPECT_EQ(place(1.005), "1");
  EXPECT_EQ(place(-.001), "0");
  EXPECT_EQ(place(std::nan("")), "0");
  EXPECT_TRUE(is_base64("aGk="));
  EXPECT_FALSE(is_base64("aGk"));
  EXPECT_FALSE(is_base64("a\"b="));
  EXPECT_FALSE(is_base64(""));
}

TEST(PlotCharts, AreEmptyWithoutAnythingToDraw) {
  EXPECT_EQ(line_chart({.titles = {}, .curves = {}}), "");
  EXPECT_EQ(line_chart({.titles = {}, .curves = {{"", {std::nan("")}, {1}}}}), "");
  EXPECT_EQ(histogram({.titles = {}, .edges = {0, 1}, .counts = {}}), "");
  EXPECT_EQ(histogram({.titles = {}, .edges = {1, 1}, .counts = {3}}), "");
  EXPECT_EQ(region_map({.titles = {}, .columns = 2, .rows = 2, .values = {1, 2, 3}, .points = {}, .classes = {}}), "");
  EXPECT_NE(line_chart({.titles = {}, .curves = {{"one", {1}, {1}}}}).find("z\""), std::string::npos);  // a single point is a dot
}

}  // namespace
}  // namespace candor::candid::plot
