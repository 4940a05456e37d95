#include "candor/candid/data/row_codes.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "candor/base/threads.h"
#include "candor/candid/data/columns.h"

namespace candor::candid::detail {
namespace {

std::uint64_t mix(std::uint64_t column, std::uint64_t code) {
  std::uint64_t x = (column + 1) * 0x9e3779b97f4a7c15ULL + code * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t bits_of(double x) {
  if (x != x) return ~std::uint64_t{0};
  return std::bit_cast<std::uint64_t>(x == 0 ? 0.0 : x);  // -0 is 0
}

/// Chance that two cells of a column are equal, from some of them.
double equal_cells(std::vector<std::uint64_t> some) {
  std::sort(some.begin(), some.end());
  double same = 0;
  for (std::size_t i = 0; i < some.size();) {
    std::size_t end = i;
    while (end < some.size() && some[end] == some[i]) ++end;
    same += static_cast<double>(end - i) * (static_cast<double>(end - i) - 1);
    i = end;
  }
  const auto n = static_cast<double>(some.size());
  return n < 2 ? 1 : std::max(same / (n * (n - 1)), .5 / (n * n));
}

}  // namespace

std::uint64_t RowCodes::Cells::of(std::size_t part, std::size_t row) const {
  const CheckCells& cells = column->parts[part];
  return column->numeric ? bits_of(cells.numbers[row]) : static_cast<std::uint64_t>(cells.codes[row] + 1);
}

RowCodes::RowCodes(const Subject& s, std::size_t a, std::size_t b, bool target) : first_(a), second_(b) {
  constexpr std::int64_t sample = 4000;
  for (const CheckColumn& column : s.columns) {
    if (!column.parts[a].present || !column.parts[b].present || column.role == data::Role::id || (column.role == data::Role::ignore && column.asked)) continue;
    if (column.role == data::Role::target && !target) continue;
    cells_.push_back({&column});
    std::vector<std::uint64_t> some;
    for (const std::size_t part : {a, b}) {
      if (part == b && a == b && !some.empty()) break;
      for (std::int64_t row = 0; row < s.rows(part); row += row_step(s.rows(part), sample)) some.push_back(cells_.back().of(part, static_cast<std::size_t>(row)));
    }
    bits_ -= std::log2(equal_cells(std::move(some)));
  }
}

std::vector<std::uint64_t> RowCodes::hashes(std::size_t part) const {
  std::vector<std::uint64_t> out;
  for (std::size_t j = 0; j < cells_.size(); ++j) {
    const CheckColumn& column = *cells_[j].column;
    const std::size_t rows = column.numeric ? column.parts[part].numbers.size() : column.parts[part].codes.size();
    out.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) out[i] += mix(j, cells_[j].of(part, i));
  }
  return out;
}

double RowCodes::near_pairs(const std::unordered_map<std::uint64_t, std::int32_t>& known, std::size_t part) const {
  const std::vector<std::uint64_t> rows = hashes(part);
  const auto step = static_cast<std::size_t>(row_step(static_cast<std::int64_t>(rows.size()), std::max<std::int64_t>(1000, 1'000'000 / static_cast<std::int64_t>(cells_.size() + 1))));
  std::vector<double> by_column(cells_.size(), 0);
  parallel_for(static_cast<std::int64_t>(cells_.size()), [&](std::int64_t at_column) {
    const auto j = static_cast<std::size_t>(at_column);
    const CheckColumn& column = *cells_[j].column;
    if (!column.numeric) return;
    std::vector<double> values;
    for (const std::size_t p : {first_, second_})
      for (const double x : column.parts[p].numbers)
        if (x == x) values.push_back(x);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (values.size() < 3) return;
    double pairs = 0;
    for (std::size_t i = 0; i < rows.size(); i += step) {
      const double x = column.parts[part].numbers[i];
      if (x != x) continue;
      const auto at = std::lower_bound(values.begin(), values.end(), x);
      const auto look = [&](double other) {
        const auto found = known.find(rows[i] - mix(j, bits_of(x)) + mix(j, bits_of(other)));
        if (found != known.end()) pairs += .5 * found->second;
      };
      if (at != values.begin()) look(*(at - 1));
      if (at + 1 != values.end()) look(*(at + 1));
    }
    by_column[j] = pairs * static_cast<double>(step);
  });
  return by_column.empty() ? 0 : *std::max_element(by_column.begin(), by_column.end());
}

}  // namespace candor::candid::detail
