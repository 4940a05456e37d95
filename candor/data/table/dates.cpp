#include "candor/data/table/dates.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "candor/base/text.h"

namespace candor::data {
namespace {

constexpr std::array<std::string_view, 12> month_names{"january", "february", "march",     "april",   "may",      "june",
                                                       "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> day_names{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

// Howard Hinnant's days_from_civil: days since 1970-01-01 of a day of the Gregorian calendar.
std::int64_t days_from_civil(std::int64_t y, int m, int d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Takes one to `most` digits off the text.
std::optional<int> take_digits(std::string_view& text, std::size_t most, std::size_t least = 1) {
  std::size_t n = 0;
  int value = 0;
  while (n < most && n < text.size() && is_digit(text[n])) value = value * 10 + (text[n++] - '0');
  if (n < least) return {};
  text.remove_prefix(n);
  return value;
}

// The number of the name that the text starts with: whole, or its first three letters (with a point behind them).
template <std::size_t N>
std::optional<int> take_name(std::string_view& text, const std::array<std::string_view, N>& names) {
  std::size_t n = 0;
  while (n < text.size() && is_letter(text[n])) ++n;
  const std::string word = lower_case(text.substr(0, n));
  for (std::size_t i = 0; i < N; ++i) {
    if (word != names[i] && word != names[i].substr(0, 3) && !(word == "sept" && names[i] == "september")) continue;
    text.remove_prefix(n);
    if (!text.empty() && text.front() == '.' && word.size() < names[i].size()) text.remove_prefix(1);
    return static_cast<int>(i);
  }
  return {};
}

// "Z", "UTC", "GMT", "+02", "+0200", "+02:00": seconds east of Greenwich.
std::optional<double> take_zone(std::string_view& text) {
  for (const std::string_view zone : {"Z", "UTC", "GMT"}) {
    if (text.substr(0, zone.size()) == zone) return text.remove_prefix(zone.size()), 0.0;
  }
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return {};
  const double sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const std::optional<int> hours = take_digits(text, 2, 2);
  if (!hours || *hours > 14) return {};
  if (!text.empty() && text.front() == ':') text.remove_prefix(1);
  const std::optional<int> minutes = text.empty() || !is_digit(text.front()) ? std::optional<int>(0) : take_digits(text, 2, 2);
  if (!minutes || *minutes > 59) return {};
  return sign * (*hours * 3600.0 + *minutes * 60.0);
}

std::optional<double> take_second(std::string_view& text) {
  const std::optional<int> whole = take_digits(text, 2);
  if (!whole || *whole > 59) return {};
  double value = *whole;
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && is_digit(text[1])) {
    double place = .1;
    for (text.remove_prefix(1); !text.empty() && is_digit(text.front()); text.remove_prefix(1), place /= 10) value += (text.front() - '0') * place;
  }
  return value;
}

struct Parsed {
  CalendarTime time;
  bool afternoon = false, twelve = false;
  int day_of_year = 0;
  double zone = 0;
};

bool take_letter(std::string_view& text, char letter, Parsed& p) {
  const auto number = [&](int& into, std::size_t most, int low, int high, std::size_t least = 1) {
    const std::optional<int> value = take_digits(text, most, least);
    if (!value || *value < low || *value > high) return false;
    into = *value;
    return true;
  };
  const auto name = [&](int& into, const auto& names) {
    const std::optional<int> value = take_name(text, names);
    if (value) into = *value + 1;
    return value.has_value();
  };
  int ignored = 0;
  switch (letter) {
    case 'Y': return number(p.time.year, 4, 0, 9999, 4);
    case 'y':
      if (!number(p.time.year, 2, 0, 99, 2)) return false;
      p.time.year += p.time.year < 69 ? 2000 : 1900;
      return true;
    case 'm': return number(p.time.month, 2, 1, 12);
    case 'd': return number(p.time.day, 2, 1, 31);
    case 'H': return number(p.time.hour, 2, 0, 24);
    case 'I': return p.twelve = true, number(p.time.hour, 2, 1, 12);
    case 'M': return number(p.time.minute, 2, 0, 59, 2);
    case 'j': return number(p.day_of_year, 3, 1, 366, 3);
    case 'b':
    case 'B': return name(p.time.month, month_names);
    case 'a':
    case 'A': return name(ignored, day_names);
    case 'q':
      if (!number(p.time.month, 1, 1, 4)) return false;
      p.time.month = 3 * p.time.month - 2;
      return true;
    case 'S':
      if (const std::optional<double> s = take_second(text)) return p.time.second = *s, true;
      return false;
    case 'z':
      if (const std::optional<double> z = take_zone(text)) return p.zone = *z, true;
      return false;
    case 'p': {
      const std::string half = lower_case(text.substr(0, 2));
      if (half != "am" && half != "pm") return false;
      p.afternoon = half == "pm";
      text.remove_prefix(2);
      return true;
    }
    default: return false;
  }
}

std::string padded(int value, int width) {
  char text[16];
  std::snprintf(text, sizeof text, "%0*d", width, value);
  return text;
}

std::string name_of(std::string_view name, std::size_t letters) {
  std::string out(name.substr(0, letters));
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// Whole seconds without a fraction, else the shortest of up to six places.
std::string second_text(double second) {
  const double whole = std::floor(second);
  std::string out = padded(static_cast<int>(whole), 2);
  if (second == whole) return out;
  char digits[16];
  std::snprintf(digits, sizeof digits, "%.6f", std::min(second - whole, .999999));
  std::string fraction = digits + 1;
  while (fraction.back() == '0') fraction.pop_back();
  return fraction == "." ? out : out + fraction;
}

}  // namespace

int days_of_month(int year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0)) return 29;
  return days[static_cast<std::size_t>(month - 1)];
}

double to_seconds(const CalendarTime& t) {
  const int month = t.month - 1, years = month >= 0 ? month / 12 : -((11 - month) / 12);
  const std::int64_t days = days_from_civil(std::int64_t{t.year} + years, month - 12 * years + 1, 1) + t.day - 1;
  return static_cast<double>(days) * 86400 + t.hour * 3600.0 + t.minute * 60.0 + t.second;
}

CalendarTime from_seconds(double seconds) {
  const double day = std::floor(seconds / 86400);
  double rest = seconds - day * 86400;
  const std::int64_t days = static_cast<std::int64_t>(day);
  // Hinnant's civil_from_days.
  const std::int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  CalendarTime t;
  t.day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  t.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  t.year = static_cast<int>(yoe + era * 400 + (t.month <= 2));
  t.hour = static_cast<int>(rest / 3600);
  rest -= t.hour * 3600.0;
  t.minute = static_cast<int>(rest / 60);
  t.second = rest - t.minute * 60.0;
  t.weekday = static_cast<int>(((days % 7) + 10) % 7);
  t.day_of_year = static_cast<int>(days - days_from_civil(t.year, 1, 1)) + 1;
  return t;
}

std::optional<double> parse_date(std::string_view text, std::string_view format) {
  text = trimmed(text);
  Parsed p;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      if (text.empty() || text.front() != format[i]) return {};
      text.remove_prefix(1);
    } else if (!take_letter(text, format[++i], p)) {
      return {};
    }
  }
  CalendarTime& t = p.time;
  if (!text.empty() || t.day > days_of_month(t.year, t.month)) return {};
  if (p.twelve) t.hour = t.hour % 12 + (p.afternoon ? 12 : 0);
  if (t.hour == 24 && (t.minute != 0 || t.second != 0)) return {};
  if (p.day_of_year) {
    if (p.day_of_year == 366 && days_of_month(t.year, 2) == 28) return {};
    t.month = 1;
    t.day = p.day_of_year;
  }
  return to_seconds(t) - p.zone;
}

