#include "candor/candid/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

void check_level(double level) {
  if (!(level > 0 && level < 1)) fail(ErrorKind::invalid_argument, "interval: level must be between 0 and 1, and is " + std::to_string(level));
}
void check_sizes(std::span<const float> target, std::span<const float> prediction) {
  if (target.size() != prediction.size()) {
    fail(ErrorKind::shape, "score: " + std::to_string(target.size()) + " targets against " + std::to_string(prediction.size()) + " predictions");
  }
}

// Score of n rows that `row(i)` picks.
template <class Row>
double r2_of(std::span<const float> target, std::span<const float> prediction, std::size_t n, Row row) {
  double mean = 0, sse = 0, sst = 0;
  for (std::size_t i = 0; i < n; ++i) mean += target[row(i)];
  mean /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double y = target[row(i)], error = y - prediction[row(i)];
    sse += error * error;
    sst += (y - mean) * (y - mean);
  }
  return sst > 0 ? 1 - sse / sst : std::numeric_limits<double>::quiet_NaN();
}
template <class Row>
double mae_of(std::span<const float> target, std::span<const float> prediction, std::size_t n, Row row) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += std::abs(static_cast<double>(target[row(i)]) - prediction[row(i)]);
  return n ? sum / static_cast<double>(n) : std::numeric_limits<double>::quiet_NaN();
}

// Of very many rows, groups are drawn in place of rows: every 16,384th row makes one, so that each is a sample of all. A sum over drawn groups spreads as one over drawn rows does, to
// a part in a hundred, and takes no more time for a million rows than for a few thousand.
constexpr std::size_t most_drawn = 16384;
bool takes_groups(std::size_t n) { return n > 2 * most_drawn; }

struct GroupSums {
  double rows = 0, target = 0, squares = 0, error = 0;  ///< of targets less their mean; of errors: squared, or absolute
};
template <class Error>
std::vector<GroupSums> groups_of(std::span<const float> target, std::span<const float> prediction, Error error) {
  double mean = 0;
  for (const float y : target) mean += y;
  mean /= static_cast<double>(target.size());
  std::vector<GroupSums> groups(most_drawn);
  for (std::size_t i = 0; i < target.size(); ++i) {
    GroupSums& group = groups[i % most_drawn];
    const double y = target[i] - mean;
    group.rows += 1, group.target += y, group.squares += y * y, group.error += error(static_cast<double>(target[i]) - prediction[i]);
  }
  return groups;
}
template <class Row>
GroupSums drawn(const std::vector<GroupSums>& groups, Row row) {
  GroupSums sum;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const GroupSums& group = groups[row(i)];
    sum.rows += group.rows, sum.target += group.target, sum.squares += group.squares, sum.error += group.error;
  }
  return sum;
}

template <class Score>
Interval bootstrap(std::size_t n, std::uint64_t seed, double level, int resamples, Score score) {
  check_level(level);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (n == 0 || resamples < 1) return {nan, nan};
  std::vector<double> scores(static_cast<std::size_t>(resamples));
  parallel_for(resamples, [&](std::int64_t r) {
    const RandomStream draw = RandomStream{seed, 0x626f6f74}.derived(static_cast<std::uint64_t>(r));
    scores[static_cast<std::size_t>(r)] = score([&](std::size_t i) { return static_cast<std::size_t>(draw.below(i, n)); });
  });
  return percentile_interval(std::move(scores), level);
}

}  // namespace

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) fail(ErrorKind::invalid_argument, "normal_quantile: p must be between 0 and 1, and is " + std::to_string(p));
  constexpr double a[] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01};
  constexpr double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
  constexpr double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
  const auto tail = [&](double q) {
    return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
  };
  constexpr double edge = .02425;
  double x = 0;
  if (p < edge) x = tail(std::sqrt(-2 * std::log(p)));
  else if (p > 1 - edge) x = -tail(std::sqrt(-2 * std::log1p(-p)));
  else {
    const double q = p - .5, r = q * q;
    x = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
  }
  const double error = .5 * std::erfc(-x / std::sqrt(2.)) - p;
  const double step = error * std::sqrt(2 * std::acos(-1.)) * std::exp(x * x / 2);
  return x - step / (1 + x * step / 2);
}

