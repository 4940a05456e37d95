#include "candor/data/table/column_part.h"

#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/column_dates.h"

namespace candor::data::detail {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Reads each different word once; `read` gives NaN for what it cannot read.
template <class Read>
std::vector<double> read_words(const Column& column, bool lenient, const char* expected, Read read) {
  std::vector<double> by_word(column.words.size());
  for (std::size_t i = 0; i < by_word.size(); ++i) by_word[i] = read(column.words[i]);
  std::vector<double> values(column.codes.size(), none);
  for (std::size_t r = 0; r < values.size(); ++r) {
    if (column.codes[r] < 0) continue;
    const auto word = static_cast<std::size_t>(column.codes[r]);
    values[r] = by_word[word];
    if (values[r] != values[r] && !lenient)
      fail(ErrorKind::corrupt, "row " + std::to_string(r + 1) + ", column " + quoted(column.name) + ": expected " + expected + ", got " + quoted(column.words[word]));
  }
  return values;
}

}  // namespace

std::vector<double> need_numbers(const Column& column, bool lenient) {
  if (column.kind == Column::Kind::text)
    return read_words(column, lenient, "a number", [](const std::string& word) {
      const auto number = parse_number(trimmed(word));
      return number && std::isfinite(*number) ? *number : none;
    });
  std::vector<double> values = column.numbers;
  for (double& x : values)
    if (std::isinf(x)) x = none;
  return values;
}

std::vector<double> need_dates(const Column& column, const std::string& format, bool lenient) {
  const std::string expected = "a date written as " + quoted(format);
  if (column.kind == Column::Kind::text)
    return read_words(column, lenient, expected.c_str(), [&](const std::string& word) { return read_date(word, format).value_or(none); });
  std::vector<double> values(column.numbers.size(), none);
  for (std::size_t r = 0; r < values.size(); ++r) {
    if (column.numbers[r] != column.numbers[r]) continue;
    const std::string cell = column.cell(static_cast<std::int64_t>(r));
    values[r] = read_date(cell, format).value_or(none);
    if (values[r] != values[r] && !lenient)
      fail(ErrorKind::corrupt, "row " + std::to_string(r + 1) + ", column " + quoted(column.name) + ": expected " + expected + ", got " + quoted(cell));
  }
  return values;
}

std::string missing_text(std::int64_t count) { return with_thousands(count) + " missing"; }

double checked_number(const Config& config, const char* key, double low, double high) {
  const double value = config.at(key).number();
  if (!(value >= low && value <= high)) fail(ErrorKind::corrupt, "recipe: " + quoted(key) + " is " + to_string(config.at(key)) + ", which no recipe has");
  return value;
}

PartPointer read_part(const Config& config) {
  const std::string& kind = config.at("kind").text();
  if (kind == "number") return read_number(config);
  if (kind == "category") return read_category(config);
  if (kind == "date") return read_date(config);
  if (kind == "text") return read_text(config);
  fail(ErrorKind::corrupt, "recipe: " + quoted(kind) + " is no kind of treatment; there are number, category, date and text");
}

}  // namespace candor::data::detail
