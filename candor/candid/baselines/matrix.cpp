#include "candor/candid/baselines/matrix.h"

#include <algorithm>
#include <cmath>

#include "candor/base/threads.h"

namespace candor::candid {
namespace {

// Means over squares of `factor` x `factor` pixels; a rest at the right and below is averaged over what there is.
struct Averaging {
  std::int64_t height, width, channels, factor;
  std::int64_t across() const { return (width + factor - 1) / factor; }
  std::int64_t columns() const { return (height + factor - 1) / factor * across() * channels; }

  void operator()(std::span<const double> from, std::span<double> to) const {
    for (std::int64_t r = 0; r < height; ++r) {
      for (std::int64_t c = 0; c < width; ++c) {
        const std::int64_t tall = std::min(factor, height - r / factor * factor), wide = std::min(factor, width - c / factor * factor);
        for (std::int64_t k = 0; k < channels; ++k) {
          to[static_cast<std::size_t>((r / factor * across() + c / factor) * channels + k)] +=
              from[static_cast<std::size_t>((r * width + c) * channels + k)] / static_cast<double>(tall * wide);
        }
      }
    }
  }
};

}  // namespace

Matrix Matrix::zeros(std::int64_t rows, std::int64_t columns) {
  return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
}

Matrix matrix_of(const Tensor& tensor) {
  const std::int64_t rows = tensor.shape(0);
  return {rows, rows ? tensor.size() / rows : 0, tensor.to_vector<double>()};
}

// A few rows at a time: as numbers of eight bytes, pictures of one byte a pixel would take more memory than everything else together.
Matrix matrix_of(const data::Dataset& set, std::span<const std::int64_t> rows, std::int64_t side) {
  const Tensor& features = set.features;
  const std::int64_t count = rows.empty() ? features.shape(0) : static_cast<std::int64_t>(rows.size());
  const std::int64_t columns = features.shape(0) ? features.size() / features.shape(0) : 0;
  Averaging average{1, columns, 1, 1};
  if (side > 0 && features.rank() == 4) {
    average = {features.shape(1), features.shape(2), features.shape(3), 1};
    average.factor = (std::max(average.height, average.width) + side - 1) / side;
  }
  Matrix x = Matrix::zeros(count, average.factor > 1 ? average.columns() : columns);
  const std::int64_t at_once = std::max<std::int64_t>(1, (std::int64_t{1} << 18) / std::max<std::int64_t>(1, columns));
  std::vector<std::int64_t> some;
  for (std::int64_t from = 0; from < count; from += at_once) {
    some.resize(static_cast<std::size_t>(std::min(at_once, count - from)));
    for (std::size_t i = 0; i < some.size(); ++i) some[i] = rows.empty() ? from + static_cast<std::int64_t>(i) : rows[static_cast<std::size_t>(from) + i];
    const Matrix block = matrix_of(data::take_rows(features, some));
    parallel_for(block.rows, [&](std::int64_t i) {
      if (average.factor > 1) average(block.row(i), x.row(from + i));
      else std::copy(block.row(i).begin(), block.row(i).end(), x.row(from + i).begin());
    });
  }
  return x;
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
