#include "candor/candid/baselines/matrix.h"

#include <algorithm>
#include <cmath>

#include "candor/base/threads.h"

namespace candor::candid {
namespace {

// Means over squares of `factor` x `factor` pixels; a rest at the right and below is averaged over what there is.
Matrix averaged(const Matrix& x, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t factor) {
  const std::int64_t down = (height + factor - 1) / factor, across = (width + factor - 1) / factor;
  Matrix small = Matrix::zeros(x.rows, down * across * channels);
  parallel_for(x.rows, [&](std::int64_t i) {
    const std::span<const double> from = x.row(i);
    const std::span<double> to = small.row(i);
    for (std::int64_t r = 0; r < height; ++r) {
      for (std::int64_t c = 0; c < width; ++c) {
        const std::int64_t tall = std::min(factor, height - r / factor * factor), wide = std::min(factor, width - c / factor * factor);
        for (std::int64_t k = 0; k < channels; ++k) {
          to[static_cast<std::size_t>((r / factor * across + c / factor) * channels + k)] +=
              from[static_cast<std::size_t>((r * width + c) * channels + k)] / static_cast<double>(tall * wide);
        }
      }
    }
  });
  return small;
}

}  // namespace

Matrix Matrix::zeros(std::int64_t rows, std::int64_t columns) {
  return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
}

Matrix matrix_of(const Tensor& tensor) {
  const std::int64_t rows = tensor.shape(0);
  return {rows, rows ? tensor.size() / rows : 0, tensor.to_vector<double>()};
}

Matrix matrix_of(const data::Dataset& set, std::span<const std::int64_t> rows, std::int64_t side) {
  const Tensor features = rows.empty() ? set.features : data::take_rows(set.features, rows);
  Matrix x = matrix_of(features);
  if (side <= 0 || features.rank() != 4) return x;
  const std::int64_t height = features.shape(1), width = features.shape(2), longest = std::max(height, width);
  const std::int64_t factor = (longest + side - 1) / side;
  return factor > 1 ? averaged(x, height, width, features.shape(3), factor) : x;
}

Scaling Scaling::fit(const Matrix& x) {
  Scaling scaling;
  const auto columns = static_cast<std::size_t>(x.columns);
  scaling.mean.assign(columns, 0);
  scaling.deviation.assign(columns, 0);
  std::vector<std::int64_t> seen(columns);
  const auto pass = [&](auto add) {
    for (std::int64_t i = 0; i < x.rows; ++i) {
      const std::span<const double> row = x.row(i);
      for (std::size_t j = 0; j < columns; ++j) {
        if (!std::isnan(row[j])) add(j, row[j]);
      }
    }
  };
  pass([&](std::size_t j, double v) { scaling.mean[j] += v, ++seen[j]; });
  for (std::size_t j = 0; j < columns; ++j) scaling.mean[j] /= static_cast<double>(std::max<std::int64_t>(1, seen[j]));
  pass([&](std::size_t j, double v) { scaling.deviation[j] += (v - scaling.mean[j]) * (v - scaling.mean[j]); });
  for (std::size_t j = 0; j < columns; ++j) {
    const double deviation = std::sqrt(scaling.deviation[j] / static_cast<double>(std::max<std::int64_t>(1, seen[j])));
    // What is left of a constant column is rounding.
    scaling.deviation[j] = deviation > 1e-14 * std::abs(scaling.mean[j]) ? deviation : 1;
  }
  return scaling;
}

Matrix Scaling::apply(const Matrix& x) const {
  Matrix scaled = x;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::span<double> row = scaled.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = std::isnan(row[j]) ? 0 : (row[j] - mean[j]) / deviation[j];
  }
  return scaled;
}

}  // namespace candor::candid
