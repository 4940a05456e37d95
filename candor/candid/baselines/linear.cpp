#include "candor/candid/baselines/linear.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/candid/baselines/solve.h"

namespace candor::candid {
namespace {

constexpr std::int64_t block = 1024;  // rows of one piece of work; sums are taken piece by piece, in order

// x^T x of rows less `mean`, in pieces.
Matrix gram(const Matrix& x, std::span<const double> mean) {
  const std::int64_t p = x.columns, pieces = std::min<std::int64_t>(16, (x.rows + block - 1) / block);
  std::vector<Matrix> parts(static_cast<std::size_t>(pieces));
  parallel_for(pieces, [&](std::int64_t piece) {
    Matrix& sum = parts[static_cast<std::size_t>(piece)] = Matrix::zeros(p, p);
    std::vector<double> row(static_cast<std::size_t>(p));
    for (std::int64_t i = x.rows * piece / pieces; i < x.rows * (piece + 1) / pieces; ++i) {
      for (std::int64_t j = 0; j < p; ++j) row[static_cast<std::size_t>(j)] = x.at(i, j) - mean[static_cast<std::size_t>(j)];
      for (std::int64_t a = 0; a < p; ++a) {
        const double v = row[static_cast<std::size_t>(a)];
        double* to = &sum.at(a, 0);
        if (v != 0) for (std::int64_t b = 0; b <= a; ++b) to[b] += v * row[static_cast<std::size_t>(b)];
      }
    }
  });
  Matrix sum = Matrix::zeros(p, p);
  for (const Matrix& part : parts) {
    for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += part.values[i];
  }
  for (std::int64_t a = 0; a < p; ++a) {
    for (std::int64_t b = 0; b < a; ++b) sum.at(b, a) = sum.at(a, b);
  }
  return sum;
}

std::vector<double> column_means(const Matrix& x) {
  std::vector<double> mean(static_cast<std::size_t>(x.columns));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < x.columns; ++j) mean[static_cast<std::size_t>(j)] += x.at(i, j);
  }
  for (double& m : mean) m /= static_cast<double>(std::max<std::int64_t>(1, x.rows));
  return mean;
}

double mean_of(std::span<const double> y) { return std::accumulate(y.begin(), y.end(), 0.) / static_cast<double>(std::max<std::size_t>(1, y.size())); }

// The centred problem's two halves: x^T x and x^T y.
struct Normal {
  std::vector<double> mean, right;
  double target = 0;
  Matrix gram;
  Normal(const Matrix& x, std::span<const double> y) : mean(column_means(x)), right(mean.size()), target(mean_of(y)), gram(candid::gram(x, mean)) {
    if (static_cast<std::int64_t>(y.size()) != x.rows) fail(ErrorKind::shape, "linear: " + std::to_string(x.rows) + " rows with " + std::to_string(y.size()) + " targets");
    for (std::int64_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < mean.size(); ++j) right[j] += (x.at(i, static_cast<std::int64_t>(j)) - mean[j]) * (y[static_cast<std::size_t>(i)] - target);
    }
  }
  LinearModel model(std::vector<double> weights) const {
    const double intercept = target - std::inner_product(mean.begin(), mean.end(), weights.begin(), 0.);
    const auto columns = static_cast<std::int64_t>(weights.size());
    return {{1, columns, std::move(weights)}, {intercept}};
  }
};

}  // namespace

Matrix LinearModel::decision(const Matrix& x) const {
  Matrix out = Matrix::zeros(x.rows, weights.rows);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t k = 0; k < weights.rows; ++k) {
      const std::span<const double> row = x.row(i), w = weights.row(k);
      out.at(i, k) = std::inner_product(row.begin(), row.end(), w.begin(), intercept[static_cast<std::size_t>(k)]);
    }
  }
  return out;
}

Matrix LinearModel::probabilities(const Matrix& x) const {
  const Matrix scores = decision(x);
  Matrix out = Matrix::zeros(x.rows, std::max<std::int64_t>(2, scores.columns));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    if (scores.columns == 1) {
      out.at(i, 1) = 1 / (1 + std::exp(-scores.at(i, 0)));
      out.at(i, 0) = 1 / (1 + std::exp(scores.at(i, 0)));
      continue;
    }
    const std::span<const double> row = scores.row(i);
    const double top = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (std::size_t k = 0; k < row.size(); ++k) sum += out.row(i)[k] = std::exp(row[k] - top);
    for (double& p : out.row(i)) p /= sum;
  }
  return out;
}

