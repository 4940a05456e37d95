#include "candor/pipeline/test_rows.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "candor/base/fingerprint.h"

namespace candor::pipeline {

std::string test_rows_mark(const data::Dataset& rows, const data::Table& cells) {
  if (rows.rows() == 0) return "";
  if (cells.columns.empty()) return rows.digest().substr(0, 16);
  std::vector<std::uint64_t> marks = cells.row_identities();
  std::sort(marks.begin(), marks.end());
  const std::uint64_t all = fingerprint64(std::string_view(reinterpret_cast<const char*>(marks.data()), marks.size() * sizeof marks[0]));
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(all));
  return text;
}

}  // namespace candor::pipeline
