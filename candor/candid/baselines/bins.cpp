#include "candor/candid/baselines/bins.h"

#include <algorithm>
#include <cmath>

#include "candor/base/threads.h"

namespace candor::candid {
namespace {

constexpr std::int64_t sampled = 200000;  // rows that are looked at to find the cuts

std::vector<double> cuts(std::vector<double> values, std::int64_t most) {
  std::sort(values.begin(), values.end());
  std::vector<std::pair<double, std::int64_t>> distinct;
  for (const double v : values) {
    if (distinct.empty() || distinct.back().first != v) distinct.push_back({v, 0});
    ++distinct.back().second;
  }
  const auto n = static_cast<std::int64_t>(distinct.size());
  std::int64_t rest = static_cast<std::int64_t>(values.size()), bins_left = most, held = 0;
  std::vector<double> edges;
  for (std::int64_t i = 0; i + 1 < n; ++i) {
    const std::int64_t count = distinct[static_cast<std::size_t>(i)].second;
    const std::int64_t next = distinct[static_cast<std::size_t>(i + 1)].second;
    held += count;
    rest -= count;
    const double fair = static_cast<double>(rest + held) / static_cast<double>(std::max<std::int64_t>(1, bins_left));
    const bool full = n <= most || static_cast<double>(held) >= fair || static_cast<double>(next) >= fair;
    if (!full || bins_left <= 1) continue;
    const double a = distinct[static_cast<std::size_t>(i)].first, b = distinct[static_cast<std::size_t>(i + 1)].first, middle = a / 2 + b / 2;
    edges.push_back(middle < b ? middle : a);
    held = 0;
    --bins_left;
  }
  return edges;
}

}  // namespace

Bins Bins::fit(const Matrix& x, std::int64_t most) {
  Bins bins;
  bins.edges.resize(static_cast<std::size_t>(x.columns));
  parallel_for(x.columns, [&](std::int64_t j) {
    std::vector<double> values;
    const std::int64_t taken = std::min(x.rows, sampled);
    values.reserve(static_cast<std::size_t>(taken));
    for (std::int64_t i = 0; i < taken; ++i) {
      const double v = x.at(i * x.rows / taken, j);
      if (!std::isnan(v)) values.push_back(v);
    }
    bins.edges[static_cast<std::size_t>(j)] = cuts(std::move(values), most);
  });
  return bins;
}

std::uint8_t Bins::code(std::int64_t column, double value) const {
  const std::vector<double>& edge = edges[static_cast<std::size_t>(column)];
  if (std::isnan(value)) return static_cast<std::uint8_t>(edge.size() + 1);
  return static_cast<std::uint8_t>(std::lower_bound(edge.begin(), edge.end(), value) - edge.begin());
}

std::vector<std::uint8_t> Bins::codes(const Matrix& x) const {
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(groups() * x.rows * group));
  parallel_for(groups(), [&](std::int64_t g) {
    for (std::int64_t i = 0; i < x.rows; ++i) {
      for (std::int64_t j = g * group; j < std::min(columns(), (g + 1) * group); ++j) {
        codes[static_cast<std::size_t>((g * x.rows + i) * group + j % group)] = code(j, x.at(i, j));
      }
    }
  });
  return codes;
}

}  // namespace candor::candid
