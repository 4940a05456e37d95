#include "candor/candid/metrics/drift.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "candor/base/error.h"
#include "candor/candid/metrics/distributions.h"

namespace candor::candid {
namespace {

using Span = std::span<const double>;

std::vector<double> sorted(Span x) {
  if (x.empty()) fail(ErrorKind::invalid_argument, "drift: a sample is empty");
  std::vector<double> copy(x.begin(), x.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

// body(width, F, G) between all neighbouring values of both samples.
template <class Body>
void over_steps(Span x, Span y, Body body) {
  const std::vector<double> a = sorted(x), b = sorted(y);
  std::vector<double> all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const double f = static_cast<double>(std::upper_bound(a.begin(), a.end(), all[i]) - a.begin()) / static_cast<double>(a.size());
    const double g = static_cast<double>(std::upper_bound(b.begin(), b.end(), all[i]) - b.begin()) / static_cast<double>(b.size());
    body(all[i + 1] - all[i], f, g);
  }
}

std::vector<double> shares(Span counts, double least) {
  double all = 0;
  for (const double c : counts) all += c;
  std::vector<double> out;
  for (const double c : counts) out.push_back(std::max(least, all > 0 ? c / all : 0));
  return out;
}
void check(Span p, Span q) {
  if (p.size() != q.size()) fail(ErrorKind::shape, "drift: " + std::to_string(p.size()) + " bins against " + std::to_string(q.size()));
}

// The chance that a random order of n and m rows keeps |F - G| below d: paths on a grid.
double exact_tail(std::int64_t n, std::int64_t m, double d) {
  const std::int64_t common = std::gcd(n, m), limit = std::llround(d * static_cast<double>(n / common * m)) * common;
  if (limit == 0) return 1;
  std::vector<double> ways(static_cast<std::size_t>(m + 1));
  for (std::int64_t i = 0; i <= n; ++i) {
    for (std::int64_t j = 0; j <= m; ++j) {
      double& here = ways[static_cast<std::size_t>(j)];
      if (std::abs(i * m - j * n) >= limit) here = 0;
      else if (i == 0 && j == 0) here = 1;
      else {
        const double steps = static_cast<double>(i + j);
        here = (i ? here * static_cast<double>(i) / steps : 0) + (j ? ways[static_cast<std::size_t>(j - 1)] * static_cast<double>(j) / steps : 0);
      }
    }
  }
  return std::clamp(1 - ways.back(), 0., 1.);
}

// P(max(F - F_n) >= d): Smirnov's sum (1944).
double one_sided_tail(double d, std::int64_t n) {
  const double count = static_cast<double>(n);
  double sum = 0;
  for (std::int64_t j = 0; static_cast<double>(j) <= count * (1 - d); ++j) {
    const double below = d + static_cast<double>(j) / count, above = 1 - below;
    if (above <= 0) continue;
    sum += std::exp(log_choose(count, static_cast<double>(j)) + static_cast<double>(j - 1) * std::log(below) + static_cast<double>(n - j) * std::log(above));
  }
  return d * sum;
}

// P(D < d): Kolmogorov's limit and its terms of order n^-1/2, n^-1 and n^-3/2.
double pelz_good(double d, std::int64_t n) {
  constexpr double pi2 = std::numbers::pi * std::numbers::pi, pi4 = pi2 * pi2, pi6 = pi4 * pi2;
  const double z = std::sqrt(static_cast<double>(n)) * d, z2 = z * z, z3 = z2 * z, z4 = z2 * z2, z6 = z4 * z2, z8 = z4 * z4, root = std::sqrt(2 * std::numbers::pi);
  const int most = static_cast<int>(std::ceil(16 * z / std::numbers::pi));
  double k0 = 0, k1 = 0, k2 = 0, k3 = 0, more2 = 0, more3 = 0;
  for (int k = most; k >= 1; --k) {
    const double m = 2. * k - 1, m2 = m * m, m4 = m2 * m2, m6 = m4 * m2, q = std::exp(-pi2 * m2 / 8 / z2);
    k0 += q;
    k1 += q * (-z2 + pi2 / 4 * m2);
    k2 += q * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * pi2 / 4 * m2 + pi4 * (1 - 2 * z2) / 16 * m4);
    k3 += q * (-30 * z6 - 90 * z8 + pi2 * (135 * z4 - 96 * z6) / 4 * m2 + pi4 * (-60 * z2 + 212 * z4) / 16 * m4 + pi6 * (5 - 30 * z2) / 64 * m6);
    const double step = k, s2 = step * step, even = std::exp(-pi2 * s2 / 2 / z2);
    more2 += even * s2;
    more3 += even * s2 * (3 * z2 - pi2 * s2);
  }
  k0 *= root / z;
  k1 *= root / (6 * z4);
  k2 = k2 * root / (72 * z6 * z) - more2 * pi2 * root / (36 * z3);
  k3 = k3 * root / (6480 * z8 * z2) + more3 * pi2 * root / (216 * z6);
  const double rows = static_cast<double>(n);
  return k0 + k1 / std::sqrt(rows) + k2 / rows + k3 / (rows * std::sqrt(rows));
}

double kernel(std::span<const double> a, std::span<const double> b, double gamma) {
  double squares = 0;
  for (std::size_t j = 0; j < a.size(); ++j) squares += (a[j] - b[j]) * (a[j] - b[j]);
  return std::exp(-gamma * squares);
}

}  // namespace

double kolmogorov_one_sample_tail(double d, std::int64_t n) {
  if (n < 1) fail(ErrorKind::invalid_argument, "kolmogorov: at least one row is needed");
  if (d <= .5 / static_cast<double>(n)) return 1;
  if (d >= 1) return 0;
  const double count = static_cast<double>(n), reach = count * d * d;
  if (n > 140 && reach >= 2.2) return std::min(1., 2 * one_sided_tail(d, n));
  if (n > 140 && count * std::pow(d, 1.5) > 1.4) return std::clamp(1 - pelz_good(d, n), 0., 1.);
  const auto k = static_cast<std::int64_t>(count * d) + 1, size = 2 * k - 1;
  const double h = static_cast<double>(k) - count * d;
  Matrix step = Matrix::zeros(size, size);
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t j = 0; j < size; ++j) step.at(i, j) = i - j + 1 >= 0 ? 1 : 0;
  }
  for (std::int64_t i = 0; i < size; ++i) {
    step.at(i, 0) -= std::pow(h, static_cast<double>(i + 1));
    step.at(size - 1, i) -= std::pow(h, static_cast<double>(size - i));
  }
  step.at(size - 1, 0) += 2 * h - 1 > 0 ? std::pow(2 * h - 1, static_cast<double>(size)) : 0;
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t j = 0; j < size; ++j) {
      for (std::int64_t g = 1; g <= i - j + 1; ++g) step.at(i, j) /= static_cast<double>(g);
    }
  }
  // The power, with an exponent of its own against overflow.
  const auto multiplied = [size](const Matrix& a, const Matrix& b) {
    Matrix c = Matrix::zeros(size, size);
    for (std::int64_t i = 0; i < size; ++i) {
      for (std::int64_t l = 0; l < size; ++l) {
        const double v = a.at(i, l);
        if (v != 0) for (std::int64_t j = 0; j < size; ++j) c.at(i, j) += v * b.at(l, j);
      }
    }
    return c;
  };
  Matrix power = Matrix::zeros(size, size);
  for (std::int64_t i = 0; i < size; ++i) power.at(i, i) = 1;
  int scale = 0, step_scale = 0;
  const auto tame = [k](Matrix& m, int& exponent) {
    if (m.at(k - 1, k - 1) < 1e140) return;
    for (double& v : m.values) v *= 1e-140;
    exponent += 140;
  };
  for (std::int64_t left = n; left > 0; left /= 2) {
    if (left % 2) {
      power = multiplied(power, step);
      scale += step_scale;
      tame(power, scale);
    }
    if (left > 1) {
      step = multiplied(step, step);
      step_scale *= 2;
      tame(step, step_scale);
    }
  }
  double p = power.at(k - 1, k - 1);
  for (std::int64_t i = 1; i <= n; ++i) {
    p *= static_cast<double>(i) / count;
    if (p < 1e-140) p *= 1e140, scale -= 140;
  }
  return std::clamp(1 - p * std::pow(10., scale), 0., 1.);
}

