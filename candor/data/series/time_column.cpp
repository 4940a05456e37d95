#include "candor/data/series/time_column.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/series/series.h"
#include "candor/data/table/dates.h"

namespace candor::data {
namespace {

// A name that says so goes before one that does not.
bool named_like_time(const std::string& name) {
  const std::string lower = lower_case(name);
  for (const std::string_view word : {"date", "time", "month", "year", "day", "datum", "zeit", "week", "timestamp"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return lower == "ds" || lower == "t";
}

// Which numbers can be moments: "%Y" for years, "%Y%m%d" for 20060131, "s" and "ms" since 1970.
std::string number_format(const Column& column) {
  double low = 0, high = 0;
  bool any = false, whole = true, days = true;
  for (const double v : column.numbers) {
    if (!std::isfinite(v)) return {};
    low = any ? std::min(low, v) : v;
    high = any ? std::max(high, v) : v;
    any = true;
    whole = whole && v == std::floor(v);
    days = days && v >= 10000101 && v <= 99991231 && parse_date(std::to_string(static_cast<std::int64_t>(v)), "%Y%m%d");
  }
  if (!any || low == high) return {};
  if (whole && days) return "%Y%m%d";
  if (whole && low >= 1000 && high <= 2300) return "%Y";
  if (low >= 1e8 && high <= 1e10) return "s";
  if (low >= 1e11 && high <= 1e13) return "ms";
  return {};
}


// The different words once each are enough to know the format; order matters to the doubt between days and months, and words keep it.
DateFormat format_of(const Column& column) { return find_date_format(column.words); }

bool is_time(const Column& column) {
  if (column.rows() < 2 || column.missing() > 0) return false;
  if (column.kind == Column::Kind::number) return named_like_time(column.name) && !number_format(column).empty();
  const DateFormat found = format_of(column);
  return found.cells > 0 && found.read == found.cells;
}

std::string date_hint(const DateFormat& found) {
  if (found.format.empty()) return "; none of the usual formats reads such cells: name the date column and its format (%Y-%m-%d %H:%M), or remove the column";
  if (!found.mixed.empty()) return "; most cells are written " + quoted(found.format) + " and some " + quoted(found.mixed) + ": write them all alike";
  return "; the others are written " + quoted(found.format);
}

[[noreturn]] void bad_cell(const Table& table, const std::string& column, std::int64_t row, const std::string& cell, const std::string& hint) {
  fail(ErrorKind::invalid_argument, table.source + ": column " + quoted(column) + ", row " + std::to_string(row + 1) + ": " +
                                        (cell.empty() ? std::string("the date is missing") : quoted(cell) + " is no date") + hint);
}

detail::TimeColumn read_numbers(const Table& table, const Column& column, const std::string& asked) {
  detail::TimeColumn out{column.name, asked.empty() ? number_format(column) : asked, {}, {}};
  const std::string format = out.format;
  if (format.empty() || format == "s" || format == "ms") out.format.clear();
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    const double value = column.numbers[static_cast<std::size_t>(row)];
    if (!std::isfinite(value)) bad_cell(table, column.name, row, "", "; every row needs one");
    if (format == "s" || format == "ms" || format.empty()) {
      if (format.empty() && std::abs(value) > 1e13) bad_cell(table, column.name, row, column.cell(row), "; seconds since 1970 are expected");
      out.times.push_back(format == "ms" ? value / 1000 : value);
      continue;
    }
    const std::optional<double> time = parse_date(column.cell(row), format);
    if (!time) bad_cell(table, column.name, row, column.cell(row), "; the format is " + quoted(format));
    out.times.push_back(*time);
  }
  return out;
}

}  // namespace

std::string find_time_column(const Table& table) {
  std::string found;
  bool good = false;
  for (const Column& column : table.columns) {
    if (!is_time(column)) continue;
    const bool named = named_like_time(column.name);
    // Words beside a year: the column of text says more.
    const Column* before = found.empty() ? nullptr : table.find(found);
    const bool finer = before && before->kind == Column::Kind::number && column.kind == Column::Kind::text;
    if (found.empty() || (named && !good) || (named == good && finer)) {
      found = column.name;
      good = named;
    }
  }
  return found;
}

namespace detail {

TimeColumn read_times(const Table& table, const std::string& asked, const std::string& format) {
  const std::string name = asked.empty() ? find_time_column(table) : asked;
  if (name.empty()) {
    TimeColumn rows;
    for (std::int64_t row = 0; row < table.rows(); ++row) rows.times.push_back(static_cast<double>(row));
    return rows;
  }
  const Column& column = table.at(name);
  if (column.kind == Column::Kind::number) return read_numbers(table, column, format);
  const DateFormat found = format_of(column);
  TimeColumn out{name, format.empty() ? found.format : format, {}, {}};
  std::vector<double> of_word;
  std::vector<bool> known;
  for (const std::string& word : column.words) {
    const std::optional<double> time = out.format.empty() ? std::nullopt : parse_date(word, out.format);
    known.push_back(time.has_value());
    of_word.push_back(time.value_or(0));
  }
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    const std::int32_t code = column.codes[static_cast<std::size_t>(row)];
    const auto at = static_cast<std::size_t>(code);
    if (code == missing_word) bad_cell(table, name, row, "", "; every row needs one");
    if (!known[at]) bad_cell(table, name, row, column.words[at], format.empty() ? date_hint(found) : "; the format asked for is " + quoted(format));
    out.times.push_back(of_word[at]);
  }
  if (format.empty() && !found.other.empty()) {
    out.remark = "dates of " + quoted(name) + " are read as " + quoted(found.format) + "; " + quoted(found.other) + " would read them too";
  }
  return out;
}

}  // namespace detail
}  // namespace candor::data
