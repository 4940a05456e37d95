// How far probabilities can be believed, and how to make them believable.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Confidence against being right in bins of equal width (k/B, (k+1)/B], 0 in the first; means of an empty bin are NaN.
struct Reliability {
  std::vector<std::int64_t> count;
  std::vector<double> mean_confidence, accuracy;
  double ece = 0, mce = 0, rmsce = 0;  ///< weighted mean, largest and weighted root mean square of |accuracy - confidence| over bins with rows
};
/// `hits` holds 0 or 1. Throws Error (shape, invalid_argument).
Reliability reliability(std::span<const double> confidence, std::span<const std::int32_t> hits, int bins = 15);
/// By the largest probability of each row.
Reliability reliability(const Matrix& probabilities, std::span<const std::int32_t> truth, int bins = 15);
/// ECE over bins of equally many rows: rows in stable order of confidence, the first ones a row longer where they do not divide.
double equal_mass_ece(std::span<const double> confidence, std::span<const std::int32_t> hits, int bins = 15);
/// Mean over the classes of the ECE of "is it this class".
double classwise_ece(const Matrix& probabilities, std::span<const std::int32_t> truth, int bins = 15);

Matrix softmax_rows(const Matrix& logits, double temperature = 1);
/// Mean negative log likelihood of softmax(logits / temperature).
double mean_nll(const Matrix& logits, std::span<const std::int32_t> truth, double temperature = 1);
/// The temperature that makes it least (Guo et al., 2017): above 1 the network was too sure.
double best_temperature(const Matrix& logits, std::span<const std::int32_t> truth);

/// p = sigmoid(a * score + b) by maximum likelihood (Platt, 1999); `smoothed` uses his targets (n+ + 1) / (n+ + 2) and 1 / (n- + 2).
struct Platt {
  double a = 1, b = 0, nll = 0;  ///< mean negative log likelihood of the targets it was fitted to
  double operator()(double score) const;
};
Platt platt_scaling(std::span<const double> scores, std::span<const std::int32_t> truth, bool smoothed = false);

/// The rising step function nearest to the truth (pool adjacent violators), linear between its points and constant outside.
struct Isotonic {
  std::vector<double> x, y;
  double operator()(double score) const;
};
Isotonic isotonic_regression(std::span<const double> scores, std::span<const double> truth, std::span<const double> weights = {});

}  // namespace candor::candid
