#include "candor/data/table/table.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

#include "candor/base/error.h"
#include "candor/base/fingerprint.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"

namespace candor::data {
namespace {

constexpr std::int64_t rows_at_once = 1 << 14;

std::int64_t pieces_of(std::int64_t rows) { return (rows + rows_at_once - 1) / rows_at_once; }

std::string number_text(double value) {
  if (std::isnan(value)) return "";
  char text[32];
  // Whole numbers without an exponent as long as every digit counts; everything else as short as it can be read back.
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  const auto end = whole ? std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(value)).ptr : std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

/// Stirs the bits (the finaliser of SplitMix64), so that sums of such numbers do not meet by accident.
std::uint64_t stirred(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
std::uint64_t number_identity(double value) { return stirred(std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value)); }

/// What a cell of this column adds to the number of its row; nothing when it is missing.
struct ColumnIdentity {
  std::uint64_t name;
  std::vector<std::uint64_t> words;
};

ColumnIdentity identity_of(const Column& column) {
  ColumnIdentity result{fingerprint64(column.name), {}};
  result.words.reserve(column.words.size());
  for (const std::string& word : column.words) {
    // A column of numbers may be one of words in another file, where one cell is spoiled: 5 is the same row in both.
    const auto number = parse_number(word);
    result.words.push_back(number && !std::isnan(*number) ? number_identity(*number) : fingerprint64(word));
  }
  return result;
}

}  // namespace

std::string Column::cell(std::int64_t row) const {
  const auto at = static_cast<std::size_t>(row);
  if (kind == Kind::number) return number_text(numbers[at]);
  return codes[at] == missing_word ? "" : words[static_cast<std::size_t>(codes[at])];
}

std::int64_t Column::missing() const {
  if (kind == Kind::number) return std::count_if(numbers.begin(), numbers.end(), [](double v) { return std::isnan(v); });
  return std::count(codes.begin(), codes.end(), missing_word);
}

const Column* Table::find(std::string_view name) const {
  for (const Column& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}
Column* Table::find(std::string_view name) { return const_cast<Column*>(std::as_const(*this).find(name)); }

const Column& Table::at(std::string_view name) const {
  if (const Column* const column = find(name)) return *column;
  const std::vector<std::string> all = names();
  fail(ErrorKind::not_found, source + ": no column is named " + quoted(name) + "; the columns are " + name_list(all, 20) + did_you_mean(name, all));
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> result;
  result.reserve(columns.size());
  for (const Column& column : columns) result.push_back(column.name);
  return result;
}

Table Table::take(std::span<const std::int64_t> wanted) const {
  const std::int64_t have = rows();
  for (const std::int64_t row : wanted)
    if (row < 0 || row >= have)
      fail(ErrorKind::invalid_argument, source + ": row " + std::to_string(row) + " is not there; the table has " + with_thousands(have) + " rows, counted from 0");
  Table result{source, {}, remarks};
  result.columns.resize(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    Column& to = result.columns[c];
    to.name = columns[c].name, to.kind = columns[c].kind, to.words = columns[c].words;
    (to.kind == Column::Kind::number ? to.numbers.resize(wanted.size()) : to.codes.resize(wanted.size()));
  }
  const auto count = static_cast<std::int64_t>(wanted.size()), pieces = pieces_of(count);
  parallel_for(pieces * static_cast<std::int64_t>(columns.size()), [&](std::int64_t i) {
    const auto c = static_cast<std::size_t>(i / pieces);
    const Column& from = columns[c];
    Column& to = result.columns[c];
    const std::int64_t first = i % pieces * rows_at_once, last = std::min(count, first + rows_at_once);
    for (auto r = static_cast<std::size_t>(first); r < static_cast<std::size_t>(last); ++r) {
      const auto source_row = static_cast<std::size_t>(wanted[r]);
      if (from.kind == Column::Kind::number) to.numbers[r] = from.numbers[source_row];
      else to.codes[r] = from.codes[source_row];
    }
  });
  return result;
}

std::vector<std::uint64_t> Table::row_identities() const {
  std::vector<ColumnIdentity> parts;
  parts.reserve(columns.size());
  for (const Column& column : columns) parts.push_back(identity_of(column));
  const std::int64_t count = rows();
  std::vector<std::uint64_t> result(static_cast<std::size_t>(count), 0);
  parallel_for(pieces_of(count), [&](std::int64_t piece) {
    const auto first = static_cast<std::size_t>(piece * rows_at_once), last = static_cast<std::size_t>(std::min(count, (piece + 1) * rows_at_once));
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Column& column = columns[c];
      for (std::size_t r = first; r < last; ++r) {
        if (column.is_missing(static_cast<std::int64_t>(r))) continue;
        const std::uint64_t cell = column.kind == Column::Kind::number ? number_identity(column.numbers[r]) : parts[c].words[static_cast<std::size_t>(column.codes[r])];
        result[r] += stirred(parts[c].name ^ std::rotl(cell, 23));  // a sum, so that the order of the columns does not matter
      }
    }
    for (std::size_t r = first; r < last; ++r) result[r] = stirred(result[r]);
  });
  return result;
}

}  // namespace candor::data
