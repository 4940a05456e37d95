#include "candor/data/series/time_step.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "candor/data/table/dates.h"

namespace candor::data {
namespace {

constexpr double day = 86400;

// Working days since Monday, 1969-12-29; a weekend counts as the Monday that follows.
double workday_number(double time) {
  const double days = std::floor(time / day) + 3, week = std::floor(days / 7), weekday = days - week * 7;
  const double part = weekday < 5 ? time / day - std::floor(time / day) : 0;
  return week * 5 + std::min(weekday, 5.0) + part;
}

double workday_time(double number) {
  const double week = std::floor(number / 5);
  return (week * 7 + (number - week * 5) - 3) * day;
}

std::string plural(double count, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g %s%s", count, unit, count == 1 ? "" : "s");
  return text;
}

double commonest(const std::vector<double>& steps) {
  std::map<double, std::int64_t> counts;
  for (const double step : steps) ++counts[step];
  return std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
}

int month_number(const CalendarTime& t) { return t.year * 12 + t.month - 1; }

// The common day of the month: of all rows the same one, or the last.
int common_day(std::span<const double> times) {
  bool same = true, last = true;
  const int first = from_seconds(times.front()).day;
  for (const double time : times) {
    const CalendarTime t = from_seconds(time);
    same = same && t.day == first;
    last = last && t.day == days_of_month(t.year, t.month);
  }
  return last ? 31 : same ? first : 0;
}

TimeStep find_months(std::span<const double> times) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const int months = month_number(from_seconds(times[i])) - month_number(from_seconds(times[i - 1]));
    if (months > 0) steps.push_back(months);
  }
  return {TimeStep::Unit::months, steps.empty() ? 1 : commonest(steps), common_day(times)};
}

}  // namespace

double TimeStep::advance(double origin, std::int64_t steps) const {
  const double all = static_cast<double>(steps) * count;
  if (unit == Unit::workdays) return workday_time(workday_number(origin) + all);
  if (unit != Unit::months) return origin + all;
  CalendarTime t = from_seconds(origin);
  const int wanted = day_of_month ? day_of_month : t.day, months = month_number(t) + static_cast<int>(all);
  t.year = months >= 0 ? months / 12 : -((11 - months) / 12);
  t.month = months - 12 * t.year + 1;
  t.day = std::min(wanted, days_of_month(t.year, t.month));
  return to_seconds(t);
}

double TimeStep::position(double origin, double time) const {
  double steps = 0;
  if (unit == Unit::months) {
    const int months = month_number(from_seconds(time)) - month_number(from_seconds(origin));
    const double whole = std::floor(months / count), grid = advance(origin, static_cast<std::int64_t>(whole));
    const double next = advance(origin, static_cast<std::int64_t>(whole) + 1);
    steps = whole + (time - grid) / (next - grid);
  } else if (unit == Unit::workdays) {
    steps = (workday_number(time) - workday_number(origin)) / count;
  } else {
    steps = (time - origin) / count;
  }
  const double near = std::round(steps);
  return std::abs(steps - near) < 1e-3 ? near : steps;
}

double TimeStep::seconds() const {
  switch (unit) {
    case Unit::seconds: return count;
    case Unit::workdays: return count * day * 7 / 5;
    case Unit::months: return count * day * 365.2425 / 12;
    default: return 0;
  }
}

std::string TimeStep::text() const {
  if (unit == Unit::rows) return plural(count, "row");
  if (unit == Unit::workdays) return plural(count, "working day");
  if (unit == Unit::months) return std::fmod(count, 12) == 0 ? plural(count / 12, "year") : plural(count, "month");
  for (const auto& [seconds, name] : {std::pair{7 * day, "week"}, {day, "day"}, {3600.0, "hour"}, {60.0, "minute"}}) {
    if (std::fmod(count, seconds) == 0) return plural(count / seconds, name);
  }
  return plural(count, "second");
}

TimeStep find_step(std::span<const double> times) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] > times[i - 1]) steps.push_back(times[i] - times[i - 1]);
  }
  if (steps.empty()) return {};
  const double common = commonest(steps);
  if (common >= 28 * day && common <= 31 * day) return find_months(times);
  if ((common >= 89 * day && common <= 92 * day) || common == 365 * day || common == 366 * day) return find_months(times);
  if (common == day) {
    const bool weekend = std::any_of(times.begin(), times.end(), [](double t) { return from_seconds(t).weekday > 4; });
    const auto over_weekend = std::count(steps.begin(), steps.end(), 3 * day);
    if (!weekend && over_weekend > 0) return {TimeStep::Unit::workdays, 1, 0};
  }
  return {TimeStep::Unit::seconds, common, 0};
}

std::int64_t calendar_season(const TimeStep& step) {
  switch (step.unit) {
    case TimeStep::Unit::workdays: return step.count == 1 ? 5 : 1;
    case TimeStep::Unit::months: return std::fmod(12, step.count) == 0 && step.count < 12 ? static_cast<std::int64_t>(12 / step.count) : 1;
    case TimeStep::Unit::seconds: break;
    default: return 1;
  }
  if (step.count == 7 * day) return 52;
  if (step.count == day) return 7;
  return step.count < day && std::fmod(day, step.count) == 0 && step.count >= 60 ? static_cast<std::int64_t>(day / step.count) : 1;
}

}  // namespace candor::data
