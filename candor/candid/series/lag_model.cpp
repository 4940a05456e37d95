#include "candor/candid/series/lag_model.h"

#include <cmath>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/baselines/solve.h"

namespace candor::candid {

LagModel LagModel::fit(std::span<const double> values, std::span<const std::int64_t> rows, std::int64_t window, std::int64_t horizon, double alpha) {
  if (window < 1 || horizon < 1 || !(alpha >= 0)) {
    fail(ErrorKind::invalid_argument, "linear on lags: window " + std::to_string(window) + ", horizon " + std::to_string(horizon) + " and alpha " + std::to_string(alpha) + " do not fit");
  }
  if (rows.empty()) fail(ErrorKind::invalid_argument, "linear on lags: there are no rows to learn from");
  const auto w = static_cast<std::size_t>(window), h = static_cast<std::size_t>(horizon);
  const auto n = static_cast<double>(rows.size());
  std::vector<double> mean_x(w), mean_y(h);
  for (const std::int64_t row : rows) {
    if (row < window || row + horizon > static_cast<std::int64_t>(values.size())) {
      fail(ErrorKind::invalid_argument, "linear on lags: row " + std::to_string(row) + " has no " + std::to_string(window) + " values before it and " + std::to_string(horizon) + " from it on");
    }
    for (std::size_t i = 0; i < w; ++i) mean_x[i] += values[static_cast<std::size_t>(row) - w + i] / n;
    for (std::size_t k = 0; k < h; ++k) mean_y[k] += values[static_cast<std::size_t>(row) + k] / n;
  }
  Matrix gram = Matrix::zeros(window, window), cross = Matrix::zeros(window, horizon);
  std::vector<double> x(w), y(h);
  for (const std::int64_t row : rows) {
    for (std::size_t i = 0; i < w; ++i) x[i] = values[static_cast<std::size_t>(row) - w + i] - mean_x[i];
    for (std::size_t k = 0; k < h; ++k) y[k] = values[static_cast<std::size_t>(row) + k] - mean_y[k];
    for (std::size_t i = 0; i < w; ++i) {
      double* to = gram.values.data() + i * w;
      for (std::size_t j = 0; j < w; ++j) to[j] += x[i] * x[j];
      double* also = cross.values.data() + i * h;
      for (std::size_t k = 0; k < h; ++k) also[k] += x[i] * y[k];
    }
  }
  for (std::int64_t i = 0; i < window; ++i) gram.at(i, i) *= 1 + alpha;
  const Cholesky factor(std::move(gram));
  LagModel model{window, horizon, Matrix::zeros(horizon, window), mean_y};
  std::vector<double> right(w);
  for (std::int64_t k = 0; k < horizon; ++k) {
    for (std::int64_t i = 0; i < window; ++i) right[static_cast<std::size_t>(i)] = cross.at(i, k);
    const std::vector<double> weights = factor.solve(right);
    for (std::size_t i = 0; i < w; ++i) {
      model.weights.at(k, static_cast<std::int64_t>(i)) = weights[i];
      model.intercept[static_cast<std::size_t>(k)] -= weights[i] * mean_x[i];
    }
  }
  return model;
}

std::vector<double> LagModel::forecast(std::span<const double> values, std::int64_t row) const {
  if (row < window || row > static_cast<std::int64_t>(values.size())) {
    fail(ErrorKind::invalid_argument, "linear on lags: " + std::to_string(window) + " values before row " + std::to_string(row) + " are needed");
  }
  std::vector<double> out = intercept;
  for (std::int64_t k = 0; k < horizon; ++k) {
    for (std::int64_t i = 0; i < window; ++i) out[static_cast<std::size_t>(k)] += weights.at(k, i) * values[static_cast<std::size_t>(row - window + i)];
  }
  return out;
}

}  // namespace candor::candid
