// Dates: how far along, and where in the year, the week and the day, as points on a circle so that December is next to January.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/column_dates.h"
#include "candor/data/table/column_part.h"
#include "candor/data/table/dates.h"

namespace candor::data::detail {
namespace {

/// The circles a date can lie on. Only those on which the training rows differ become inputs.
constexpr std::array<const char*, 5> circle_names{"year", "month", "month day", "weekday", "day"};
enum Circle { of_year, of_month, of_month_day, of_week, of_day };

/// Where on a circle, 0 to 1.
double turn(const CalendarTime& time, std::size_t circle) {
  switch (circle) {
    case of_year: return (time.day_of_year - 1) / 365.25;
    case of_month: return (time.month - 1) / 12.;
    case of_month_day: return (time.day - 1) / 31.;
    case of_week: return time.weekday / 7.;
    default: return (time.hour * 3600 + time.minute * 60 + time.second) / 86400;
  }
}

class DatePart final : public ColumnPart {
 public:
  using ColumnPart::ColumnPart;

  std::vector<std::string> features() const override {
    std::vector<std::string> names;
    if (deviation > 0) names.push_back(column() + " time");
    for (std::size_t c = 0; c < circle_names.size(); ++c)
      if (circles[c]) names.push_back(column() + " " + circle_names[c] + " sin"), names.push_back(column() + " " + circle_names[c] + " cos");
    if (weekend) names.push_back(column() + " weekend");
    if (marked) names.push_back(column() + " missing");
    return names;
  }

  void apply(const Column& source, float* out, std::int64_t stride) const override {
    const std::vector<double> moments = need_dates(source, format, lenient);
    for (std::size_t r = 0; r < moments.size(); ++r) {
      float* to = out + static_cast<std::int64_t>(r) * stride;
      const bool is_missing = moments[r] != moments[r];
      // A missing date stands in the middle of time and at the centre of every circle.
      const CalendarTime time = from_seconds(is_missing ? 0 : moments[r]);
      if (deviation > 0) *to++ = is_missing ? 0.f : static_cast<float>(std::clamp((moments[r] - mean) / deviation, -20., 20.));
      for (std::size_t c = 0; c < circle_names.size(); ++c) {
        if (!circles[c]) continue;
        const double angle = 2 * std::numbers::pi * turn(time, c);
        *to++ = is_missing ? 0.f : static_cast<float>(std::sin(angle));
        *to++ = is_missing ? 0.f : static_cast<float>(std::cos(angle));
      }
      if (weekend) *to++ = !is_missing && time.weekday >= 5 ? 1.f : 0.f;
      if (marked) *to = is_missing ? 1.f : 0.f;
    }
  }

  std::string what() const override {
    if (features().empty()) return "left out: the same date in every training row";
    std::vector<std::string> parts;
    if (deviation > 0) parts.push_back("how far along");
    for (std::size_t c = 0; c < circle_names.size(); ++c)
      if (circles[c]) parts.push_back(std::array{"day of the year", "month", "day of the month", "weekday", "time of day"}[c]);
    std::string text = "read as " + format + ": " + name_list(parts);
    if (parts.size() > 1) text += " (on circles, by sine and cosine)";
    if (missing) text += "; " + missing_text(missing) + ", marked";
    return text;
  }

  void look(const Column& source, ColumnSeen& seen) const override {
    if (!seen.retyped.empty()) return;
    if (!lenient) {
      try {
        need_dates(source, format, false);
      } catch (const Error& error) {
        seen.retyped = error.message();
        return;
      }
    }
    seen.count(need_dates(source, format, true), minimum, maximum);
  }

  void tell(const ColumnSeen& seen, TableDifferences& differences) const override {
    if (!seen.retyped.empty()) return;
    if (seen.odd)
      differences.out_of_range.push_back("column " + quoted(column()) + ": " + with_thousands(seen.odd) + (seen.odd == 1 ? " date lies" : " dates lie") + " outside " + date_text(minimum) + " to " +
                                         date_text(maximum) + " of the training rows (" + date_text(seen.most > maximum ? seen.most : seen.least) + ")");
    if (seen.missing && !marked) differences.new_words.push_back("column " + quoted(column()) + ": " + missing_text(seen.missing) + "; none was in the training rows");
  }