Interval wilson(std::int64_t successes, std::int64_t n, double level) {
  check_level(level);
  if (successes < 0 || n < 0 || successes > n) {
    fail(ErrorKind::invalid_argument, "wilson: " + std::to_string(successes) + " successes in " + std::to_string(n) + " trials");
  }
  if (n == 0) return {0, 1};
  const double z = normal_quantile((1 + level) / 2), count = static_cast<double>(n), p = static_cast<double>(successes) / count;
  const double centre = p + z * z / (2 * count), spread = z * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
  const double scale = 1 + z * z / count;
  return {successes == 0 ? 0 : (centre - spread) / scale, successes == n ? 1 : (centre + spread) / scale};
}

double r2(std::span<const float> target, std::span<const float> prediction) {
  check_sizes(target, prediction);
  if (target.empty()) return std::numeric_limits<double>::quiet_NaN();
  return r2_of(target, prediction, target.size(), [](std::size_t i) { return i; });
}
double mean_absolute_error(std::span<const float> target, std::span<const float> prediction) {
  check_sizes(target, prediction);
  return mae_of(target, prediction, target.size(), [](std::size_t i) { return i; });
}

Interval bootstrap_r2(std::span<const float> target, std::span<const float> prediction, std::uint64_t seed, double level, int resamples) {
  check_sizes(target, prediction);
  if (takes_groups(target.size())) {
    const std::vector<GroupSums> groups = groups_of(target, prediction, [](double e) { return e * e; });
    return bootstrap(groups.size(), seed, level, resamples, [&](auto row) {
      const GroupSums sum = drawn(groups, row);
      const double sst = sum.squares - sum.target * sum.target / sum.rows;
      return sst > 0 ? 1 - sum.error / sst : std::numeric_limits<double>::quiet_NaN();
    });
  }
  return bootstrap(target.size(), seed, level, resamples, [&](auto row) { return r2_of(target, prediction, target.size(), row); });
}
Interval bootstrap_mean_absolute_error(std::span<const float> target, std::span<const float> prediction, std::uint64_t seed, double level,
                                       int resamples) {
  check_sizes(target, prediction);
  if (takes_groups(target.size())) {
    const std::vector<GroupSums> groups = groups_of(target, prediction, [](double e) { return std::abs(e); });
    return bootstrap(groups.size(), seed, level, resamples, [&](auto row) {
      const GroupSums sum = drawn(groups, row);
      return sum.error / sum.rows;
    });
  }
  return bootstrap(target.size(), seed, level, resamples, [&](auto row) { return mae_of(target, prediction, target.size(), row); });
}

double conformal_distance(std::span<const float> target, std::span<const float> prediction, double level) {
  check_level(level);
  check_sizes(target, prediction);
  std::vector<double> errors(target.size());
  for (std::size_t i = 0; i < errors.size(); ++i) errors[i] = std::abs(static_cast<double>(target[i]) - prediction[i]);
  const auto rank = static_cast<std::size_t>(std::ceil(static_cast<double>(errors.size() + 1) * level));
  if (rank > errors.size()) return std::numeric_limits<double>::quiet_NaN();
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(rank - 1), errors.end());
  return errors[rank - 1];
}

Interval percentile_interval(std::vector<double> scores, double level) {
  std::erase_if(scores, [](double s) { return !std::isfinite(s); });
  if (scores.empty()) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  std::sort(scores.begin(), scores.end());
  const auto quantile = [&](double p) {
    const double place = p * static_cast<double>(scores.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, scores.size() - 1);
    return scores[below] + (place - static_cast<double>(below)) * (scores[above] - scores[below]);
  };
  return {quantile((1 - level) / 2), quantile((1 + level) / 2)};
}

}  // namespace candor::candid
