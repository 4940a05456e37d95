#include "candor/candid/data/label_noise.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace candor::candid::detail {
namespace {

double deviation(double share, std::size_t rows) { return std::sqrt(share * (1 - share) / static_cast<double>(std::max<std::size_t>(rows, 1))); }

}  // namespace

Disagreement disagreement(const Matrix& p, std::span<const std::int32_t> labels) {
  Disagreement d;
  const auto n = static_cast<std::size_t>(p.rows);
  std::vector<double> counts(static_cast<std::size_t>(p.columns), 0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::span<const double> row = p.row(static_cast<std::int64_t>(i));
    std::size_t first = 0;
    double second = -HUGE_VAL;
    for (std::size_t k = 1; k < row.size(); ++k) {
      if (row[k] > row[first]) second = row[first], first = k;
      else second = std::max(second, row[k]);
    }
    d.said.push_back(static_cast<std::int32_t>(first));
    d.margins.push_back(row[first] - second);
    ++counts[static_cast<std::size_t>(labels[i])];
    d.error += d.said[i] != labels[i];
  }
  d.error /= static_cast<double>(std::max<std::size_t>(n, 1));
  d.guess = 1 - *std::max_element(counts.begin(), counts.end()) / static_cast<double>(std::max<std::size_t>(n, 1));
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return d.margins[a] > d.margins[b]; });
  double wrong = 0;
  for (std::size_t i = 0; i < n / 2; ++i) {
    wrong += d.said[order[i]] != labels[order[i]];
    if (i + 1 == n / 4) d.surest = wrong / static_cast<double>(n / 4);
  }
  d.sure = wrong / static_cast<double>(std::max<std::size_t>(n / 2, 1));
  d.sure_noise = deviation(d.sure, n / 2);
  d.surest_noise = deviation(d.surest, n / 4);
  return d;
}

bool Disagreement::looks_changed(double hard, double flat) const { return error < hard * guess && sure - 2 * sure_noise >= .015 && surest - 1.5 * surest_noise >= flat * error; }

ChangedClass changed_class(const Disagreement& d, std::span<const std::int32_t> labels, int classes) {
  constexpr std::size_t least = 25;
  ChangedClass found;
  if (d.error >= .7 * d.guess) return found;
  double most_sure = 0;
  // How often the surer half of each class's rows is wrong.
  std::vector<double> wrong_of(static_cast<std::size_t>(classes), 0), half_of(static_cast<std::size_t>(classes), 0);
  double wrong_of_all = 0, half_of_all = 0;
  const auto rows_of = [&](std::int32_t k) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (d.said[i] == k) rows.push_back(i);
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return d.margins[a] > d.margins[b]; });
    return rows;
  };
  for (std::int32_t k = 0; k < classes; ++k) {
    const std::vector<std::size_t> rows = rows_of(k);
    const auto at = static_cast<std::size_t>(k);
    for (std::size_t i = 0; i < rows.size() / 2; ++i) wrong_of[at] += labels[rows[i]] != k, ++half_of[at];
    wrong_of_all += wrong_of[at], half_of_all += half_of[at];
  }
  for (std::int32_t k = 0; k < classes; ++k) {
    const std::vector<std::size_t> rows = rows_of(k);
    if (rows.size() < least) continue;
    const auto at = static_cast<std::size_t>(k);
    std::vector<std::int64_t> says(static_cast<std::size_t>(classes), 0);
    double wrong = 0;
    for (const std::size_t i : rows)
      if (labels[i] != k) ++wrong, ++says[static_cast<std::size_t>(labels[i])];
    // The judge must be good at the other classes: one that knows little is wrong everywhere.
    const double all = wrong / static_cast<double>(rows.size()), sure = wrong_of[at] / half_of[at], low = sure - 1.64 * deviation(sure, rows.size() / 2),
                 others = (wrong_of_all - wrong_of[at]) / std::max(half_of_all - half_of[at], 1.0);
    if (low < .1 || sure < .7 * all || others > .25 * sure || wrong < 5) continue;
    const auto most = std::max_element(says.begin(), says.end());
    // One label for most of them is what a mix-up makes; a class that is hard to tell is taken for several.
    if (static_cast<double>(*most) < .6 * wrong) continue;
    if (sure <= most_sure) continue;
    most_sure = sure;
    found = {k, static_cast<std::int32_t>(most - says.begin()), static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(wrong)};
  }
  return found;
}

}  // namespace candor::candid::detail
