#include "candor/candid/series/autocorrelation.h"

#include <cmath>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/baselines/solve.h"

namespace candor::candid {
namespace {

void check(std::span<const double> values, std::int64_t lags) {
  if (lags < 0 || lags >= static_cast<std::int64_t>(values.size())) {
    fail(ErrorKind::invalid_argument, "autocorrelation: lags must lie below the " + std::to_string(values.size()) + " values, and " + std::to_string(lags) + " came");
  }
  for (const double v : values) {
    if (!std::isfinite(v)) fail(ErrorKind::invalid_argument, "autocorrelation: a value is missing; fill gaps before");
  }
}

// Partial autocorrelations on the way, coefficients at the end.
std::vector<double> levinson(const std::vector<double>& r, std::int64_t order, std::vector<double>* partial) {
  std::vector<double> a;
  double error = r[0];
  for (std::size_t k = 1; k <= static_cast<std::size_t>(order); ++k) {
    double rest = r[k];
    for (std::size_t j = 0; j < a.size(); ++j) rest -= a[j] * r[k - 1 - j];
    const double last = rest / error;
    std::vector<double> next(k);
    for (std::size_t j = 0; j + 1 < k; ++j) next[j] = a[j] - last * a[k - 2 - j];
    next[k - 1] = last;
    a = std::move(next);
    error *= 1 - last * last;
    if (partial) partial->push_back(last);
  }
  return a;
}

// The upper tail of the chi-square distribution, by the series or the continued fraction of the incomplete gamma function.
double chi_square_tail(double x, double freedom) {
  const double a = freedom / 2, z = x / 2;
  if (z <= 0) return 1;
  const double front = std::exp(-z + a * std::log(z) - std::lgamma(a));
  if (z < a + 1) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; term > sum * 1e-17; ++n) sum += term *= z / n;
    return 1 - front * sum;
  }
  double b = z + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 10000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return front * h;
}

}  // namespace

std::vector<double> autocorrelation(std::span<const double> values, std::int64_t lags, bool unbiased) {
  check(values, lags);
  const auto n = static_cast<std::int64_t>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(n);
  std::vector<double> out;
  for (std::int64_t lag = 0; lag <= lags; ++lag) {
    double sum = 0;
    for (std::int64_t i = lag; i < n; ++i) sum += (values[static_cast<std::size_t>(i)] - mean) * (values[static_cast<std::size_t>(i - lag)] - mean);
    out.push_back(sum / static_cast<double>(unbiased ? n - lag : n));
  }
  const double variance = out[0];
  if (!(variance > 0)) fail(ErrorKind::invalid_argument, "autocorrelation: the series is constant");
  for (double& v : out) v /= variance;
  return out;
}

std::vector<double> partial_autocorrelation(std::span<const double> values, std::int64_t lags) {
  std::vector<double> out{1};
  levinson(autocorrelation(values, lags), lags, &out);
  return out;
}

std::vector<double> partial_autocorrelation_least_squares(std::span<const double> values, std::int64_t lags) {
  std::vector<double> out{1};
  for (std::int64_t k = 1; k <= lags; ++k) out.push_back(autoregression(values, k).back());
  return out;
}

std::vector<double> yule_walker(std::span<const double> values, std::int64_t order) { return levinson(autocorrelation(values, order), order, nullptr); }

std::vector<double> autoregression(std::span<const double> values, std::int64_t order) {
  check(values, order);
  const auto n = static_cast<std::int64_t>(values.size()), p = order + 1;
  if (n - order < p) fail(ErrorKind::invalid_argument, "autoregression: " + std::to_string(order) + " lags need " + std::to_string(2 * order + 1) + " values, and there are " + std::to_string(n));
  // Around the mean the equations are far better conditioned; the constant takes it up again.
  const double mean = std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(n);
  Matrix gram = Matrix::zeros(p, p);
  std::vector<double> right(static_cast<std::size_t>(p)), row(static_cast<std::size_t>(p), 1);
  for (std::int64_t i = order; i < n; ++i) {
    for (std::int64_t k = 1; k <= order; ++k) row[static_cast<std::size_t>(k)] = values[static_cast<std::size_t>(i - k)] - mean;
    for (std::int64_t a = 0; a < p; ++a) {
      for (std::int64_t b = 0; b < p; ++b) gram.at(a, b) += row[static_cast<std::size_t>(a)] * row[static_cast<std::size_t>(b)];
      right[static_cast<std::size_t>(a)] += row[static_cast<std::size_t>(a)] * (values[static_cast<std::size_t>(i)] - mean);
    }
  }
  std::vector<double> out = Cholesky(std::move(gram)).solve(right);
  out[0] += mean;
  for (std::size_t k = 1; k < out.size(); ++k) out[0] -= out[k] * mean;
  return out;
}

LjungBox ljung_box(std::span<const double> values, std::int64_t lags) {
  const std::vector<double> r = autocorrelation(values, lags);
  const auto n = static_cast<double>(values.size());
  LjungBox out;
  for (std::size_t k = 1; k < r.size(); ++k) out.statistic += n * (n + 2) * r[k] * r[k] / (n - static_cast<double>(k));
  out.p = chi_square_tail(out.statistic, static_cast<double>(lags));
  return out;
}

double durbin_watson(std::span<const double> residuals) {
  double steps = 0, squares = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += residuals[i] * residuals[i];
    if (i) steps += (residuals[i] - residuals[i - 1]) * (residuals[i] - residuals[i - 1]);
  }
  return steps / squares;
}

}  // namespace candor::candid
