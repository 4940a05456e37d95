// A stretch of rows of a text table, read by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/cell.h"
#include "candor/data/table/csv_layout.h"
#include "candor/data/table/word_index.h"

namespace candor::data::detail {

/// A cell that does not fit its column, or one worth a remark.
struct OddCell {
  std::int64_t row = 0, line = 0;  ///< within the block, from 0
  std::string cell;
};

struct CsvBlock {
  /// Most of the odd cells are only counted.
  static constexpr std::size_t odd_kept = 5;

  struct Part {
    std::vector<double> numbers;
    std::vector<std::int32_t> codes;
    WordIndex words;                 ///< missing ones among them
    FormCounts counts{};             ///< styles point and comma
    std::vector<OddCell> odd;        ///< the first cells that do not fit the style; text: that have outer blanks
    std::int64_t odd_count = 0;
    std::vector<OddCell> infinite;   ///< the first of these
  };
  std::vector<Part> parts;           ///< by column; those of skipped columns are empty
  std::int64_t rows = 0, lines = 0, comments = 0;
  std::size_t begin = 0, end = 0;    ///< of the text; the next block begins at `end`
  std::string fault;                 ///< why reading stopped: " has 3 cell(s), expected 4"
  std::int64_t fault_row = 0, fault_line = 0;
  bool left = false;                 ///< the rows from `end` on are left for later
  bool no_memory = false;
};

/// Reads the rows that begin in [begin, soft_end) of `text`; the last one may go beyond. `partial`: more text will come, and a row that is not
/// whole is left for later (`end` is where it begins). Never throws.
void read_block(const CsvLayout& layout, const std::vector<CellStyle>& styles, std::string_view text, std::size_t begin, std::size_t soft_end, bool partial,
                CsvBlock& block) noexcept;

/// A line of blanks or a comment at `p` is passed over: `p` is moved behind it and true returned; `comment` says which.
bool pass_empty_line(const CsvLayout& layout, const char*& p, const char* end, bool& comment);

}  // namespace candor::data::detail
