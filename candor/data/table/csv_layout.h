// How a text table is laid out: found from its first lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/cell.h"
#include "candor/data/table/read_table.h"

namespace candor::data::detail {

struct CsvLayout {
  std::string name;                    ///< stands in errors
  char separator = ',';                ///< ' ': any number of blanks
  bool quotes = true;                  ///< false: a quote is a character like others
  char comment = 0;                    ///< 0: no lines are comments
  bool header = false;
  bool trailing = false;               ///< each row ends with one more separator
  std::vector<std::string> columns;
  std::vector<CellStyle> styles;       ///< by column
  MissingWords missing;
  std::size_t body = 0;                ///< where the rows begin in the text
  std::int64_t first_line = 1;         ///< the line that is, as an editor counts
  double row_bytes = 1;                ///< how long a row is about
  std::int64_t comments = 0;           ///< comment lines above the rows
  std::vector<Remark> remarks;

  /// "row 12 (line 13)"; `row` counts from 0.
  static std::string row_text(std::int64_t row, std::int64_t line);
};

/// Finds the layout of a text table from its beginning; `whole` tells that `sample` is all of it. The text is UTF-8 or a code page,
/// without a byte order mark. Throws Error (corrupt, invalid_argument, not_found).
CsvLayout find_layout(std::string_view sample, bool whole, const TableOptions& options, const std::string& name);

}  // namespace candor::data::detail