  Config config() const override {
    Config::List used;
    for (std::size_t c = 0; c < circle_names.size(); ++c)
      if (circles[c]) used.emplace_back(circle_names[c]);
    return Config{{"kind", "date"}, {"column", column()}, {"format", format}, {"mean", mean}, {"deviation", deviation}, {"minimum", minimum}, {"maximum", maximum}, {"circles", used},
                  {"weekend", weekend}, {"marked", marked}, {"lenient", lenient}, {"missing", missing}};
  }

  std::string format;
  double mean = 0, deviation = 0, minimum = 0, maximum = 0;
  std::array<bool, circle_names.size()> circles{};
  bool weekend = false, marked = false, lenient = false;
  std::int64_t missing = 0;
};

}  // namespace

PartPointer fit_date(const Column& column, const std::string& format, const RecipeOptions&) {
  auto part = std::make_shared<DatePart>(column.name);
  part->format = format;
  std::vector<double> moments = need_dates(column, format, true);
  const std::size_t rows = moments.size();
  std::erase_if(moments, [](double x) { return x != x; });
  part->missing = static_cast<std::int64_t>(rows - moments.size());
  part->lenient = part->missing > column.missing();
  part->marked = part->missing > 0 && !moments.empty();
  if (moments.empty()) return part;
  const auto n = static_cast<double>(moments.size());
  part->minimum = part->maximum = moments[0];
  const CalendarTime first = from_seconds(moments[0]);
  std::array<bool, 12> months{};
  std::array<bool, circle_names.size()> vary{};
  bool days = false, work = false, free = false;
  for (double x : moments) {
    part->mean += x / n;
    part->minimum = std::min(part->minimum, x), part->maximum = std::max(part->maximum, x);
    const CalendarTime time = from_seconds(x);
    months[static_cast<std::size_t>(time.month - 1)] = true;
    for (std::size_t c = 0; c < vary.size(); ++c) vary[c] = vary[c] || turn(time, c) != turn(first, c);
    days = days || time.day != first.day;
    (time.weekday >= 5 ? free : work) = true;
  }
  double squares = 0;
  for (double x : moments) squares += (x - part->mean) * (x - part->mean) / n;
  part->deviation = part->minimum < part->maximum ? std::sqrt(squares) : 0;
  // Dates of whole months lie on the circle of months; a part of the year tells no more than how far along it is.
  const bool long_enough = std::count(months.begin(), months.end(), true) >= 3;
  part->circles[of_year] = days && long_enough;
  part->circles[of_month] = !days && vary[of_month] && long_enough;
  part->circles[of_month_day] = days && part->maximum - part->minimum > 40. * 86400;
  part->circles[of_week] = days && vary[of_week];
  part->circles[of_day] = vary[of_day];
  part->weekend = days && work && free;
  return part;
}

PartPointer read_date(const Config& config) {
  auto part = std::make_shared<DatePart>(config.at("column").text());
  part->format = config.at("format").text();
  try {
    check_date_format(part->format);
  } catch (const Error& error) {
    fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + ": " + error.message());
  }
  constexpr double longest = 1e14;
  part->mean = checked_number(config, "mean", -longest, longest);
  part->deviation = checked_number(config, "deviation", 0, longest);
  part->minimum = checked_number(config, "minimum", -longest, longest);
  part->maximum = checked_number(config, "maximum", part->minimum, longest);
  for (const Config& circle : config.at("circles").items()) {
    const auto found = std::find(circle_names.begin(), circle_names.end(), circle.text());
    if (found == circle_names.end()) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + ": " + quoted(circle.text()) + " is no part of a date");
    part->circles[static_cast<std::size_t>(found - circle_names.begin())] = true;
  }
  part->weekend = config.at("weekend").boolean();
  part->marked = config.at("marked").boolean();
  part->lenient = config.at("lenient").boolean();
  part->missing = config.at("missing").integer();
  if (part->missing < 0) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " misses a negative number of dates");
  return part;
}

}  // namespace candor::data::detail
