#include "candor/explain/effects.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/baselines/solve.h"
#include "candor/candid/metrics/tests.h"

namespace candor::explain {
namespace {

using candid::Matrix;

void check(const Matrix& x, std::int64_t column) {
  if (x.rows < 1 || column < 0 || column >= x.columns) fail(ErrorKind::invalid_argument, "explain: input " + std::to_string(column) + " of rows with " + std::to_string(x.columns));
}
double mean_of(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.) / static_cast<double>(v.size()); }

Matrix with(const Matrix& x, std::int64_t column, double value) {
  Matrix copy = x;
  for (std::int64_t i = 0; i < x.rows; ++i) copy.at(i, column) = value;
  return copy;
}

double sigmoid(double z) { return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z)); }

// Coefficients by Newton's method from zero, without the row `left_out` (-1: all).
std::vector<double> fitted(const Matrix& x, std::span<const std::int32_t> y, double lambda, std::int64_t left_out, Matrix* curvature) {
  const std::int64_t p = x.columns + 1;
  std::vector<double> beta(static_cast<std::size_t>(p));
  const auto entry = [&](std::int64_t i, std::int64_t j) { return j == 0 ? 1 : x.at(i, j - 1); };
  for (int iteration = 0; iteration < 100; ++iteration) {
    Matrix hessian = Matrix::zeros(p, p);
    std::vector<double> gradient(static_cast<std::size_t>(p));
    for (std::int64_t j = 0; j < p; ++j) hessian.at(j, j) = lambda, gradient[static_cast<std::size_t>(j)] = lambda * beta[static_cast<std::size_t>(j)];
    for (std::int64_t i = 0; i < x.rows; ++i) {
      if (i == left_out) continue;
      double z = 0;
      for (std::int64_t j = 0; j < p; ++j) z += beta[static_cast<std::size_t>(j)] * entry(i, j);
      const double q = sigmoid(z);
      for (std::int64_t a = 0; a < p; ++a) {
        gradient[static_cast<std::size_t>(a)] += (q - y[static_cast<std::size_t>(i)]) * entry(i, a);
        for (std::int64_t b = 0; b < p; ++b) hessian.at(a, b) += q * (1 - q) * entry(i, a) * entry(i, b);
      }
    }
    if (curvature) *curvature = hessian;
    const std::vector<double> step = candid::Cholesky(hessian).solve(gradient);
    double largest = 0;
    for (std::size_t j = 0; j < beta.size(); ++j) beta[j] -= step[j], largest = std::max(largest, std::abs(step[j]));
    if (largest < 1e-14) break;
  }
  return beta;
}

}  // namespace

Matrix conditional_expectations(const RowFunction& f, const Matrix& x, std::int64_t column, std::span<const double> grid) {
  check(x, column);
  Matrix out = Matrix::zeros(x.rows, static_cast<std::int64_t>(grid.size()));
  for (std::size_t g = 0; g < grid.size(); ++g) {
    const std::vector<double> answers = f(with(x, column, grid[g]));
    for (std::int64_t i = 0; i < x.rows; ++i) out.at(i, static_cast<std::int64_t>(g)) = answers[static_cast<std::size_t>(i)];
  }
  return out;
}

Matrix joint_dependence(const RowFunction& f, const Matrix& x, std::int64_t first, std::int64_t second, std::span<const double> first_grid, std::span<const double> second_grid) {
  check(x, first), check(x, second);
  Matrix out = Matrix::zeros(static_cast<std::int64_t>(first_grid.size()), static_cast<std::int64_t>(second_grid.size()));
  for (std::int64_t a = 0; a < out.rows; ++a) {
    for (std::int64_t b = 0; b < out.columns; ++b) {
      out.at(a, b) = mean_of(f(with(with(x, first, first_grid[static_cast<std::size_t>(a)]), second, second_grid[static_cast<std::size_t>(b)])));
    }
  }
  return out;
}

