// Models that weigh the inputs and add: least squares, ridge, lasso, logistic regression, linear SVM, linear discriminants, Poisson.
// All want standardised inputs (Scaling) except Poisson, which takes them as they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// outputs = x * weights^T + intercept. One output for two classes (positive: class 1), one for each class when there are more.
struct LinearModel {
  Matrix weights = {};  ///< [outputs, columns]
  std::vector<double> intercept = {};

  Matrix decision(const Matrix& x) const;
  /// Probabilities [rows, classes]: softmax of the decision, or the sigmoid for two classes.
  Matrix probabilities(const Matrix& x) const;
};

/// |y - b - xw|^2 + alpha |w|^2; alpha 0 is least squares (columns that depend on earlier ones get weight 0). The intercept is not penalised.
LinearModel ridge(const Matrix& x, std::span<const double> y, double alpha = 0);
/// |y - b - xw|^2 / (2n) + alpha |w|_1, by coordinate descent until no weight moves by more than `tolerance` of the largest.
LinearModel lasso(const Matrix& x, std::span<const double> y, double alpha, double tolerance = 1e-12, int sweeps = 100000);

/// How exactly the minimum is sought.
struct Search {
  int iterations = 1000;
  double gradient = 1e-9;  ///< largest entry of the gradient, for each row
};

/// Sum of log losses + |W|^2 / (2C), intercept free; multinomial for more than two classes, whose weights then sum to 0 over classes.
LinearModel logistic(const Matrix& x, std::span<const std::int32_t> y, int classes, double c = 1, const Search& search = {});
/// |w|^2 / 2 + b^2 / 2 + C sum max(0, 1 - y f)^2 for each class against the rest (one machine for two classes).
LinearModel linear_svm(const Matrix& x, std::span<const std::int32_t> y, int classes, double c = 1, const Search& search = {});
/// Gaussian classes with one covariance (the most likely one: divided by n); priors are the shares in the training rows.
LinearModel linear_discriminant(const Matrix& x, std::span<const std::int32_t> y, int classes);

/// Counts with log link and offset log(exposure): coefficients with the intercept first, their standard errors and deviances for each row.
struct PoissonModel {
  std::vector<double> coefficients = {}, standard_errors = {};
  double mean_deviance = 0, constant_rate = 0, constant_deviance = 0;
};
PoissonModel poisson_regression(const Matrix& x, std::span<const double> counts, std::span<const double> exposure);

}  // namespace candor::candid
