#include "candor/candid/metrics/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/candid/interval.h"

namespace candor::candid {
namespace {

// Lentz's continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < tiny ? tiny : d);
  double h = d;
  for (int m = 1; m < 5000; ++m) {
    const double twice = 2. * m;
    const double even = m * (b - m) * x / ((a + twice - 1) * (a + twice)), odd = -(a + m) * (a + b + m) * x / ((a + twice) * (a + twice + 1));
    for (const double step : {even, odd}) {
      d = 1 + step * d;
      d = 1 / (std::abs(d) < tiny ? tiny : d);
      c = 1 + step / c;
      if (std::abs(c) < tiny) c = tiny;
      h *= c * d;
    }
    if (std::abs(c * d - 1) < 1e-16) break;
  }
  return h;
}

}  // namespace

double normal_cdf(double z) { return .5 * std::erfc(-z / std::sqrt(2.)); }

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0 && b > 0)) fail(ErrorKind::invalid_argument, "incomplete_beta: a and b must be positive");
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double p) {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  double low = 0, high = 1, x = a / (a + b);
  for (int i = 0; i < 400; ++i) {
    const double error = incomplete_beta(a, b, x) - p;
    (error > 0 ? high : low) = x;
    const double slope = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + (a - 1) * std::log(x) + (b - 1) * std::log1p(-x));
    double next = x - error / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (std::abs(next - x) <= 1e-16 * std::abs(x) || high - low < 1e-300) return next;
    x = next;
  }
  return x;
}

double student_cdf(double t, double df) {
  if (!(df > 0)) fail(ErrorKind::invalid_argument, "student_cdf: degrees of freedom must be positive");
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  const double tail = .5 * incomplete_beta(df / 2, .5, df / (df + t * t));
  return t > 0 ? 1 - tail : tail;
}

double student_quantile(double p, double df) {
  if (!(p > 0 && p < 1) || !(df > 0)) fail(ErrorKind::invalid_argument, "student_quantile: p must be between 0 and 1 and degrees of freedom positive");
  if (p == .5) return 0;
  const double tail = std::min(p, 1 - p), x = beta_quantile(df / 2, .5, 2 * tail);
  double t = std::sqrt(df * (1 - x) / x);
  // One more step where x is near 1 and 1 - x has lost digits.
  for (int i = 0; i < 3; ++i) {
    const double density = std::exp(std::lgamma((df + 1) / 2) - std::lgamma(df / 2) - .5 * std::log(df * std::acos(-1.)) - (df + 1) / 2 * std::log1p(t * t / df));
    t -= (tail - student_cdf(-t, df)) / -density;
  }
  return p < .5 ? -t : t;
}

double chi_square_tail(double x, double df) {
  if (!(df > 0)) fail(ErrorKind::invalid_argument, "chi_square_tail: degrees of freedom must be positive");
  if (!(x > 0)) return 1;
  const double a = df / 2, z = x / 2, front = std::exp(a * std::log(z) - z - std::lgamma(a));
  if (z < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < 100000 && std::abs(term) > 1e-17 * std::abs(sum); ++n) sum += term *= z / (a + n);
    return 1 - front * sum;
  }
  double b = z + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 100000; ++i) {
    const double step = -i * (i - a);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    h *= c * d;
    if (std::abs(c * d - 1) < 1e-16) break;
  }
  return front * h;
}

double log_choose(double n, double k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); }

double binomial_mass(std::int64_t k, std::int64_t n, double p) {
  if (k < 0 || k > n) return 0;
  if (p <= 0) return k == 0 ? 1 : 0;
  if (p >= 1) return k == n ? 1 : 0;
  if (n <= 60 && p == .5) {  // exact: the counts are whole numbers
    double choose = 1;
    for (std::int64_t i = 0; i < std::min(k, n - k); ++i) choose = choose * static_cast<double>(n - i) / static_cast<double>(i + 1);
    return std::ldexp(std::round(choose), -static_cast<int>(n));
  }
  const double count = static_cast<double>(n), hits = static_cast<double>(k);
  return std::exp(log_choose(count, hits) + hits * std::log(p) + (count - hits) * std::log1p(-p));
}

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incomplete_beta(static_cast<double>(n - k), static_cast<double>(k + 1), 1 - p);
}

double kolmogorov_tail(double x) {
  if (x <= 0) return 1;
  if (x < .5) {  // the theta function's other expansion converges here
    double sum = 0;
    const double pi = std::acos(-1.);
    for (int k = 1; k < 20; k += 2) sum += std::exp(-k * k * pi * pi / (8 * x * x));
    return 1 - std::sqrt(2 * pi) / x * sum;
  }
  double sum = 0;
  for (int k = 1; k < 100; ++k) sum += (k % 2 ? 2 : -2) * std::exp(-2. * k * k * x * x);
  return std::clamp(sum, 0., 1.);
}

}  // namespace candor::candid
