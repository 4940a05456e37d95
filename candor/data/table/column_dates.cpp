#include "candor/data/table/column_dates.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/dates.h"
#include "candor/data/table/infer_column.h"

namespace candor::data::detail {
namespace {

constexpr double latest = 3e13;  // a million years

std::optional<double> read_one(std::string_view text, std::string_view format) {
  if (format != "%s" && format != "%Q") return parse_date(text, format);
  const auto number = parse_number(trimmed(text));
  if (!number || !(std::fabs(*number) < latest)) return std::nullopt;
  return format == "%s" ? *number : *number / 1000;
}

bool may_be_date(std::string_view text) {
  return text.size() >= 6 && text.size() <= 40 && std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) >= 2;
}

/// The same format with day and month in the other order.
std::string swapped(std::string format) {
  const std::size_t day = format.find("%d"), month = format.find("%m");
  if (day != std::string::npos && month != std::string::npos) std::swap(format[day + 1], format[month + 1]);
  return format;
}

}  // namespace

std::optional<double> read_date(std::string_view text, std::string_view formats) {
  for (;;) {
    const std::size_t bar = formats.find('|');
    if (const auto seconds = read_one(text, formats.substr(0, bar))) return seconds;
    if (bar == std::string_view::npos) return std::nullopt;
    formats.remove_prefix(bar + 1);
  }
}

void check_date_format(const std::string& formats) {
  for (std::string_view one : split_text(formats, '|')) {
    if (one == "%s" || one == "%Q") continue;
    bool year = false;
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i] != '%') continue;
      const char letter = i + 1 < one.size() ? one[++i] : ' ';
      if (std::string_view("YymdHMSbBaApIjzq").find(letter) == std::string_view::npos)
        fail(ErrorKind::invalid_argument, "date format " + quoted(formats) + ": %" + std::string(1, letter) +
                                              " is not known; there are %Y %y %m %d %b %B %a %A %j %q %H %I %p %M %S %z, and %s or %Q (seconds, milliseconds since 1970) alone");
      year = year || letter == 'Y' || letter == 'y';
    }
    if (!year) fail(ErrorKind::invalid_argument, "date format " + quoted(formats) + " has no year (%Y or %y); \"%d.%m.%Y\" reads 24.12.2025");
  }
}

std::optional<DateGuess> guess_dates(const Column& column) {
  constexpr std::size_t most = 20000;  // different cells that the format is found by
  const std::vector<std::int64_t> counts = count_words(column);
  std::vector<std::string> cells;
  std::int64_t all = 0, possible = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i]) continue;
    all += counts[i];
    if (may_be_date(column.words[i])) possible += counts[i];
    if (cells.size() < most) cells.push_back(column.words[i]);
  }
  if (all == 0 || possible * 5 < all * 4) return std::nullopt;
  const DateFormat found = find_date_format(cells);
  if (found.format.empty()) return std::nullopt;
  DateGuess guess{found.format, 0, 0, "", false};
  if (found.other == swapped(found.format) && found.other != found.format) guess.other_order = found.other;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i]) continue;
    if (parse_date(column.words[i], found.format)) guess.fitting += counts[i];
    else if (!found.mixed.empty() && parse_date(column.words[i], found.mixed)) guess.fitting += counts[i], guess.second += counts[i];
  }
  if (guess.fitting * 5 < all * 4) return std::nullopt;
  if (guess.second > 0) guess.formats += "|" + found.mixed;
  guess.day_month_mixed = guess.second > 0 && found.mixed == swapped(found.format);
  return guess;
}

std::string date_text(double seconds) {
  const CalendarTime time = from_seconds(std::clamp(seconds, -latest, latest));
  return format_date(seconds, time.hour || time.minute || time.second >= 1 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d");
}

}  // namespace candor::data::detail
