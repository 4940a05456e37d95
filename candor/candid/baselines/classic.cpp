#include "candor/candid/baselines/classic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "candor/base/error.h"
#include "candor/base/threads.h"

namespace candor::candid {

NaiveBayes NaiveBayes::fit(const Matrix& x, std::span<const std::int32_t> y, int classes) {
  NaiveBayes model{Matrix::zeros(classes, x.columns), Matrix::zeros(classes, x.columns), std::vector<double>(static_cast<std::size_t>(classes))};
  const auto columns = static_cast<std::size_t>(x.columns);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::int32_t c = y[static_cast<std::size_t>(i)];
    ++model.prior[static_cast<std::size_t>(c)];
    for (std::size_t j = 0; j < columns; ++j) model.mean.row(c)[j] += x.row(i)[j];
  }
  for (int c = 0; c < classes; ++c) {
    for (double& m : model.mean.row(c)) m /= std::max(1., model.prior[static_cast<std::size_t>(c)]);
  }
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::int32_t c = y[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < columns; ++j) {
      const double d = x.row(i)[j] - model.mean.row(c)[j];
      model.variance.row(c)[j] += d * d / model.prior[static_cast<std::size_t>(c)];
    }
  }
  double largest = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    double mean = 0, sum = 0;
    for (std::int64_t i = 0; i < x.rows; ++i) mean += x.row(i)[j] / static_cast<double>(x.rows);
    for (std::int64_t i = 0; i < x.rows; ++i) sum += (x.row(i)[j] - mean) * (x.row(i)[j] - mean);
    largest = std::max(largest, sum / static_cast<double>(x.rows));
  }
  for (double& v : model.variance.values) v += 1e-9 * (largest > 0 ? largest : 1);
  for (double& p : model.prior) p /= static_cast<double>(std::max<std::int64_t>(1, x.rows));
  return model;
}

Matrix NaiveBayes::probabilities(const Matrix& x) const {
  const std::int64_t classes = mean.rows;
  Matrix out = Matrix::zeros(x.rows, classes);
  parallel_for(x.rows, [&](std::int64_t i) {
    const std::span<double> p = out.row(i);
    for (std::int64_t c = 0; c < classes; ++c) {
      double log_density = std::log(std::max(prior[static_cast<std::size_t>(c)], 1e-300));
      for (std::int64_t j = 0; j < x.columns; ++j) {
        const double d = x.at(i, j) - mean.at(c, j), v = variance.at(c, j);
        log_density -= .5 * (std::log(2 * std::numbers::pi * v) + d * d / v);
      }
      p[static_cast<std::size_t>(c)] = log_density;
    }
    const double top = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (double& v : p) sum += v = std::exp(v - top);
    for (double& v : p) v /= sum;
  });
  return out;
}

Neighbours nearest(const Matrix& train, const Matrix& asked, std::int64_t k) {
  if (train.rows < 1 || k < 1) fail(ErrorKind::invalid_argument, "nearest: no training rows, or k below 1");
  if (train.columns != asked.columns) fail(ErrorKind::shape, "nearest: " + std::to_string(train.columns) + " columns against " + std::to_string(asked.columns));
  k = std::min(k, train.rows);
  constexpr std::int64_t tile = 256;  // training rows side by side, so that a column of them is added at a time
  const std::int64_t tiles = (train.rows + tile - 1) / tile;
  std::vector<double> across(static_cast<std::size_t>(tiles * tile * train.columns));
  for (std::int64_t i = 0; i < train.rows; ++i) {
    for (std::int64_t j = 0; j < train.columns; ++j) across[static_cast<std::size_t>((i / tile * train.columns + j) * tile + i % tile)] = train.at(i, j);
  }
  Neighbours found{k, std::vector<std::int32_t>(static_cast<std::size_t>(asked.rows * k)), std::vector<double>(static_cast<std::size_t>(asked.rows * k))};
  constexpr std::int64_t batch = 16;  // asked rows that use a tile while it is near
  parallel_for((asked.rows + batch - 1) / batch, [&](std::int64_t piece) {
    const std::int64_t first = piece * batch, last = std::min(asked.rows, first + batch);
    std::vector<std::vector<std::pair<double, std::int32_t>>> best(static_cast<std::size_t>(last - first));
    double squares[tile];
    for (std::int64_t t = 0; t < tiles; ++t) {
      for (std::int64_t i = first; i < last; ++i) {
        std::fill(squares, squares + tile, 0.);
        for (std::int64_t j = 0; j < train.columns; ++j) {
          const double at = asked.at(i, j), *column = across.data() + (t * train.columns + j) * tile;
          for (std::int64_t r = 0; r < tile; ++r) squares[r] += (at - column[r]) * (at - column[r]);
        }
        auto& heap = best[static_cast<std::size_t>(i - first)];
        for (std::int64_t r = 0; r < std::min(tile, train.rows - t * tile); ++r) {
          const std::pair<double, std::int32_t> one{squares[r], static_cast<std::int32_t>(t * tile + r)};
          if (static_cast<std::int64_t>(heap.size()) < k) {
            heap.push_back(one);
            std::push_heap(heap.begin(), heap.end());
          } else if (one < heap.front()) {
            std::pop_heap(heap.begin(), heap.end());
            heap.back() = one;
            std::push_heap(heap.begin(), heap.end());
          }
        }
      }
    }
    for (std::int64_t i = first; i < last; ++i) {
      auto& heap = best[static_cast<std::size_t>(i - first)];
      std::sort_heap(heap.begin(), heap.end());
      for (std::int64_t n = 0; n < k; ++n) {
        found.rows[static_cast<std::size_t>(i * k + n)] = heap[static_cast<std::size_t>(n)].second;
        found.distances[static_cast<std::size_t>(i * k + n)] = std::sqrt(heap[static_cast<std::size_t>(n)].first);
      }
    }
  });
  return found;
}

Matrix vote(const Neighbours& neighbours, std::span<const std::int32_t> labels, int classes) {
  const std::int64_t k = neighbours.k, n = k ? static_cast<std::int64_t>(neighbours.rows.size()) / k : 0;
  Matrix shares = Matrix::zeros(n, classes);
  for (std::int64_t i = 0; i < n * k; ++i) ++shares.at(i / k, labels[static_cast<std::size_t>(neighbours.rows[static_cast<std::size_t>(i)])]);
  for (double& v : shares.values) v /= static_cast<double>(k);
  return shares;
}

std::vector<double> average(const Neighbours& neighbours, std::span<const double> values) {
  const std::int64_t k = neighbours.k, n = k ? static_cast<std::int64_t>(neighbours.rows.size()) / k : 0;
  std::vector<double> means(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n * k; ++i) means[static_cast<std::size_t>(i / k)] += values[static_cast<std::size_t>(neighbours.rows[static_cast<std::size_t>(i)])];
  for (double& v : means) v /= static_cast<double>(k);
  return means;
}

}  // namespace candor::candid