KolmogorovSmirnov kolmogorov_smirnov(Span x, Span y) {
  KolmogorovSmirnov out;
  over_steps(x, y, [&](double, double f, double g) { out.d = std::max(out.d, std::abs(f - g)); });
  const double n = static_cast<double>(x.size()), m = static_cast<double>(y.size()), rows = n * m / (n + m);
  out.p_exact = exact_tail(static_cast<std::int64_t>(x.size()), static_cast<std::int64_t>(y.size()), out.d);
  out.p_finite = kolmogorov_one_sample_tail(out.d, std::max<std::int64_t>(1, std::llround(std::nearbyint(rows))));
  out.p_kolmogorov = kolmogorov_tail(std::sqrt(rows) * out.d);
  return out;
}

std::vector<double> bin_counts(Span values, Span edges) {
  std::vector<double> counts(edges.size() + 1);
  for (const double v : values) ++counts[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), v) - edges.begin())];
  return counts;
}

double population_stability(Span p, Span q, double least) {
  check(p, q);
  const std::vector<double> a = shares(p, least), b = shares(q, least);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (b[i] - a[i]) * std::log(b[i] / a[i]);
  return sum;
}

double jensen_shannon(Span p, Span q) {
  check(p, q);
  const std::vector<double> a = shares(p, 0), b = shares(q, 0);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double middle = (a[i] + b[i]) / 2;
    if (a[i] > 0) sum += a[i] / 2 * std::log(a[i] / middle);
    if (b[i] > 0) sum += b[i] / 2 * std::log(b[i] / middle);
  }
  return std::max(0., sum);
}

