// The column of a table that holds the time, read as seconds since 1970.
#pragma once

#include <string>
#include <vector>

#include "candor/data/table/table.h"

namespace candor::data::detail {

struct TimeColumn {
  std::string name, format;       ///< format is empty for seconds since 1970
  std::vector<double> times;      ///< one a row
  std::string remark;             ///< a doubt to tell: days and months could change places
};

/// Reads `name` in `format` (both may be empty: found). No name and nothing found: times are the row numbers and name is empty. Throws Error
/// (not_found) for a column that is not there, (invalid_argument) naming the first cell that is no date and its row.
TimeColumn read_times(const Table& table, const std::string& name, const std::string& format);

}  // namespace candor::data::detail
