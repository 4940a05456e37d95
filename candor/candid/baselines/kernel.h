// Kernel ridge regression on classes: a judge that learns from few rows, and says of each of them what it would have said without it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Regularised least squares on one column of 0 and 1 per class, with the kernel exp(-d^2 / s): d^2 the squared Euclidean distance of two rows, s its mean over all pairs of training rows.
/// Time goes with the cube of the rows: meant for 1,500 and fewer.
class KernelClassifier {
 public:
  /// x [rows, columns] without missing values, labels in [0, classes). `ridge` is added to the kernel's diagonal. Throws Error (shape) where the two do not fit, and for no rows.
  KernelClassifier(const Matrix& x, std::span<const std::int32_t> labels, int classes, double ridge = .1);

  /// Scores [rows, classes] of the training rows, each as if the row had not been learned from: exact, by the inverse's diagonal (Allen's PRESS), without learning again.
  const Matrix& left_out() const { return left_out_; }
  /// Scores [asked, classes]: near 1 for the class a row belongs to, near 0 for the others; no probabilities.
  Matrix scores(const Matrix& asked) const;

 private:
  const Matrix x_;
  std::vector<double> lengths_;  ///< squared, of the training rows
  double scale_ = 1;
  std::vector<double> shares_;   ///< of the classes
  Matrix weights_, left_out_;
};

/// Scores as shares: what is below 0 counts as 0, each row sums to 1.
Matrix as_shares(Matrix scores);

}  // namespace candor::candid