LocalEffects accumulated_effects(const RowFunction& f, const Matrix& x, std::int64_t column, int bins) {
  check(x, column);
  if (bins < 1) fail(ErrorKind::invalid_argument, "explain: at least one bin is needed");
  std::vector<double> sorted;
  for (std::int64_t i = 0; i < x.rows; ++i) sorted.push_back(x.at(i, column));
  std::sort(sorted.begin(), sorted.end());
  LocalEffects out;
  for (int k = 0; k <= bins; ++k) {
    const double edge = candid::sorted_quantile(sorted, static_cast<double>(k) / bins);
    if (out.edges.empty() || edge > out.edges.back()) out.edges.push_back(edge);
  }
  const std::size_t n = std::max<std::size_t>(1, out.edges.size() - 1);
  if (out.edges.size() == 1) out.edges.push_back(out.edges[0]);
  out.effects.assign(n, 0);
  out.counts.assign(n, 0);
  Matrix low = x, high = x;
  std::vector<std::size_t> bin;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const auto above = std::lower_bound(out.edges.begin() + 1, out.edges.end() - 1, x.at(i, column));
    bin.push_back(static_cast<std::size_t>(above - out.edges.begin()) - 1);
    low.at(i, column) = out.edges[bin.back()], high.at(i, column) = out.edges[bin.back() + 1];
    ++out.counts[bin.back()];
  }
  const std::vector<double> below = f(low), over = f(high);
  for (std::size_t i = 0; i < bin.size(); ++i) out.effects[bin[i]] += (over[i] - below[i]) / static_cast<double>(out.counts[bin[i]]);
  out.curve = {0};
  for (const double effect : out.effects) out.curve.push_back(out.curve.back() + effect);
  double centre = 0;
  for (std::size_t k = 0; k < n; ++k) centre += static_cast<double>(out.counts[k]) * (out.curve[k] + out.curve[k + 1]) / 2 / static_cast<double>(x.rows);
  for (double& v : out.curve) v -= centre;
  return out;
}

double interaction_strength(const RowFunction& f, const Matrix& x, std::int64_t first, std::int64_t second) {
  check(x, first), check(x, second);
  std::vector<double> both, one, other;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    both.push_back(mean_of(f(with(with(x, first, x.at(i, first)), second, x.at(i, second)))));
    one.push_back(mean_of(f(with(x, first, x.at(i, first)))));
    other.push_back(mean_of(f(with(x, second, x.at(i, second)))));
  }
  const double a = mean_of(both), b = mean_of(one), c = mean_of(other);
  double rest = 0, all = 0;
  for (std::size_t i = 0; i < both.size(); ++i) rest += std::pow(both[i] - a - (one[i] - b) - (other[i] - c), 2), all += std::pow(both[i] - a, 2);
  return all > 0 ? rest / all : 0;
}

ErrorGrowth error_growth(const RowFunction& f, const Matrix& x, std::span<const double> y, const std::vector<std::vector<std::vector<std::int64_t>>>& orders) {
  if (static_cast<std::int64_t>(orders.size()) != x.columns || static_cast<std::int64_t>(y.size()) != x.rows || orders.front().size() < 2) fail(ErrorKind::shape, "explain: orders for each column, at least two, and a truth for each row are wanted");
  const auto mse = [&](const Matrix& rows) {
    const std::vector<double> answers = f(rows);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += (answers[i] - y[i]) * (answers[i] - y[i]);
    return sum / static_cast<double>(y.size());
  };
  ErrorGrowth out;
  out.before = mse(x);
  out.each = Matrix::zeros(x.columns, static_cast<std::int64_t>(orders.front().size()));
  for (std::int64_t j = 0; j < x.columns; ++j) {
    for (std::int64_t r = 0; r < out.each.columns; ++r) {
      Matrix shuffled = x;
      const std::vector<std::int64_t>& order = orders[static_cast<std::size_t>(j)][static_cast<std::size_t>(r)];
      for (std::int64_t i = 0; i < x.rows; ++i) shuffled.at(i, j) = x.at(order[static_cast<std::size_t>(i)], j);
      out.each.at(j, r) = mse(shuffled) - out.before;
    }
    const std::vector<double> row(out.each.row(j).begin(), out.each.row(j).end());
    out.mean.push_back(mean_of(row));
    double squares = 0;
    for (const double v : row) squares += (v - out.mean.back()) * (v - out.mean.back());
    out.deviation.push_back(std::sqrt(squares / static_cast<double>(row.size() - 1)));
  }
  return out;
}

