// One cell of a text table: how its number is written, and which words stand for no value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data::detail {

/// How the cells of a column are read.
enum class CellStyle : std::uint8_t { skip, text, point, comma };

/// How a number is written. The counts of these decide what a column holds.
enum class CellForm : std::uint8_t {
  plain,     ///< 12, -3e8, 1 234
  point,     ///< 1.5
  point3,    ///< 1.234: three digits behind the point, thousands where commas are decimal
  comma,     ///< 1,5
  comma3,    ///< 1,234: three digits, thousands where points are decimal
  us_group,  ///< 1,234.5 or 1,234,567
  eu_group,  ///< 1.234,5 or 1.234.567
  infinite,  ///< inf, 1e999; nan where that is no missing cell
  missing,
  none,      ///< no number
};
using FormCounts = std::array<std::int64_t, 10>;

/// Whether a number written so can be read in that style, without a guess that contradicts it.
bool fits(CellForm form, CellStyle style);

/// The style that reads every cell that was counted: point or comma when there is one, else text. `semicolons`: the cells are parted by
/// semicolons or other columns have decimal commas, so that 1,234 alone is a decimal comma, too.
CellStyle style_for(const FormCounts& counts, bool semicolons);

/// The words for a missing cell: those everybody writes and those that were named. `in_numbers` has some more that may be words elsewhere.
class MissingWords {
 public:
  explicit MissingWords(std::vector<std::string> more = {}, bool nan = true) : more_(std::move(more)), nan_(nan) {}
  bool contains(std::string_view cell) const;
  bool contains_in_numbers(std::string_view cell) const;

 private:
  std::vector<std::string> more_;
  bool nan_ = true;  ///< a number that is "nan" is a missing one; otherwise it counts as an infinite one does

  friend CellForm read_number(std::string_view cell, CellStyle style, const MissingWords& missing, double& value);
};

/// Reads a trimmed cell as a number of that style (point or comma). NaN for `missing` and `none`.
CellForm read_number(std::string_view cell, CellStyle style, const MissingWords& missing, double& value);

}  // namespace candor::data::detail
