// The numbers that classic methods see: rows of f64, flat, from any dataset.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/data/dataset.h"

namespace candor::candid {

/// Row-major f64 numbers. A value.
struct Matrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values = {};

  static Matrix zeros(std::int64_t rows, std::int64_t columns);
  std::span<const double> row(std::int64_t i) const { return {values.data() + i * columns, static_cast<std::size_t>(columns)}; }
  std::span<double> row(std::int64_t i) { return {values.data() + i * columns, static_cast<std::size_t>(columns)}; }
  double at(std::int64_t i, std::int64_t j) const { return values[static_cast<std::size_t>(i * columns + j)]; }
  double& at(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * columns + j)]; }
};

/// Features of these rows (all when empty) flattened. Pictures ([rows, height, width, channels]) are averaged down until height and width
/// are at most `side`; 0 leaves them as they are.
Matrix matrix_of(const data::Dataset& set, std::span<const std::int64_t> rows = {}, std::int64_t side = 0);
/// A tensor [n, ...] flattened to n rows.
Matrix matrix_of(const Tensor& tensor);

/// Mean and deviation (of the population; 1 for a constant column) of training rows; NaN is passed over.
struct Scaling {
  std::vector<double> mean = {}, deviation = {};

  static Scaling fit(const Matrix& x);
  /// Standardised copy; NaN becomes 0, the mean.
  Matrix apply(const Matrix& x) const;
};

}  // namespace candor::candid
