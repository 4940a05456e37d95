#include "candor/candid/metrics/proportions.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/metrics/distributions.h"

namespace candor::candid {
namespace {

struct Share {
  double p, n, z;
  Share(std::int64_t successes, std::int64_t trials, double level) : p(0), n(static_cast<double>(trials)), z(0) {
    if (trials < 1 || successes < 0 || successes > trials) fail(ErrorKind::invalid_argument, "interval: " + std::to_string(successes) + " successes in " + std::to_string(trials) + " trials");
    if (!(level > 0 && level < 1)) fail(ErrorKind::invalid_argument, "interval: level must be between 0 and 1, and is " + std::to_string(level));
    p = static_cast<double>(successes) / n;
    z = normal_quantile((1 + level) / 2);
  }
};

Interval cut(double low, double high) { return {std::max(0., low), std::min(1., high)}; }

}  // namespace

Interval clopper_pearson(std::int64_t successes, std::int64_t n, double level) {
  const Share share(successes, n, level);
  const double k = static_cast<double>(successes), tail = (1 - level) / 2;
  return {successes == 0 ? 0 : beta_quantile(k, share.n - k + 1, tail), successes == n ? 1 : beta_quantile(k + 1, share.n - k, 1 - tail)};
}

Interval agresti_coull(std::int64_t successes, std::int64_t n, double level) {
  const Share s(successes, n, level);
  const double trials = s.n + s.z * s.z, p = (static_cast<double>(successes) + s.z * s.z / 2) / trials, half = s.z * std::sqrt(p * (1 - p) / trials);
  return cut(p - half, p + half);
}

Interval wald(std::int64_t successes, std::int64_t n, double level) {
  const Share s(successes, n, level);
  const double half = s.z * std::sqrt(s.p * (1 - s.p) / s.n);
  return cut(s.p - half, s.p + half);
}

Interval jeffreys(std::int64_t successes, std::int64_t n, double level, bool adjusted) {
  const Share s(successes, n, level);
  const double k = static_cast<double>(successes), tail = (1 - level) / 2;
  return {adjusted && successes == 0 ? 0 : beta_quantile(k + .5, s.n - k + .5, tail), adjusted && successes == n ? 1 : beta_quantile(k + .5, s.n - k + .5, 1 - tail)};
}

Interval wilson_continuity(std::int64_t successes, std::int64_t n, double level) {
  const Share s(successes, n, level);
  const double z2 = s.z * s.z, q = 1 - s.p;
  const double low = (2 * s.n * s.p + z2 - 1 - s.z * std::sqrt(z2 - 2 - 1 / s.n + 4 * s.p * (s.n * q + 1))) / 2 / (s.n + z2);
  const double high = (2 * s.n * s.p + z2 + 1 + s.z * std::sqrt(z2 + 2 - 1 / s.n + 4 * s.p * (s.n * q - 1))) / 2 / (s.n + z2);
  return {successes == 0 ? 0 : std::max(0., low), successes == n ? 1 : std::min(1., high)};
}

Interval newcombe(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2, double level) {
  const Share first(k1, n1, level), second(k2, n2, level);
  const Interval a = wilson(k1, n1, level), b = wilson(k2, n2, level);
  const double difference = first.p - second.p;
  return {difference - std::hypot(first.p - a.low, b.high - second.p), difference + std::hypot(a.high - first.p, second.p - b.low)};
}

double fisher_exact(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2) {
  const Share first(k1, n1, .95), second(k2, n2, .95);
  const std::int64_t successes = k1 + k2;
  const auto mass = [&](std::int64_t k) {
    return std::exp(log_choose(first.n, static_cast<double>(k)) + log_choose(second.n, static_cast<double>(successes - k)) - log_choose(first.n + second.n, static_cast<double>(successes)));
  };
  const double here = mass(k1);
  double sum = 0;
  for (std::int64_t k = std::max<std::int64_t>(0, successes - n2); k <= std::min(n1, successes); ++k) {
    const double m = mass(k);
    if (m <= here * (1 + 1e-7)) sum += m;
  }
  return std::min(1., sum);
}

}  // namespace candor::candid
