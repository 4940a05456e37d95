#include "candor/candid/baselines/kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "candor/base/error.h"
#include "candor/base/threads.h"

namespace candor::candid {
namespace {

/// In eight sums side by side, so that compilers use vectors; always in the same order.
double dot(const double* a, const double* b, std::int64_t n) {
  std::array<double, 8> sums{};
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k) sums[k] += a[i + static_cast<std::int64_t>(k)] * b[i + static_cast<std::int64_t>(k)];
  double rest = 0;
  for (; i < n; ++i) rest += a[i] * b[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])) + rest;
}

std::vector<double> squared_lengths(const Matrix& x) {
  std::vector<double> out;
  for (std::int64_t i = 0; i < x.rows; ++i) out.push_back(dot(x.row(i).data(), x.row(i).data(), x.columns));
  return out;
}

/// The inverse of the Cholesky factor of a symmetric matrix, lower triangle, in its place.
void invert_factor(Matrix& m) {
  const std::int64_t n = m.rows;
  constexpr std::int64_t block = 32;
  // The factor, in blocks of rows: the part left of a block's own triangle is independent row by row.
  for (std::int64_t from = 0; from < n; from += block) {
    const std::int64_t to = std::min(n, from + block);
    for (std::int64_t j = from; j < to; ++j) {
      const double pivot = m.at(j, j) - dot(m.row(j).data(), m.row(j).data(), j);
      m.at(j, j) = std::sqrt(std::max(pivot, 1e-12));
      for (std::int64_t i = j + 1; i < to; ++i) m.at(i, j) = (m.at(i, j) - dot(m.row(i).data(), m.row(j).data(), j)) / m.at(j, j);
    }
    parallel_for(n - to, [&](std::int64_t k) {
      double* row = m.row(to + k).data();
      for (std::int64_t j = from; j < to; ++j) row[j] = (row[j] - dot(row, m.row(j).data(), j)) / m.at(j, j);
    });
  }
  // L W = 1: row i of W is -(L's row i times W above it) / L_ii. Column j of W lies in row j of the upper triangle while it is made, where it is read in one go.
  parallel_for(n, [&](std::int64_t j) {
    double* column = m.row(j).data();  // column[i] for i > j
    const double first = 1 / m.at(j, j);
    for (std::int64_t i = j + 1; i < n; ++i) {
      const double* row = m.row(i).data();
      column[i] = -(row[j] * first + dot(row + j + 1, column + j + 1, i - j - 1)) / row[i];
    }
  });
  for (std::int64_t j = 0; j < n; ++j) m.at(j, j) = 1 / m.at(j, j);
}

}  // namespace

KernelClassifier::KernelClassifier(const Matrix& x, std::span<const std::int32_t> labels, int classes, double ridge) : x_(x), lengths_(squared_lengths(x)), shares_(static_cast<std::size_t>(classes), 0) {
  const std::int64_t n = x.rows;
  if (n < 1 || static_cast<std::int64_t>(labels.size()) != n) fail(ErrorKind::shape, "kernel classifier: " + std::to_string(labels.size()) + " labels for " + std::to_string(n) + " rows");
  for (const std::int32_t k : labels) shares_[static_cast<std::size_t>(k)] += 1 / static_cast<double>(n);
  Matrix kernel = Matrix::zeros(n, n);
  std::vector<double> sums(static_cast<std::size_t>(n), 0);
  parallel_for(n, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < i; ++j) {
      const double d = std::max(0.0, lengths_[static_cast<std::size_t>(i)] + lengths_[static_cast<std::size_t>(j)] - 2 * dot(x.row(i).data(), x.row(j).data(), x.columns));
      kernel.at(i, j) = d;
      sums[static_cast<std::size_t>(i)] += d;
    }
  });
  double sum = 0;
  for (const double s : sums) sum += s;
  if (sum > 0) scale_ = sum / (.5 * static_cast<double>(n) * static_cast<double>(std::max<std::int64_t>(n - 1, 1)));
  parallel_for(n, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < i; ++j) kernel.at(i, j) = std::exp(-kernel.at(i, j) / scale_);
    kernel.at(i, i) = 1 + ridge;
  });
  invert_factor(kernel);  // W, whose columns lie in rows: entry (row i, column j) at kernel(j, i), i >= j
  // The inverse is W' W: its diagonal, and what it makes of the labels.
  Matrix half = Matrix::zeros(n, classes);
  std::vector<double> target(static_cast<std::size_t>(classes));
  for (std::int64_t j = 0; j < n; ++j) {
    for (int k = 0; k < classes; ++k) target[static_cast<std::size_t>(k)] = (labels[static_cast<std::size_t>(j)] == k ? 1 : 0) - shares_[static_cast<std::size_t>(k)];
    for (std::int64_t i = j; i < n; ++i)
      for (int k = 0; k < classes; ++k) half.at(i, k) += kernel.at(j, i) * target[static_cast<std::size_t>(k)];
  }
  weights_ = Matrix::zeros(n, classes);
  left_out_ = Matrix::zeros(n, classes);
  parallel_for(n, [&](std::int64_t j) {
    for (std::int64_t i = j; i < n; ++i)
      for (int k = 0; k < classes; ++k) weights_.at(j, k) += kernel.at(j, i) * half.at(i, k);
    const double diagonal = dot(kernel.row(j).data() + j, kernel.row(j).data() + j, n - j);
    for (int k = 0; k < classes; ++k) left_out_.at(j, k) = (labels[static_cast<std::size_t>(j)] == k ? 1 : 0) - weights_.at(j, k) / diagonal;
  });
}

Matrix KernelClassifier::scores(const Matrix& asked) const {
  if (asked.columns != x_.columns) fail(ErrorKind::shape, "kernel classifier: learned from " + std::to_string(x_.columns) + " columns, asked about " + std::to_string(asked.columns));
  const std::vector<double> lengths = squared_lengths(asked);
  Matrix out = Matrix::zeros(asked.rows, weights_.columns);
  parallel_for(asked.rows, [&](std::int64_t i) {
    for (std::int64_t k = 0; k < out.columns; ++k) out.at(i, k) = shares_[static_cast<std::size_t>(k)];
    for (std::int64_t j = 0; j < x_.rows; ++j) {
      const double d = std::max(0.0, lengths[static_cast<std::size_t>(i)] + lengths_[static_cast<std::size_t>(j)] - 2 * dot(asked.row(i).data(), x_.row(j).data(), x_.columns)), near = std::exp(-d / scale_);
      for (std::int64_t k = 0; k < out.columns; ++k) out.at(i, k) += near * weights_.at(j, k);
    }
  });
  return out;
}

Matrix as_shares(Matrix scores) {
  for (std::int64_t i = 0; i < scores.rows; ++i) {
    double sum = 0;
    for (double& p : scores.row(i)) p = std::max(p, 0.0), sum += p;
    for (double& p : scores.row(i)) p = sum > 0 ? p / sum : 1 / static_cast<double>(scores.columns);
  }
  return scores;
}

}  // namespace candor::candid
