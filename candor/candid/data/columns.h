// Small things that several checks need: the numbers of a column in order, shares, and words for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// Rows beyond this many are not looked at where numbers are sorted or counted: they are taken evenly over the part.
inline constexpr std::int64_t most_values = 50000;

/// Every how-manyth row is looked at so that no more than `most` are.
std::int64_t row_step(std::int64_t rows, std::int64_t most = most_values);

/// The finite numbers of a column in a part, sorted; of every row_step-th row. Sorted once however many checks ask, and from any thread.
const std::vector<double>& sorted_numbers(const CheckColumn& column, std::size_t part, std::int64_t most = most_values);

/// How often each code comes (`words.size()` of them), and how many cells are missing.
struct CodeCounts {
  std::vector<std::int64_t> counts;
  std::int64_t missing = 0, present = 0;
};
CodeCounts count_codes(const CheckColumn& column, std::size_t part);

/// "9.4 %".
std::string percent(double share);
std::string percent(std::int64_t part, std::int64_t whole);
/// "1 row", "12 rows".
std::string rows_text(std::int64_t count);
/// "column \"age\"".
std::string column_text(const CheckColumn& column);
/// "12.5", "-999", without needless digits.
std::string value_text(double value);
/// "rows 3, 17, 20, ... (47 in all)", counted from 1.
std::string row_list(const std::vector<std::int64_t>& rows, std::size_t limit = 8);
/// "training rows", "test rows", "served rows".
std::string part_text(const CheckPart& part);

}  // namespace candor::candid::detail
