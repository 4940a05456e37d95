// Gaussian naive Bayes and nearest neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// A normal distribution for each class and column, as if columns knew nothing of each other.
struct NaiveBayes {
  Matrix mean = {}, variance = {};  ///< [classes, columns]; variance + 1e-9 times the largest variance of a column
  std::vector<double> prior = {};

  static NaiveBayes fit(const Matrix& x, std::span<const std::int32_t> y, int classes);
  Matrix probabilities(const Matrix& x) const;
};

/// The k nearest training rows (Euclidean; the lower row number among equals), nearest first.
struct Neighbours {
  std::int64_t k = 0;
  std::vector<std::int32_t> rows = {};  ///< [asked, k]
  std::vector<double> distances = {};
};
Neighbours nearest(const Matrix& train, const Matrix& asked, std::int64_t k = 5);
/// Shares of the neighbours' classes [asked, classes]; means of their values [asked].
Matrix vote(const Neighbours& neighbours, std::span<const std::int32_t> labels, int classes);
std::vector<double> average(const Neighbours& neighbours, std::span<const double> values);

}  // namespace candor::candid