double kullback_leibler(Span p, Span q, double least) {
  check(p, q);
  std::vector<double> a = shares(p, least), b = shares(q, least);
  a = shares(a, 0), b = shares(b, 0);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * std::log(a[i] / b[i]);
  return sum;
}

double wasserstein(Span x, Span y) {
  double sum = 0;
  over_steps(x, y, [&](double width, double f, double g) { sum += width * std::abs(f - g); });
  return sum;
}
double energy_distance(Span x, Span y) {
  double sum = 0;
  over_steps(x, y, [&](double width, double f, double g) { sum += width * (f - g) * (f - g); });
  return std::sqrt(2 * sum);
}

double anderson_darling(Span x, Span y) {
  const std::vector<double> samples[] = {sorted(x), sorted(y)};
  std::vector<double> all = samples[0];
  all.insert(all.end(), samples[1].begin(), samples[1].end());
  std::sort(all.begin(), all.end());
  const double total = static_cast<double>(all.size());
  double statistic = 0, inverse = 0;
  for (const std::vector<double>& sample : samples) {
    const double n = static_cast<double>(sample.size());
    double inner = 0;
    for (std::size_t i = 0; i < all.size();) {
      const std::size_t j = static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), all[i]) - all.begin());
      const double ties = static_cast<double>(j - i), rank = static_cast<double>(i) + ties / 2;
      const auto [first, last] = std::equal_range(sample.begin(), sample.end(), all[i]);
      const double own = static_cast<double>(last - sample.begin()) - static_cast<double>(last - first) / 2;
      inner += ties / total * std::pow(total * own - rank * n, 2) / (rank * (total - rank) - total * ties / 4);
      i = j;
    }
    statistic += inner / n;
    inverse += 1 / n;
  }
  statistic *= (total - 1) / total;
  double harmonic = 0, g = 0;
  for (double i = total - 1; i > 1; --i) {
    harmonic += 1 / i;
    g += harmonic / (total - i + 1);
  }
  const double h = harmonic + 1, k = 2;
  const double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse, b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const double c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h, d = (2 * h + 6) * k * k - 4 * h * k;
  const double variance = (a * total * total * total + b * total * total + c * total + d) / ((total - 1) * (total - 2) * (total - 3));
  return (statistic - (k - 1)) / std::sqrt(variance);
}

MeanDiscrepancy mean_discrepancy(const Matrix& x, const Matrix& y, double gamma) {
  if (x.columns != y.columns || x.rows < 2 || y.rows < 2) fail(ErrorKind::shape, "mean discrepancy: samples of the same columns and at least two rows are needed");
  const auto sum = [&](const Matrix& a, const Matrix& b) {
    double s = 0;
    for (std::int64_t i = 0; i < a.rows; ++i) for (std::int64_t j = 0; j < b.rows; ++j) s += kernel(a.row(i), b.row(j), gamma);
    return s;
  };
  const double n = static_cast<double>(x.rows), m = static_cast<double>(y.rows), xx = sum(x, x), yy = sum(y, y), xy = sum(x, y);
  return {xx / (n * n) + yy / (m * m) - 2 * xy / (n * m), (xx - n) / (n * (n - 1)) + (yy - m) / (m * (m - 1)) - 2 * xy / (n * m)};
}

std::vector<double> permuted_discrepancies(const Matrix& x, const Matrix& y, double gamma, const std::vector<std::vector<std::int64_t>>& permutations) {
  Matrix all = x;
  all.values.insert(all.values.end(), y.values.begin(), y.values.end());
  all.rows += y.rows;
  Matrix k = Matrix::zeros(all.rows, all.rows);
  for (std::int64_t i = 0; i < all.rows; ++i) for (std::int64_t j = 0; j < all.rows; ++j) k.at(i, j) = kernel(all.row(i), all.row(j), gamma);
  std::vector<double> out;
  const double n = static_cast<double>(x.rows), m = static_cast<double>(y.rows);
  for (const std::vector<std::int64_t>& order : permutations) {
    if (static_cast<std::int64_t>(order.size()) != all.rows) fail(ErrorKind::shape, "mean discrepancy: a permutation of " + std::to_string(order.size()) + " rows for " + std::to_string(all.rows));
    double sum = 0;
    for (std::int64_t i = 0; i < all.rows; ++i) {
      for (std::int64_t j = 0; j < all.rows; ++j) {
        const double a = i < x.rows ? 1 / n : -1 / m, b = j < x.rows ? 1 / n : -1 / m;
        sum += a * b * k.at(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(j)]);
      }
    }
    out.push_back(sum);
  }
  return out;
}

double median_distance(const Matrix& rows) {
  std::vector<double> distances;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    for (std::int64_t j = i + 1; j < rows.rows; ++j) {
      double squares = 0;
      for (std::int64_t c = 0; c < rows.columns; ++c) squares += std::pow(rows.at(i, c) - rows.at(j, c), 2);
      distances.push_back(std::sqrt(squares));
    }
  }
  if (distances.empty()) return 0;
  std::sort(distances.begin(), distances.end());
  return (distances[(distances.size() - 1) / 2] + distances[distances.size() / 2]) / 2;
}

}  // namespace candor::candid