LinearModel ridge(const Matrix& x, std::span<const double> y, double alpha) {
  if (!(alpha >= 0)) fail(ErrorKind::invalid_argument, "ridge: alpha must not be negative, and is " + std::to_string(alpha));
  const Normal normal(x, y);
  Matrix penalised = normal.gram;
  for (std::int64_t j = 0; j < x.columns; ++j) penalised.at(j, j) += alpha;
  return normal.model(Cholesky(std::move(penalised)).solve(normal.right));
}

LinearModel lasso(const Matrix& x, std::span<const double> y, double alpha, double tolerance, int sweeps) {
  if (!(alpha >= 0)) fail(ErrorKind::invalid_argument, "lasso: alpha must not be negative, and is " + std::to_string(alpha));
  const Normal normal(x, y);
  const double threshold = alpha * static_cast<double>(x.rows);
  std::vector<double> w(static_cast<std::size_t>(x.columns)), rest = normal.right;  // rest = x^T (y - xw)
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    double moved = 0, largest = 0;
    for (std::size_t j = 0; j < w.size(); ++j) {
      const double curvature = normal.gram.at(static_cast<std::int64_t>(j), static_cast<std::int64_t>(j));
      if (curvature <= 0) continue;
      const double pull = rest[j] + curvature * w[j];
      const double next = std::copysign(std::max(0., std::abs(pull) - threshold), pull) / curvature, change = next - w[j];
      if (change != 0) {
        for (std::size_t k = 0; k < w.size(); ++k) rest[k] -= change * normal.gram.at(static_cast<std::int64_t>(k), static_cast<std::int64_t>(j));
      }
      w[j] = next;
      moved = std::max(moved, std::abs(change));
      largest = std::max(largest, std::abs(next));
    }
    if (moved <= tolerance * largest) break;
  }
  return normal.model(std::move(w));
}

LinearModel linear_discriminant(const Matrix& x, std::span<const std::int32_t> y, int classes) {
  const auto p = static_cast<std::size_t>(x.columns), k = static_cast<std::size_t>(classes);
  Matrix means = Matrix::zeros(classes, x.columns), within = x;
  std::vector<double> counts(k), overall(p);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::int32_t c = y[static_cast<std::size_t>(i)];
    ++counts[static_cast<std::size_t>(c)];
    for (std::size_t j = 0; j < p; ++j) means.row(c)[j] += x.row(i)[j];
  }
  for (int c = 0; c < classes; ++c) {
    for (double& m : means.row(c)) m /= std::max(1., counts[static_cast<std::size_t>(c)]);
    for (std::size_t j = 0; j < p; ++j) overall[j] += means.row(c)[j] * counts[static_cast<std::size_t>(c)] / static_cast<double>(x.rows);
  }
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < p; ++j) within.row(i)[j] -= means.row(y[static_cast<std::size_t>(i)])[j];
  }
  Matrix covariance = gram(within, std::vector<double>(p));
  for (double& v : covariance.values) v /= static_cast<double>(std::max<std::int64_t>(1, x.rows));
  const Cholesky factor(std::move(covariance));
  LinearModel model{Matrix::zeros(classes, x.columns), std::vector<double>(k)};
  for (int c = 0; c < classes; ++c) {
    std::vector<double> shift(p);
    for (std::size_t j = 0; j < p; ++j) shift[j] = means.row(c)[j] - overall[j];
    const std::vector<double> w = factor.solve(shift);
    std::copy(w.begin(), w.end(), model.weights.row(c).begin());
    const double prior = counts[static_cast<std::size_t>(c)] / static_cast<double>(x.rows);
    model.intercept[static_cast<std::size_t>(c)] = std::log(std::max(prior, 1e-300)) - .5 * std::inner_product(w.begin(), w.end(), shift.begin(), 0.) -
                                                   std::inner_product(w.begin(), w.end(), overall.begin(), 0.);
  }
  if (classes != 2) return model;
  LinearModel one{Matrix::zeros(1, x.columns), {model.intercept[1] - model.intercept[0]}};
  for (std::size_t j = 0; j < p; ++j) one.weights.row(0)[j] = model.weights.row(1)[j] - model.weights.row(0)[j];
  return one;
}

