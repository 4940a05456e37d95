// All rows of a text table, or of a piece of one: cut into blocks that threads read, and put together again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/csv_block.h"
#include "candor/data/table/csv_layout.h"

namespace candor::data::detail {

struct CsvBody {
  struct Part {
    Column column;                  ///< without its name
    FormCounts counts{};
    std::vector<OddCell> odd, infinite;  ///< rows and lines within the piece, from 0
    std::int64_t odd_count = 0, infinite_count = 0;
    std::int64_t decoded = 0;       ///< words that were no UTF-8 and were read as Windows-1252
  };
  std::vector<Part> parts;          ///< by column; those of skipped columns are empty
  std::int64_t rows = 0, lines = 0, comments = 0;
  std::size_t end = 0;              ///< what of the text was read: all of it, or up to the last whole row
};

/// Where a piece of a table lies, for messages.
struct CsvPlace {
  std::int64_t row = 0, line = 1;   ///< of its first row: from 0, and as an editor counts
};

/// Reads the rows of text[begin, soft_end); the last one may go beyond. The result does not depend on the number of threads. Throws Error
/// (corrupt) naming row and line. `partial`: more text will come; `end` is where the first row begins that is not whole.
CsvBody read_body(const CsvLayout& layout, const std::vector<CellStyle>& styles, std::string_view text, std::size_t begin, std::size_t soft_end, CsvPlace place,
                  bool partial = false);

}  // namespace candor::data::detail
