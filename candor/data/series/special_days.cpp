#include "candor/data/series/special_days.h"

#include <array>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/dates.h"

namespace candor::data {
namespace {

constexpr std::array<const char*, 12> month_names{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr std::array<const char*, 7> day_names{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<const char*, 3> kind_names{"date", "easter", "weekday"};

SpecialDay on(int month, int day, double weight = 1) { return {SpecialDay::Kind::date, month, day, 0, weight}; }
SpecialDay after_easter(int days) { return {SpecialDay::Kind::easter, 1, days, 0, 1}; }
SpecialDay nth(int n, int weekday, int month) { return {SpecialDay::Kind::weekday, month, n, weekday, 1}; }

struct Country {
  std::string_view code;
  std::vector<SpecialDay> days;
};

// Days off in the whole country as the law stands; half days weigh half. Not the days of single states, nor days moved for a weekend.
const std::vector<Country>& countries() {
  constexpr int monday = 0, thursday = 3;
  static const std::vector<Country> all{
      {"DE", {on(1, 1), after_easter(-2), after_easter(1), on(5, 1), after_easter(39), after_easter(50), on(10, 3), on(12, 24, .7), on(12, 25), on(12, 26), on(12, 31, .7)}},
      {"AT", {on(1, 1), on(1, 6), after_easter(1), on(5, 1), after_easter(39), after_easter(50), after_easter(60), on(8, 15), on(10, 26), on(11, 1), on(12, 8), on(12, 24, .7), on(12, 25), on(12, 26), on(12, 31, .7)}},
      {"CH", {on(1, 1), after_easter(-2), after_easter(1), after_easter(39), after_easter(50), on(8, 1), on(12, 25), on(12, 26)}},
      {"FR", {on(1, 1), after_easter(1), on(5, 1), on(5, 8), after_easter(39), after_easter(50), on(7, 14), on(8, 15), on(11, 1), on(11, 11), on(12, 25)}},
      {"IT", {on(1, 1), on(1, 6), after_easter(1), on(4, 25), on(5, 1), on(6, 2), on(8, 15), on(11, 1), on(12, 8), on(12, 25), on(12, 26)}},
      {"ES", {on(1, 1), on(1, 6), after_easter(-2), on(5, 1), on(8, 15), on(10, 12), on(11, 1), on(12, 6), on(12, 8), on(12, 25)}},
      {"NL", {on(1, 1), after_easter(1), on(4, 27), after_easter(39), after_easter(50), on(12, 25), on(12, 26)}},
      {"PL", {on(1, 1), on(1, 6), after_easter(1), on(5, 1), on(5, 3), after_easter(60), on(8, 15), on(11, 1), on(11, 11), on(12, 25), on(12, 26)}},
      {"GB", {on(1, 1), after_easter(-2), after_easter(1), nth(1, monday, 5), nth(-1, monday, 5), nth(-1, monday, 8), on(12, 25), on(12, 26)}},
      {"US", {on(1, 1), nth(3, monday, 1), nth(3, monday, 2), nth(-1, monday, 5), on(7, 4), nth(1, monday, 9), nth(2, monday, 10), on(11, 11), nth(4, thursday, 11), on(12, 25)}},
      {"CA", {on(1, 1), after_easter(-2), on(7, 1), nth(1, monday, 9), nth(2, monday, 10), on(12, 25), on(12, 26)}},
  };
  return all;
}

}  // namespace

MonthDay easter(int year) {
  const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
  return {n / 31, n % 31 + 1};
}

bool falls_on(const SpecialDay& rule, double time) {
  const CalendarTime t = from_seconds(time);
  switch (rule.kind) {
    case SpecialDay::Kind::date: return t.month == rule.month && t.day == rule.day;
    case SpecialDay::Kind::easter: {
      if (t.year < 1583) return false;
      const MonthDay sunday = easter(t.year);
      const double days = (time - to_seconds({.year = t.year, .month = sunday.month, .day = sunday.day})) / 86400;
      return std::floor(days) == rule.day;
    }
    default: {
      if (t.month != rule.month || t.weekday != rule.weekday) return false;
      return rule.day > 0 ? (t.day - 1) / 7 + 1 == rule.day : t.day + 7 > days_of_month(t.year, t.month);
    }
  }
}

std::string to_string(const SpecialDay& rule) {
  const char* month = month_names[static_cast<std::size_t>(rule.month - 1)];
  if (rule.kind == SpecialDay::Kind::date) return std::to_string(rule.day) + " " + month;
  if (rule.kind == SpecialDay::Kind::easter) {
    if (rule.day == 0) return "Easter Sunday";
    return std::string("Easter ") + (rule.day < 0 ? "- " : "+ ") + std::to_string(std::abs(rule.day)) + (std::abs(rule.day) == 1 ? " day" : " days");
  }
  constexpr const char* counts[] = {"last", "", "1st", "2nd", "3rd", "4th", "5th"};
  return std::string(counts[rule.day + 1]) + " " + day_names[static_cast<std::size_t>(rule.weekday)] + " of " + month;
}

std::vector<SpecialDay> holidays(std::string_view country) {
  std::vector<std::string> codes;
  for (const Country& one : countries()) {
    if (one.code == country) return one.days;
    codes.emplace_back(one.code);
  }
  fail(ErrorKind::invalid_argument, "holidays of " + quoted(country) + " are not known" + did_you_mean(country, codes) + "; there are " + name_list(codes, 20) +
                                        ", and without a country special days are found in the values themselves");
}

Config to_config(const SpecialDay& rule) {
  return Config{{"kind", kind_names[static_cast<std::size_t>(rule.kind)]}, {"month", rule.month}, {"day", rule.day}, {"weekday", rule.weekday}, {"weight", rule.weight}};
}

SpecialDay special_day_from(const Config& config) {
  SpecialDay rule;
  const std::string kind = config.at("kind").text();
  std::size_t which = 0;
  while (which < kind_names.size() && kind != kind_names[which]) ++which;
  const std::int64_t month = config.at("month").integer(), day = config.at("day").integer(), weekday = config.at("weekday").integer();
  const bool day_fits = which == 0 ? day >= 1 && day <= 31 : which == 1 ? day >= -120 && day <= 260 : (day >= 1 && day <= 5) || day == -1;
  if (which == kind_names.size() || month < 1 || month > 12 || weekday < 0 || weekday > 6 || !day_fits) {
    fail(ErrorKind::corrupt, "calendar: " + to_string(config) + " is no rule for a day");
  }
  rule = {static_cast<SpecialDay::Kind>(which), static_cast<int>(month), static_cast<int>(day), static_cast<int>(weekday), config.at("weight").number()};
  if (!std::isfinite(rule.weight)) fail(ErrorKind::corrupt, "calendar: the weight of a day is not finite");
  return rule;
}

}  // namespace candor::data