PoissonModel poisson_regression(const Matrix& x, std::span<const double> counts, std::span<const double> exposure) {
  const std::int64_t p = x.columns + 1;
  const auto size = static_cast<std::size_t>(p);
  if (static_cast<std::int64_t>(counts.size()) != x.rows || exposure.size() != counts.size()) fail(ErrorKind::shape, "poisson: rows, counts and exposures differ in number");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!(counts[i] >= 0) || !(exposure[i] > 0)) fail(ErrorKind::invalid_argument, "poisson: counts must not be negative and exposures must be positive (row " + std::to_string(i + 1) + ")");
  }
  const auto entry = [&](std::int64_t i, std::int64_t j) { return j == 0 ? 1 : x.at(i, j - 1); };
  const auto deviance = [&](std::size_t i, double mean) { return 2 * ((counts[i] > 0 ? counts[i] * std::log(counts[i] / mean) : 0) - (counts[i] - mean)); };
  PoissonModel model;
  model.constant_rate = std::accumulate(counts.begin(), counts.end(), 0.) / std::accumulate(exposure.begin(), exposure.end(), 0.);
  model.coefficients.assign(size, 0);
  model.coefficients[0] = std::log(std::max(model.constant_rate, 1e-12));
  Matrix information = Matrix::zeros(p, p);
  const auto total = [&](std::span<const double> beta) {
    double sum = 0;
    for (std::int64_t i = 0; i < x.rows; ++i) {
      double log_rate = 0;
      for (std::int64_t j = 0; j < p; ++j) log_rate += beta[static_cast<std::size_t>(j)] * entry(i, j);
      sum += deviance(static_cast<std::size_t>(i), exposure[static_cast<std::size_t>(i)] * std::exp(log_rate));
    }
    return sum;
  };
  double current = total(model.coefficients);
  for (int iteration = 0; iteration < 100; ++iteration) {
    std::vector<double> score(size);
    std::fill(information.values.begin(), information.values.end(), 0.);
    for (std::int64_t i = 0; i < x.rows; ++i) {
      double log_rate = 0;
      for (std::int64_t j = 0; j < p; ++j) log_rate += model.coefficients[static_cast<std::size_t>(j)] * entry(i, j);
      const double mean = exposure[static_cast<std::size_t>(i)] * std::exp(log_rate);
      for (std::int64_t a = 0; a < p; ++a) {
        score[static_cast<std::size_t>(a)] += (counts[static_cast<std::size_t>(i)] - mean) * entry(i, a);
        for (std::int64_t b = 0; b < p; ++b) information.at(a, b) += mean * entry(i, a) * entry(i, b);
      }
    }
    const std::vector<double> step = Cholesky(information).solve(score);
    std::vector<double> next(size);
    double factor = 1, value = 0;
    for (int tries = 0; tries < 40; ++tries, factor /= 2) {
      for (std::size_t j = 0; j < size; ++j) next[j] = model.coefficients[j] + factor * step[j];
      if ((value = total(next)) <= current + 1e-12 * std::abs(current)) break;
    }
    const double moved = factor * std::accumulate(step.begin(), step.end(), 0., [](double m, double s) { return std::max(m, std::abs(s)); });
    model.coefficients = next;
    current = value;
    if (moved < 1e-12) break;
  }
  for (std::size_t j = 0; j < size; ++j) {
    std::vector<double> unit(size);
    unit[j] = 1;
    model.standard_errors.push_back(std::sqrt(Cholesky(information).solve(unit)[j]));
  }
  model.mean_deviance = current / static_cast<double>(x.rows);
  for (std::size_t i = 0; i < counts.size(); ++i) model.constant_deviance += deviance(i, exposure[i] * model.constant_rate) / static_cast<double>(x.rows);
  return model;
}

}  // namespace candor::candid
