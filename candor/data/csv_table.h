// The text side of CSV: where the rows and cells are. Knows nothing of numbers and targets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/csv.h"

namespace candor::data::detail {

/// A table cut into rows. Views into the text that was given.
struct CsvTable {
  struct Row {
    std::string_view text;   ///< without the line end
    std::int64_t line = 0;   ///< 1-based, as an editor shows it
  };
  std::string name;
  char separator = ',';
  bool has_header = false;
  std::vector<std::string> columns;
  std::vector<Row> rows;     ///< data rows only

  /// "row 12 (line 13)"; counts from 1.
  std::string row_text(std::size_t row) const;
  /// "column \"age\"".
  std::string column_text(std::size_t column) const;
};

/// Finds encoding, separator, header and rows. Throws Error (corrupt) for what is not text or has no rows.
CsvTable scan_csv(std::string_view text, const CsvOptions& options, const std::string& name);

/// Takes the next cell off a row: without quotes and outer blanks. `buffer` holds cells that had doubled quotes. `more` tells
/// whether a separator followed. Returns false for a quote that is not closed.
bool next_cell(std::string_view& rest, char separator, std::string_view& cell, std::string& buffer, bool& more);

}  // namespace candor::data::detail
