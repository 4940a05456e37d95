// The dates of a whole column: in one format or in several, as words or as numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/table.h"

namespace candor::data::detail {

/// As parse_date, for a format of a schema: several stand with '|' between them and the first that fits is used; %s and %Q alone are seconds and
/// milliseconds since 1970.
std::optional<double> read_date(std::string_view text, std::string_view formats);

/// Throws Error (invalid_argument) for letters that are not known, or when there is no year.
void check_date_format(const std::string& formats);

/// How the cells of a column of words were found to be written.
struct DateGuess {
  std::string formats;           ///< one, or two with '|' between them
  std::int64_t fitting = 0;      ///< cells that are read
  std::int64_t second = 0;       ///< of those, cells that only the second format reads
  std::string other_order;       ///< reads every cell as well, with day and month the other way round
  bool day_month_mixed = false;  ///< some cells can only be day-month, others only month-day
};
/// Nothing when fewer than four in five cells are dates.
std::optional<DateGuess> guess_dates(const Column& column);

/// "2024-03-01", with " 13:05:00" when it is not midnight.
std::string date_text(double seconds);

}  // namespace candor::data::detail
