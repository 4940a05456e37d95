// Makes a table row by row from sources whose cells have types of their own: databases, JSON, arrays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/read_table.h"
#include "candor/data/table/word_index.h"

namespace candor::data::detail {

/// Cells are set in any order within a row; those that are not are missing. A column of numbers that meets a word becomes words.
class TableBuilder {
 public:
  /// `before`: rows that came in earlier pieces, which errors count along.
  TableBuilder(std::string source, TableOptions options, std::int64_t before = 0) : source_(std::move(source)), options_(std::move(options)), before_(before) {}

  /// Adds a column; rows there are already have nothing in it. Returns its number. Throws Error (corrupt) for more than 2^27 missing cells beyond what
  /// was given, more than 1,000,000 columns or 256 MiB of names, as hostile JSON could ask for.
  std::size_t add_column(std::string_view name);
  std::size_t columns() const { return columns_.size(); }
  std::int64_t rows() const { return rows_; }
  const std::string& name(std::size_t column) const { return columns_[column].name; }

  void number(std::size_t column, double value);
  void word(std::size_t column, std::string_view value);
  /// Whether the row has a cell in this column already.
  bool has(std::size_t column) const { return columns_[column].rows > rows_; }
  /// Throws Error (memory) when the rows so far do not fit.
  void end_row();
  /// True when as many rows were read as the options ask for.
  bool full() const { return options_.rows > 0 && rows_ >= options_.rows; }

  /// The table. Columns whose words are all numbers become numbers, with a remark; `kind` begins the remarks' ids. Throws Error (corrupt) for
  /// names that occur twice, not_found and invalid_argument for columns that were asked for.
  Table finish(const std::string& kind);

 private:
  struct Building {
    std::string name;
    bool words = false;
    std::int64_t rows = 0;
    std::vector<double> numbers;
    std::vector<std::int32_t> codes;
    WordIndex index;
  };
  void fill(Building& column, std::int64_t rows);
  static void to_words(Building& column);

  std::string source_;
  TableOptions options_;
  std::vector<Building> columns_;
  std::vector<Remark> remarks_;
  std::int64_t before_ = 0, rows_ = 0, cells_beyond_ = 0;
  std::size_t name_bytes_ = 0;
  double checked_ = 1 << 24;  ///< how many cells may come before memory is asked for again
};

/// The columns that were asked for, in that order. Throws Error (not_found, invalid_argument).
void keep_columns(Table& table, const std::vector<std::string>& wanted);

}  // namespace candor::data::detail
