#include "candor/candid/metrics/resampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/candid/metrics/distributions.h"
#include "candor/candid/metrics/tests.h"
#include "candor/tensor/random.h"

namespace candor::candid {

std::vector<std::vector<std::int64_t>> bootstrap_draws(std::int64_t rows, int resamples, std::uint64_t seed) {
  if (rows < 1 || resamples < 1) fail(ErrorKind::invalid_argument, "bootstrap: at least one row and one draw are needed");
  std::vector<std::vector<std::int64_t>> draws(static_cast<std::size_t>(resamples), std::vector<std::int64_t>(static_cast<std::size_t>(rows)));
  parallel_for(resamples, [&](std::int64_t r) {
    const RandomStream stream = RandomStream{seed, 0x626f6f74}.derived(static_cast<std::uint64_t>(r));
    std::vector<std::int64_t>& draw = draws[static_cast<std::size_t>(r)];
    for (std::size_t i = 0; i < draw.size(); ++i) draw[i] = static_cast<std::int64_t>(stream.below(i, static_cast<std::uint64_t>(rows)));
  });
  return draws;
}

Bootstrap bootstrap(std::int64_t rows, const std::vector<std::vector<std::int64_t>>& draws, const RowStatistic& statistic, double level) {
  if (rows < 1 || draws.empty()) fail(ErrorKind::invalid_argument, "bootstrap: at least one row and one draw are needed");
  if (!(level > 0 && level < 1)) fail(ErrorKind::invalid_argument, "bootstrap: level must be between 0 and 1");
  Bootstrap out;
  std::vector<std::int64_t> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  out.statistic = statistic(all);
  double below = 0;
  for (const std::vector<std::int64_t>& draw : draws) {
    out.replicates.push_back(statistic(draw));
    below += out.replicates.back() < out.statistic ? 1 : out.replicates.back() == out.statistic ? .5 : 0;
  }
  const double count = static_cast<double>(draws.size()), mean = std::accumulate(out.replicates.begin(), out.replicates.end(), 0.) / count;
  for (const double r : out.replicates) out.standard_error += (r - mean) * (r - mean);
  out.standard_error = std::sqrt(out.standard_error / (count - 1));
  for (std::int64_t i = 0; i < rows && rows > 1; ++i) {
    std::vector<std::int64_t> others = all;
    others.erase(others.begin() + i);
    out.jackknife.push_back(statistic(others));
  }
  std::vector<double> sorted = out.replicates;
  std::sort(sorted.begin(), sorted.end());
  const double tail = (1 - level) / 2;
  out.percentile = {sorted_quantile(sorted, tail), sorted_quantile(sorted, 1 - tail)};
  out.basic = {2 * out.statistic - out.percentile.high, 2 * out.statistic - out.percentile.low};
  const double centre = std::accumulate(out.jackknife.begin(), out.jackknife.end(), 0.) / static_cast<double>(std::max<std::size_t>(1, out.jackknife.size()));
  double squares = 0, cubes = 0;
  for (const double j : out.jackknife) squares += (centre - j) * (centre - j), cubes += std::pow(centre - j, 3);
  out.acceleration = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
  out.z0 = normal_quantile(std::clamp(below / count, .5 / count, 1 - .5 / count));
  const auto place = [&](double p) {
    const double z = out.z0 + normal_quantile(p);
    return normal_cdf(out.z0 + z / (1 - out.acceleration * z));
  };
  out.bca_levels = {place(tail), place(1 - tail)};
  out.bca = {sorted_quantile(sorted, out.bca_levels.low), sorted_quantile(sorted, out.bca_levels.high)};
  return out;
}

DeLong delong(std::span<const std::int32_t> truth, const std::vector<std::vector<double>>& scores) {
  std::vector<std::size_t> positive, negative;
  for (std::size_t i = 0; i < truth.size(); ++i) (truth[i] ? positive : negative).push_back(i);
  if (positive.size() < 2 || negative.size() < 2) fail(ErrorKind::invalid_argument, "delong: at least two rows of each class are needed");
  const double m = static_cast<double>(positive.size()), n = static_cast<double>(negative.size());
  DeLong out;
  // How often each positive row beats the negative ones, and each negative row is beaten, by mid-ranks.
  std::vector<std::vector<double>> wins, losses;
  for (const std::vector<double>& score : scores) {
    if (score.size() != truth.size()) fail(ErrorKind::shape, "delong: " + std::to_string(truth.size()) + " labels, " + std::to_string(score.size()) + " scores");
    std::vector<double> high, low;
    for (const std::size_t i : positive) high.push_back(score[i]);
    for (const std::size_t i : negative) low.push_back(score[i]);
    const auto share_below = [](std::vector<double> sorted, const std::vector<double>& asked) {
      std::sort(sorted.begin(), sorted.end());
      std::vector<double> shares;
      for (const double v : asked) {
        const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), v);
        shares.push_back((static_cast<double>(first - sorted.begin()) + static_cast<double>(last - sorted.begin())) / 2 / static_cast<double>(sorted.size()));
      }
      return shares;
    };
    wins.push_back(share_below(low, high));
    losses.push_back(share_below(high, low));
    for (double& v : losses.back()) v = 1 - v;
    out.auc.push_back(std::accumulate(wins.back().begin(), wins.back().end(), 0.) / m);
  }
  const auto covariance = [](const std::vector<double>& a, double mean_a, const std::vector<double>& b, double mean_b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
    return sum / static_cast<double>(a.size() - 1);
  };
  for (std::size_t r = 0; r < scores.size(); ++r) {
    out.covariance.emplace_back();
    for (std::size_t s = 0; s < scores.size(); ++s) {
      out.covariance.back().push_back(covariance(wins[r], out.auc[r], wins[s], out.auc[s]) / m + covariance(losses[r], out.auc[r], losses[s], out.auc[s]) / n);
    }
  }
  return out;
}

