#include "candor/candid/metrics/tests.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/metrics/distributions.h"

namespace candor::candid {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> x) { return std::accumulate(x.begin(), x.end(), 0.) / static_cast<double>(x.size()); }
double variance_of(std::span<const double> x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return sum / static_cast<double>(x.size() - 1);
}
double two_sided(double t, double df) { return std::isnan(t) ? nan : 2 * student_cdf(-std::abs(t), df); }
double two_sided_normal(double z) { return 2 * normal_cdf(-std::abs(z)); }

// Ranks from 1, equal numbers share the middle one; `ties` gets sum of t^3 - t.
std::vector<double> mid_ranks(std::span<const double> x, double& ties) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<double> ranks(x.size());
  ties = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && x[order[j]] == x[order[i]]) ++j;
    const double count = static_cast<double>(j - i);
    for (std::size_t k = i; k < j; ++k) ranks[order[k]] = (static_cast<double>(i + j) + 1) / 2;
    ties += count * count * count - count;
    i = j;
  }
  return ranks;
}

void wilcoxon(const std::vector<double>& differences, PairedTests& out) {
  std::vector<double> sizes;
  std::vector<char> positive;
  for (const double d : differences) {
    const double rounded = std::round(d * 1e10) / 1e10;  // equal differences must not be parted by rounding
    if (rounded == 0) continue;
    sizes.push_back(std::abs(rounded));
    positive.push_back(rounded > 0);
  }
  const double n = static_cast<double>(sizes.size());
  if (sizes.empty()) return;
  double ties = 0;
  const std::vector<double> ranks = mid_ranks(sizes, ties);
  double plus = 0, count = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    (positive[i] ? out.w_plus : out.w_minus) += ranks[i];
    plus += positive[i];
    ++count;
  }
  const double least = std::min(out.w_plus, out.w_minus);
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
  out.wilcoxon_approx_p = two_sided_normal((least - n * (n + 1) / 4) / std::sqrt(variance));
  // How many of the 2^n patterns give each sum; ranks are halves, so sums are counted in halves. Beyond 60 the shares are exact enough.
  std::vector<double> ways{1};
  for (const double rank : ranks) {
    const auto step = static_cast<std::size_t>(std::llround(2 * rank));
    std::vector<double> next(ways.size() + step);
    for (std::size_t s = 0; s < ways.size(); ++s) next[s] += ways[s] / 2, next[s + step] += ways[s] / 2;
    ways = std::move(next);
  }
  const auto limit = static_cast<std::size_t>(std::llround(2 * least));
  const double tail = std::accumulate(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(std::min(ways.size(), limit + 1)), 0.);
  out.wilcoxon_exact_p = std::min(1., 2 * tail);
  const auto trials = static_cast<std::int64_t>(count), rarer = static_cast<std::int64_t>(std::min(plus, count - plus));
  out.sign_test_p = std::min(1., 2 * binomial_cdf(rarer, trials, .5));
}

std::vector<std::size_t> rising(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

// factor(i) for the i-th smallest of m (from 0), made monotone: upwards (step-down methods) or from the largest down (step-up).
template <class Factor>
std::vector<double> stepwise(std::span<const double> p, bool down, Factor factor) {
  const std::vector<std::size_t> order = rising(p);
  std::vector<double> adjusted(p.size());
  double last = down ? 0 : 1;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t i = down ? k : order.size() - 1 - k;
    const double one = std::min(1., p[order[i]] * factor(static_cast<double>(i)));
    last = down ? std::max(last, one) : std::min(last, one);
    adjusted[order[i]] = last;
  }
  return adjusted;
}

}  // namespace

