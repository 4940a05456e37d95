#include "candor/data/series/calendar.h"

#include <cmath>
#include <numbers>

#include "candor/base/error.h"
#include "candor/data/table/dates.h"

namespace candor::data {
namespace {

constexpr double day = 86400;
constexpr const char* weekday_names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

double special_weight(const std::vector<SpecialDay>& days, double time) {
  double strongest = 0;
  for (const SpecialDay& rule : days) {
    if (falls_on(rule, time) && std::abs(rule.weight) > std::abs(strongest)) strongest = rule.weight;
  }
  return strongest;
}

}  // namespace

Calendar Calendar::for_step(const TimeStep& step, double seconds) {
  CalendarOptions o;
  if (!(step.seconds() > 0)) return Calendar{};
  const bool years = seconds >= 2 * 365 * day;
  if (step.unit == TimeStep::Unit::months) {
    o.month = std::fmod(step.count, 12) != 0 && years;
    return Calendar{o};
  }
  o.time_of_day = step.seconds() < day && seconds >= 2 * day;
  o.weekday = step.seconds() < 7 * day && seconds >= 14 * day;
  if (years) o.year_waves = step.seconds() >= 7 * day ? 3 : 4;
  return Calendar{o};
}

std::vector<std::string> Calendar::names() const {
  std::vector<std::string> out;
  for (int hour = 0; options_.time_of_day && hour < 24; ++hour) out.push_back("hour " + std::to_string(hour));
  for (int d = 0; options_.weekday && d < 7; ++d) out.emplace_back(weekday_names[d]);
  for (int m = 1; options_.month && m <= 12; ++m) out.push_back("month " + std::to_string(m));
  for (int w = 1; w <= options_.year_waves; ++w) {
    out.push_back("year sin " + std::to_string(w));
    out.push_back("year cos " + std::to_string(w));
  }
  if (!options_.special_days.empty()) {
    out.insert(out.end(), {"special day", "special day at the weekend", "day before a special day", "day after a special day"});
  }
  return out;
}

void Calendar::append(double time, std::vector<float>& values) const {
  const CalendarTime t = from_seconds(time);
  const auto one_of = [&](int count, int which) {
    for (int i = 0; i < count; ++i) values.push_back(i == which ? 1.f : 0.f);
  };
  if (options_.time_of_day) {
    // Quarters of an hour lie between two hours.
    const double part = (t.minute + t.second / 60) / 60;
    for (int hour = 0; hour < 24; ++hour) values.push_back(static_cast<float>(hour == t.hour ? 1 - part : hour == (t.hour + 1) % 24 ? part : 0));
  }
  if (options_.weekday) one_of(7, t.weekday);
  if (options_.month) one_of(12, t.month - 1);
  const double turn = 2 * std::numbers::pi * (t.day_of_year - 1 + t.hour / 24.0) / 365.25;
  for (int w = 1; w <= options_.year_waves; ++w) {
    values.push_back(static_cast<float>(std::sin(w * turn)));
    values.push_back(static_cast<float>(std::cos(w * turn)));
  }
  if (options_.special_days.empty()) return;
  const double here = special_weight(options_.special_days, time);
  const bool weekend = t.weekday > 4;
  values.push_back(static_cast<float>(weekend ? 0 : here));
  values.push_back(static_cast<float>(weekend ? here : 0));
  // A working day beside a day off is often taken off too.
  values.push_back(static_cast<float>(weekend ? 0 : special_weight(options_.special_days, time + day)));
  values.push_back(static_cast<float>(weekend ? 0 : special_weight(options_.special_days, time - day)));
}

Config Calendar::config() const {
  Config::List days;
  for (const SpecialDay& rule : options_.special_days) days.push_back(to_config(rule));
  return Config{{"time_of_day", options_.time_of_day}, {"weekday", options_.weekday}, {"month", options_.month}, {"year_waves", options_.year_waves}, {"special_days", Config(days)}};
}

Calendar Calendar::from_config(const Config& config) {
  CalendarOptions o;
  o.time_of_day = config.get("time_of_day", false);
  o.weekday = config.get("weekday", false);
  o.month = config.get("month", false);
  const std::int64_t waves = config.get("year_waves", std::int64_t{0});
  if (waves < 0 || waves > 100) fail(ErrorKind::corrupt, "calendar: year_waves is " + std::to_string(waves) + ", and 0 to 100 are possible");
  o.year_waves = static_cast<int>(waves);
  if (const Config* days = config.find("special_days")) {
    for (const Config& rule : days->items()) o.special_days.push_back(special_day_from(rule));
  }
  return Calendar{o};
}

}  // namespace candor::data