std::string format_date(double seconds, std::string_view format) {
  // Clock readings have microseconds; what lies below is noise of the sum of days and seconds.
  const double whole = std::floor(seconds), micro = std::round((seconds - whole) * 1e6) / 1e6;
  CalendarTime t = from_seconds(whole + (micro >= 1 ? 1 : 0));
  t.second += micro >= 1 ? 0 : micro;
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'Y': out += padded(t.year, 4); break;
      case 'y': out += padded(((t.year % 100) + 100) % 100, 2); break;
      case 'm': out += padded(t.month, 2); break;
      case 'd': out += padded(t.day, 2); break;
      case 'H': out += padded(t.hour, 2); break;
      case 'I': out += padded((t.hour + 11) % 12 + 1, 2); break;
      case 'M': out += padded(t.minute, 2); break;
      case 'j': out += padded(t.day_of_year, 3); break;
      case 'S': out += second_text(t.second); break;
      case 'p': out += t.hour < 12 ? "AM" : "PM"; break;
      case 'q': out += padded((t.month + 2) / 3, 1); break;
      case 'z': out += "+0000"; break;
      case 'b': out += name_of(month_names[static_cast<std::size_t>(t.month - 1)], 3); break;
      case 'B': out += name_of(month_names[static_cast<std::size_t>(t.month - 1)], 99); break;
      case 'a': out += name_of(day_names[static_cast<std::size_t>(t.weekday)], 3); break;
      case 'A': out += name_of(day_names[static_cast<std::size_t>(t.weekday)], 99); break;
      default: out += format[i];
    }
  }
  return out;
}

}  // namespace candor::data
