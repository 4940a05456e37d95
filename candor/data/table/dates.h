// Dates as text: read to seconds since 1970, the format of a column found, written back in the same format.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

/// A moment on the calendar (Gregorian, also before 1582; no leap seconds, no daylight saving: a day has 86,400 seconds).
struct CalendarTime {
  int year = 1970, month = 1, day = 1;     ///< month 1..12, day 1..31
  int hour = 0, minute = 0;
  double second = 0;
  int weekday = 3;                         ///< 0 is Monday
  int day_of_year = 1;                     ///< 1..366
};

/// Seconds since 1970-01-01 00:00 of that moment; weekday and day_of_year are not looked at. Months beyond 1..12 and days beyond the month
/// run over into the next ones: month 13 is January of the year after.
double to_seconds(const CalendarTime& time);
/// The moment that many seconds after 1970-01-01 00:00. `seconds` is finite and within a million years.
CalendarTime from_seconds(double seconds);
/// 28..31.
int days_of_month(int year, int month);

/// The moment that all of `text` says in strptime's letters (%Y %m %d %H %M %S %y %b %B %a %A %p %I %j %z %q; %S takes a fraction, %q is a
/// quarter 1..4, %b and %B take English names, short or long). A zone that is written is taken off: the answer is in UTC. Nothing when the text
/// is not of that form or no such day exists (30 February).
std::optional<double> parse_date(std::string_view text, std::string_view format);

/// The moment in the same letters. %z is written "+0000".
std::string format_date(double seconds, std::string_view format);

/// How the dates of a column are written.
struct DateFormat {
  std::string format;              ///< "%d.%m.%Y %H:%M"; empty when none was found
  std::string other;               ///< reads the same cells, or at least as well: "%m/%d/%Y" beside "%d/%m/%Y"; empty when it is clear
  std::string mixed;               ///< reads the cells that `format` does not: a column in two formats; empty when there are none
  std::int64_t read = 0;           ///< cells that `format` reads
  std::int64_t cells = 0;          ///< cells looked at, without blank ones
  std::string first_unread;        ///< a cell that `format` does not read
};

/// Finds it by trying the usual ones (ISO 8601 with or without time and zone; day or month first with . / or -; names of months; years and
/// months, years and quarters, compact digits). Cells that are blank are left out. Between day first and month first the cells decide; when
/// they allow both, the one under which neighbouring cells lie nearer together, else day first, and `other` says so.
DateFormat find_date_format(std::span<const std::string> cells);

}  // namespace candor::data