double sorted_quantile(std::span<const double> sorted, double p) {
  if (sorted.empty()) return nan;
  const double place = std::clamp(p, 0., 1.) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

McNemar mcnemar(std::int64_t b, std::int64_t c) {
  if (b < 0 || c < 0) fail(ErrorKind::invalid_argument, "mcnemar: counts must not be negative");
  const std::int64_t n = b + c, least = std::min(b, c);
  if (n == 0) return {1, 1, nan, nan, nan, nan};
  McNemar out;
  const double tail = binomial_cdf(least, n, .5), here = binomial_mass(least, n, .5), difference = static_cast<double>(std::abs(b - c)), rows = static_cast<double>(n);
  out.exact = std::min(1., 2 * tail);
  out.midp = b == c ? 1 - here / 2 : out.exact - here;
  out.chi2 = difference * difference / rows;
  out.chi2_p = chi_square_tail(out.chi2, 1);
  out.chi2_corrected = (difference - 1) * (difference - 1) / rows;
  out.chi2_corrected_p = chi_square_tail(out.chi2_corrected, 1);
  return out;
}

PairedTests paired_tests(std::span<const double> a, std::span<const double> b, double level, double test_share) {
  if (a.size() != b.size()) fail(ErrorKind::shape, "paired tests: " + std::to_string(a.size()) + " scores against " + std::to_string(b.size()));
  if (a.size() < 2) fail(ErrorKind::invalid_argument, "paired tests: at least two pairs are needed");
  if (!(level > 0 && level < 1)) fail(ErrorKind::invalid_argument, "paired tests: level must be between 0 and 1");
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  PairedTests out;
  const double n = static_cast<double>(a.size()), deviation = std::sqrt(variance_of(differences));
  out.mean_difference = mean_of(differences);
  out.df = n - 1;
  out.t = out.mean_difference / (deviation / std::sqrt(n));
  out.p = two_sided(out.t, out.df);
  const double half = student_quantile((1 + level) / 2, out.df) * deviation / std::sqrt(n);
  out.interval = {out.mean_difference - half, out.mean_difference + half};
  out.cohen_dz = out.mean_difference / deviation;
  out.corrected_t = out.mean_difference / (deviation * std::sqrt(1 / n + test_share));
  out.corrected_p = two_sided(out.corrected_t, out.df);
  wilcoxon(differences, out);
  return out;
}

TwoSampleTests two_sample_tests(std::span<const double> x, std::span<const double> y, double level) {
  if (x.size() < 2 || y.size() < 2) fail(ErrorKind::invalid_argument, "two-sample tests: each sample needs at least two numbers");
  TwoSampleTests out;
  const double n = static_cast<double>(x.size()), m = static_cast<double>(y.size()), a = variance_of(x) / n, b = variance_of(y) / m, difference = mean_of(x) - mean_of(y);
  out.t = difference / std::sqrt(a + b);
  out.df = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
  out.p = two_sided(out.t, out.df);
  const double half = student_quantile((1 + level) / 2, out.df) * std::sqrt(a + b);
  out.interval = {difference - half, difference + half};
  std::vector<double> both(x.begin(), x.end());
  both.insert(both.end(), y.begin(), y.end());
  double ties = 0;
  const std::vector<double> ranks = mid_ranks(both, ties);
  out.u = std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(x.size()), 0.) - n * (n + 1) / 2;
  const double all = n + m, variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
  out.u_p = std::min(1., two_sided_normal((out.u - n * m / 2) / std::sqrt(variance)));
  return out;
}

ChiSquare chi_square(const std::vector<std::vector<double>>& counts) {
  std::vector<double> rows(counts.size()), columns(counts.empty() ? 0 : counts.front().size());
  double all = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (counts[i].size() != columns.size()) fail(ErrorKind::shape, "chi-square: rows of different lengths");
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (!(counts[i][j] >= 0)) fail(ErrorKind::invalid_argument, "chi-square: counts must not be negative");
      rows[i] += counts[i][j], columns[j] += counts[i][j], all += counts[i][j];
    }
  }
  ChiSquare out;
  std::int64_t r = 0, c = 0;
  for (const double v : rows) r += v > 0;
  for (const double v : columns) c += v > 0;
  out.df = std::max<std::int64_t>(0, (r - 1) * (c - 1));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.expected.emplace_back();
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const double expected = all > 0 ? rows[i] * columns[j] / all : 0, seen = counts[i][j];
      out.expected.back().push_back(expected);
      if (expected > 0) out.chi2 += (seen - expected) * (seen - expected) / expected;
      if (seen > 0) out.g += 2 * seen * std::log(seen / expected);
    }
  }
  if (out.df > 0) {
    out.p = chi_square_tail(out.chi2, static_cast<double>(out.df));
    out.cramers_v = std::sqrt(out.chi2 / (all * static_cast<double>(std::min(r, c) - 1)));
  }
  return out;
}

std::vector<double> bonferroni(std::span<const double> p) {
  std::vector<double> out(p.begin(), p.end());
  for (double& v : out) v = std::min(1., v * static_cast<double>(p.size()));
  return out;
}
std::vector<double> sidak(std::span<const double> p) {
  std::vector<double> out(p.begin(), p.end());
  for (double& v : out) v = -std::expm1(static_cast<double>(p.size()) * std::log1p(-v));
  return out;
}
std::vector<double> holm(std::span<const double> p) {
  return stepwise(p, true, [m = static_cast<double>(p.size())](double i) { return m - i; });
}
std::vector<double> hochberg(std::span<const double> p) {
  return stepwise(p, false, [m = static_cast<double>(p.size())](double i) { return m - i; });
}
std::vector<double> benjamini_hochberg(std::span<const double> p) {
  return stepwise(p, false, [m = static_cast<double>(p.size())](double i) { return m / (i + 1); });
}
std::vector<double> benjamini_yekutieli(std::span<const double> p) {
  double harmonic = 0;
  for (std::size_t i = 1; i <= p.size(); ++i) harmonic += 1 / static_cast<double>(i);
  return stepwise(p, false, [m = static_cast<double>(p.size()), harmonic](double i) { return m * harmonic / (i + 1); });
}

}  // namespace candor::candid