Interval DeLong::interval(std::size_t score, double level) const {
  const double half = normal_quantile((1 + level) / 2) * std::sqrt(covariance[score][score]);
  return {std::max(0., auc[score] - half), std::min(1., auc[score] + half)};
}
Interval DeLong::logit_interval(std::size_t score, double level) const {
  const double a = auc[score], logit = std::log(a / (1 - a)), half = normal_quantile((1 + level) / 2) * std::sqrt(covariance[score][score]) / (a * (1 - a));
  return {1 / (1 + std::exp(-(logit - half))), 1 / (1 + std::exp(-(logit + half)))};
}
double DeLong::z() const { return (auc[0] - auc[1]) / std::sqrt(covariance[0][0] + covariance[1][1] - 2 * covariance[0][1]); }
double DeLong::p() const { return 2 * normal_cdf(-std::abs(z())); }
Interval DeLong::difference_interval(double level) const {
  const double half = normal_quantile((1 + level) / 2) * std::sqrt(covariance[0][0] + covariance[1][1] - 2 * covariance[0][1]);
  return {auc[0] - auc[1] - half, auc[0] - auc[1] + half};
}

double conformal_quantile(std::span<const double> residuals, double level) {
  if (!(level > 0 && level < 1)) fail(ErrorKind::invalid_argument, "conformal_quantile: level must be between 0 and 1");
  std::vector<double> sizes;
  for (const double r : residuals) sizes.push_back(std::abs(r));
  std::sort(sizes.begin(), sizes.end());
  // A product like 100 * .9 must not become the next whole number by rounding.
  const double rank = std::ceil(static_cast<double>(sizes.size() + 1) * level - 1e-9);
  return rank > static_cast<double>(sizes.size()) ? HUGE_VAL : sizes[static_cast<std::size_t>(std::max(1., rank)) - 1];
}

}  // namespace candor::candid
