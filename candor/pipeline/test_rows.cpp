#include "candor/pipeline/test_rows.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "candor/base/fingerprint.h"

namespace candor::pipeline {

namespace {

std::string hex_of(std::vector<std::uint64_t> marks) {
  std::sort(marks.begin(), marks.end());
  const std::uint64_t all = fingerprint64(std::string_view(reinterpret_cast<const char*>(marks.data()), marks.size() * sizeof marks[0]));
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(all));
  return text;
}

void add_rows(std::vector<std::uint64_t>& marks, const data::Dataset& rows, const data::Table& cells) {
  if (rows.rows() == 0) return;
  if (!cells.columns.empty()) {
    const std::vector<std::uint64_t> more = cells.row_identities();
    marks.insert(marks.end(), more.begin(), more.end());
    return;
  }
  const auto n = static_cast<std::size_t>(rows.rows());
  std::vector<std::uint64_t> of(n);
  for (const Tensor& part : {rows.features, rows.targets}) {
    if (!part.defined()) continue;
    const Tensor flat = part.contiguous();
    const std::size_t size = flat.type().bytes() / n;
    for (std::size_t r = 0; r < n; ++r) of[r] = of[r] * 31 + fingerprint64(std::string_view(static_cast<const char*>(flat.raw()) + r * size, size));
  }
  marks.insert(marks.end(), of.begin(), of.end());
}

}  // namespace

std::string test_rows_mark(const data::Dataset& rows, const data::Table& cells) {
  if (rows.rows() == 0) return "";
  return cells.columns.empty() ? rows.digest().substr(0, 16) : hex_of(cells.row_identities());
}

std::string test_rows_mark(std::vector<std::uint64_t> identities) { return identities.empty() ? "" : hex_of(std::move(identities)); }

std::string source_mark(const data::Dataset& train, const data::Table& train_cells, const data::Dataset& test, const data::Table& test_cells, bool drawn) {
  std::vector<std::uint64_t> marks;
  add_rows(marks, train, train_cells);
  if (drawn) add_rows(marks, test, test_cells);
  return hex_of(std::move(marks));
}

}  // namespace candor::pipeline
