// A table as it was read: named columns of numbers or words, missing cells, and what was noticed on the way. No roles, no meaning yet.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

/// Marks a missing word.
inline constexpr std::int32_t missing_word = -1;

/// One column: numbers (f64, NaN where missing) or words (numbers into a list of the different ones).
struct Column {
  enum class Kind { number, text };

  std::string name;
  Kind kind = Kind::number;
  std::vector<double> numbers = {};       ///< kind number: one a row; NaN is missing
  std::vector<std::int32_t> codes = {};   ///< kind text: one a row, into `words`; missing_word is missing
  std::vector<std::string> words = {};    ///< kind text: the different cells in the order they first appeared

  std::int64_t rows() const { return static_cast<std::int64_t>(kind == Kind::number ? numbers.size() : codes.size()); }
  bool is_missing(std::int64_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return kind == Kind::number ? numbers[at] != numbers[at] : codes[at] == missing_word;
  }
  /// The cell as text: the word, a number without needless digits, or "" when missing.
  std::string cell(std::int64_t row) const;
  std::int64_t missing() const;
};

/// Something noticed while reading that a person should know: "decimal commas", "3 comment lines passed over", "a totals row at the end".
struct Remark {
  std::string id;       ///< "csv.decimal-comma"; never renamed
  std::string message;
};

/// Columns of equal length. A value; copying copies.
struct Table {
  std::string source;                ///< for people: "customers.csv", "sqlite:shop.db (select ...)"
  std::vector<Column> columns = {};
  std::vector<Remark> remarks = {};

  std::int64_t rows() const { return columns.empty() ? 0 : columns.front().rows(); }
  /// Null when there is none of that name.
  const Column* find(std::string_view name) const;
  Column* find(std::string_view name);
  /// Throws Error (not_found) naming the table's columns and the nearest spelling.
  const Column& at(std::string_view name) const;
  std::vector<std::string> names() const;
  /// The rows with these numbers, in this order. Throws Error (invalid_argument) for a row that is not there.
  Table take(std::span<const std::int64_t> rows) const;
  /// A number for each row that stands for its contents, whatever its place in the file and the order of the columns: what a stored split
  /// recognises rows by. Equal rows have equal numbers.
  std::vector<std::uint64_t> row_identities() const;
};

}  // namespace candor::data
