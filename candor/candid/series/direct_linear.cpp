#include "candor/candid/series/direct_linear.h"

#include <algorithm>
#include <string>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/candid/baselines/solve.h"

namespace candor::candid {
namespace {

std::vector<double> column_means(const std::vector<float>& values, std::int64_t rows, std::int64_t columns) {
  std::vector<double> mean(static_cast<std::size_t>(columns));
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) mean[static_cast<std::size_t>(c)] += static_cast<double>(values[static_cast<std::size_t>(r * columns + c)]);
  }
  for (double& m : mean) m /= static_cast<double>(rows);
  return mean;
}

// a^T b for centred columns [from, from + count) of two row-major tables.
Matrix products(const std::vector<float>& a, const std::vector<double>& mean_a, std::int64_t from_a, std::int64_t count_a, const std::vector<float>& b,
                const std::vector<double>& mean_b, std::int64_t from_b, std::int64_t count_b, std::int64_t rows) {
  Matrix out = Matrix::zeros(count_a, count_b);
  const auto wide_a = static_cast<std::int64_t>(mean_a.size()), wide_b = static_cast<std::int64_t>(mean_b.size());
  std::vector<double> centred(static_cast<std::size_t>(count_b));
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* rb = b.data() + r * wide_b + from_b;
    for (std::int64_t j = 0; j < count_b; ++j) centred[static_cast<std::size_t>(j)] = static_cast<double>(rb[j]) - mean_b[static_cast<std::size_t>(from_b + j)];
    const float* ra = a.data() + r * wide_a + from_a;
    for (std::int64_t i = 0; i < count_a; ++i) {
      const double v = static_cast<double>(ra[i]) - mean_a[static_cast<std::size_t>(from_a + i)];
      if (v == 0) continue;
      double* to = out.values.data() + i * count_b;
      for (std::int64_t j = 0; j < count_b; ++j) to[j] += v * centred[static_cast<std::size_t>(j)];
    }
  }
  return out;
}

}  // namespace

std::vector<DirectLinear> DirectLinear::fit(const Tensor& x, const Tensor& y, std::int64_t own, std::int64_t ahead, std::span<const double> alphas) {
  const std::int64_t rows = x.shape(0), wide = x.shape(1), horizon = y.shape(1), all = own + ahead;
  if (rows < 2 || wide != own + horizon * ahead || y.shape(0) != rows) {
    fail(ErrorKind::shape, "direct linear model: inputs " + to_string(x.shape()) + " and targets " + to_string(y.shape()) + " do not fit " + std::to_string(own) + " own inputs and " + std::to_string(ahead) + " for each step");
  }
  const std::vector<float> xs = x.to_vector(), ys = y.to_vector();
  const std::vector<double> mean_x = column_means(xs, rows, wide), mean_y = column_means(ys, rows, horizon);
  const Matrix gram = products(xs, mean_x, 0, own, xs, mean_x, 0, own, rows);
  std::vector<DirectLinear> models(alphas.size(), {own, ahead, horizon, std::vector<float>(static_cast<std::size_t>(own * horizon)), std::vector<float>(static_cast<std::size_t>(horizon * ahead)),
                                                   std::vector<float>(static_cast<std::size_t>(horizon))});
  parallel_for(horizon, [&](std::int64_t h) {
    const std::int64_t at = own + h * ahead;
    const Matrix between = products(xs, mean_x, 0, own, xs, mean_x, at, ahead, rows), days = products(xs, mean_x, at, ahead, xs, mean_x, at, ahead, rows);
    const Matrix right_own = products(xs, mean_x, 0, own, ys, mean_y, h, 1, rows), right_days = products(xs, mean_x, at, ahead, ys, mean_y, h, 1, rows);
    Matrix whole = Matrix::zeros(all, all);
    std::vector<double> right(static_cast<std::size_t>(all));
    for (std::int64_t i = 0; i < all; ++i) {
      right[static_cast<std::size_t>(i)] = i < own ? right_own.at(i, 0) : right_days.at(i - own, 0);
      for (std::int64_t j = 0; j < all; ++j) {
        whole.at(i, j) = i < own ? (j < own ? gram.at(i, j) : between.at(i, j - own)) : (j < own ? between.at(j, i - own) : days.at(i - own, j - own));
      }
    }
    for (std::size_t a = 0; a < alphas.size(); ++a) {
      Matrix penalised = whole;
      for (std::int64_t i = 0; i < all; ++i) penalised.at(i, i) *= 1 + alphas[a];
      const std::vector<double> w = Cholesky(std::move(penalised)).solve(right);
      DirectLinear& model = models[a];
      double bias = mean_y[static_cast<std::size_t>(h)];
      for (std::int64_t i = 0; i < all; ++i) {
        bias -= w[static_cast<std::size_t>(i)] * mean_x[static_cast<std::size_t>(i < own ? i : at + i - own)];
        if (i < own) model.weights[static_cast<std::size_t>(i * horizon + h)] = static_cast<float>(w[static_cast<std::size_t>(i)]);
        else model.calendar[static_cast<std::size_t>(h * ahead + i - own)] = static_cast<float>(w[static_cast<std::size_t>(i)]);
      }
      model.bias[static_cast<std::size_t>(h)] = static_cast<float>(bias);
    }
  });
  return models;
}

Tensor DirectLinear::predict(const Tensor& x) const {
  const std::int64_t rows = x.shape(0), wide = own + horizon * ahead;
  const std::vector<float> xs = x.to_vector();
  std::vector<float> out(static_cast<std::size_t>(rows * horizon));
  parallel_for(rows, [&](std::int64_t r) {
    const float* row = xs.data() + r * wide;
    float* to = out.data() + r * horizon;
    for (std::int64_t h = 0; h < horizon; ++h) {
      double sum = static_cast<double>(bias[static_cast<std::size_t>(h)]);
      for (std::int64_t i = 0; i < own; ++i) sum += static_cast<double>(row[i]) * static_cast<double>(weights[static_cast<std::size_t>(i * horizon + h)]);
      for (std::int64_t i = 0; i < ahead; ++i) sum += static_cast<double>(row[own + h * ahead + i]) * static_cast<double>(calendar[static_cast<std::size_t>(h * ahead + i)]);
      to[h] = static_cast<float>(sum);
    }
  });
  return Tensor::from(out, {rows, horizon});
}

}  // namespace candor::candid
