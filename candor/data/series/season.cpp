// How long a season is: asked of the calendar, answered by the values.
#include <algorithm>
#include <cmath>

#include "candor/data/series/series.h"

namespace candor::data {
namespace {

// Correlation of the steps' changes with those `lag` steps before, over the pairs that are there. Changes, since a trend correlates with itself.
double repetition(const std::vector<double>& values, const std::vector<SeriesGroup>& groups, std::int64_t lag) {
  double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (const SeriesGroup& group : groups) {
    for (std::int64_t i = group.first + lag + 1; i < group.first + group.rows; ++i) {
      const auto at = static_cast<std::size_t>(i), before = static_cast<std::size_t>(i - lag);
      const double x = values[at] - values[at - 1], y = values[before] - values[before - 1];
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      ++n, sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
    }
  }
  const double vx = sxx - sx * sx / n, vy = syy - sy * sy / n;
  return n > 2 && vx > 0 && vy > 0 ? (sxy - sx * sy / n) / std::sqrt(vx * vy) : 0;
}

}  // namespace

std::int64_t find_season(const Series& series, std::string_view column) {
  const std::vector<double>& values = series.values[series.column(column)];
  std::int64_t longest = 0;
  for (const SeriesGroup& group : series.groups) longest = std::max(longest, group.rows);
  const std::int64_t guess = calendar_season(series.step);
  if (guess > 1 && 2 * guess < longest && repetition(values, series.groups, guess) > .2) return guess;
  const std::int64_t most = std::min<std::int64_t>(longest / 3, 400);
  std::vector<double> found(static_cast<std::size_t>(std::max<std::int64_t>(most + 1, 2)));
  for (std::int64_t lag = 2; lag <= most; ++lag) found[static_cast<std::size_t>(lag)] = repetition(values, series.groups, lag);
  const double best = *std::max_element(found.begin(), found.end());
  if (best < .4) return 1;
  // A multiple of a season repeats about as well: the shortest that does is meant.
  for (std::int64_t lag = 2; lag <= most; ++lag) {
    const double r = found[static_cast<std::size_t>(lag)], before = found[static_cast<std::size_t>(lag - 1)];
    const double after = lag < most ? found[static_cast<std::size_t>(lag + 1)] : -1;
    if (r >= .85 * best && r > before && r >= after) return lag;
  }
  return 1;
}

}  // namespace candor::data