LocalLine local_line(const RowFunction& f, std::span<const double> x, const Matrix& samples, double width, double penalty) {
  if (static_cast<std::int64_t>(x.size()) != samples.columns || samples.rows < 1 || !(width > 0)) fail(ErrorKind::shape, "explain: samples of rows like the one asked about and a width above 0 are wanted");
  const std::vector<double> answers = f(samples);
  const std::int64_t p = samples.columns + 1;
  LocalLine out;
  Matrix normal = Matrix::zeros(p, p);
  std::vector<double> right(static_cast<std::size_t>(p));
  for (std::int64_t i = 0; i < samples.rows; ++i) {
    std::vector<double> row{1};
    double squares = 0;
    for (std::size_t j = 0; j < x.size(); ++j) row.push_back(samples.row(i)[j] - x[j]), squares += row.back() * row.back();
    const double w = std::exp(-squares / (width * width));
    out.weights.push_back(w);
    for (std::int64_t a = 0; a < p; ++a) {
      right[static_cast<std::size_t>(a)] += w * row[static_cast<std::size_t>(a)] * answers[static_cast<std::size_t>(i)];
      for (std::int64_t b = 0; b < p; ++b) normal.at(a, b) += w * row[static_cast<std::size_t>(a)] * row[static_cast<std::size_t>(b)];
    }
  }
  for (std::int64_t j = 1; j < p; ++j) normal.at(j, j) += penalty;
  const std::vector<double> line = candid::Cholesky(normal).solve(right);
  out.intercept = line[0];
  out.slopes.assign(line.begin() + 1, line.end());
  double weight = 0, mean = 0, rest = 0, all = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) weight += out.weights[i], mean += out.weights[i] * answers[i];
  mean /= weight;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    double said = out.intercept;
    for (std::size_t j = 0; j < x.size(); ++j) said += out.slopes[j] * (samples.row(static_cast<std::int64_t>(i))[j] - x[j]);
    rest += out.weights[i] * std::pow(answers[i] - said, 2), all += out.weights[i] * std::pow(answers[i] - mean, 2);
  }
  out.r2 = all > 0 ? 1 - rest / all : 0;
  return out;
}

Influence logistic_influence(const Matrix& x, std::span<const std::int32_t> y, std::span<const double> asked, std::int32_t asked_class, double lambda) {
  if (static_cast<std::int64_t>(y.size()) != x.rows || static_cast<std::int64_t>(asked.size()) != x.columns) fail(ErrorKind::shape, "explain: a label for each row and a row like them are wanted");
  Matrix hessian;
  Influence out;
  out.coefficients = fitted(x, y, lambda, -1, &hessian);
  const auto score = [&](const std::vector<double>& beta, std::span<const double> row) {
    double z = beta[0];
    for (std::size_t j = 0; j < row.size(); ++j) z += beta[j + 1] * row[j];
    return z;
  };
  const auto loss = [&](const std::vector<double>& beta) {
    const double z = score(beta, asked) * (asked_class == 1 ? 1 : -1);
    return std::log1p(std::exp(-std::abs(z))) + std::max(0., -z);
  };
  const auto slope = [&](std::span<const double> row, std::int32_t label) {
    const double d = sigmoid(score(out.coefficients, row)) - label;
    std::vector<double> g{d};
    for (const double v : row) g.push_back(d * v);
    return g;
  };
  const std::vector<double> way = candid::Cholesky(hessian).solve(slope(asked, asked_class));
  const double before = loss(out.coefficients);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::vector<double> g = slope(x.row(i), y[static_cast<std::size_t>(i)]);
    out.estimate.push_back(std::inner_product(g.begin(), g.end(), way.begin(), 0.));
    out.true_change.push_back(loss(fitted(x, y, lambda, i, nullptr)) - before);
  }
  return out;
}

}  // namespace candor::explain
