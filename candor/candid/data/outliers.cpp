// data.outliers: a few numbers so far off that even the column's own heavy tail would not reach there.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t least_rows = 30;

/// The k values furthest out on one side.
struct Far {
  std::int64_t count = 0;
  double chance = 1, ratio = 0, nearest = 0, last = 0;
};

// Distances from the middle, falling. A tail of index a makes the k-th distance t times the next one with the chance t^(-k a); a is Hill's estimate from the values behind them.
Far furthest(const std::vector<double>& distances) {
  const auto n = static_cast<std::int64_t>(distances.size());
  Far best;
  const std::int64_t most = std::max<std::int64_t>(3, n / 50);
  for (std::int64_t k = 1; k <= std::min<std::int64_t>(most, n / 4); ++k) {
    const double out = distances[static_cast<std::size_t>(k - 1)], next = distances[static_cast<std::size_t>(k)];
    if (!(next > 0) || out < 5 * next) continue;
    const std::int64_t tail = std::clamp<std::int64_t>(n / 10, 10, 400);
    const std::int64_t end = std::min<std::int64_t>(k + tail, n - 1);
    const double base = std::max(distances[static_cast<std::size_t>(end)], 1e-300);
    double sum = 0;
    for (std::int64_t i = k; i < end; ++i) sum += std::log(distances[static_cast<std::size_t>(i)] / base);
    const double index = sum > 0 ? static_cast<double>(end - k) / sum : 50;
    const double chance = std::exp(-static_cast<double>(k) * std::min(index, 50.0) * .8 * std::log(out / next));
    if (chance < best.chance) best = {k, chance, out / next, next, out};
  }
  return best;
}

}  // namespace

std::vector<Finding> outliers(const Subject& s) {
  if (s.rows() < least_rows) skip(too_few(s.rows(), least_rows));
  std::vector<Finding> findings;
  std::int64_t columns = 0;
  for (const CheckColumn& column : s.columns) columns += column.numeric && column.role == data::Role::number;
  for (const CheckColumn& column : s.columns) {
    const bool target = column.role == data::Role::target && !s.is_classification();
    if (!column.numeric || !(column.role == data::Role::number || target)) continue;
    const std::vector<double>& sorted = sorted_numbers(column, 0);
    if (static_cast<std::int64_t>(sorted.size()) < least_rows) continue;
    std::vector<double> different = sorted;
    different.erase(std::unique(different.begin(), different.end()), different.end());
    if (different.size() < 10) continue;
    const double middle = sorted_quantile(sorted, .5), width = sorted_quantile(sorted, .9) - sorted_quantile(sorted, .1);
    if (!(width > 0)) continue;
    for (const bool top : {true, false}) {
      std::vector<double> distances;
      for (const double x : sorted)
        if (top ? x > middle : x < middle) distances.push_back(std::abs(x - middle));
      std::sort(distances.rbegin(), distances.rend());
      if (distances.size() < 20) continue;
      const Far far = furthest(distances);
      // Of the heaviest tails that are met (index 1) one in five hundred goes so far.
      const bool alone = far.count == 1 && far.ratio >= 500;
      if (far.count == 0 || far.last < 3 * width) continue;
      // A heavy tail is not out of the question: worth a look all the same, where nothing lies between and the value is far beyond all that is usual.
      const double chance = far.chance * static_cast<double>(columns) * 4;
      const bool plain = alone || chance <= 1e-4, look = far.ratio >= 6 && far.last >= 8 * width && chance <= .5;
      if (!plain && !look) continue;
      std::vector<std::int64_t> rows;
      const std::vector<double>& cells = column.parts[0].numbers;
      for (std::size_t i = 0; i < cells.size(); ++i)
        if ((top ? cells[i] - middle : middle - cells[i]) >= far.last) rows.push_back(static_cast<std::int64_t>(i));
      const double edge = top ? sorted.back() : sorted.front();
      Finding f{"data.outliers", plain ? Severity::warning : Severity::note};
      f.where = s.parts[0].name + ": " + column.name + ", " + row_list(rows);
      f.evidence = {{"rows", static_cast<double>(rows.size())}, {"most extreme", edge}, {"median", middle}, {"times as far as the next", far.ratio}, {"chance", far.chance}};
      f.message = (target ? "the target, " : "") + column_text(column) + ", holds " + value_text(edge) + (rows.size() > 1 ? " and the like in " + rows_text(static_cast<std::int64_t>(rows.size())) : " in one row") + ", " + value_text(far.ratio) +
                  " times as far from the middle (" + value_text(middle) + ") as all others: " + (plain ? "a slip of the pen or another unit; mend or empty these cells, for a network gives such a row more weight than a thousand others" : "a slip of the pen, another unit, or a rare true value; look at it");
      findings.push_back(std::move(f));
    }
  }
  return findings;
}

}  // namespace candor::candid::detail
