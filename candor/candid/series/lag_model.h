// A straight line through the last values: the linear model that every network for series stands beside.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Each step ahead is a weighted sum of the `window` values before, and a constant.
struct LagModel {
  std::int64_t window = 0, horizon = 0;
  Matrix weights = {};                   ///< [horizon, window], the oldest value first
  std::vector<double> intercept = {};    ///< [horizon]

  /// Least squares (alpha 0) or ridge: |error|^2 + alpha * rows * |w|^2 of standardised lags. `rows` are the places in `values` where what is
  /// asked begins: `window` values before and `horizon` from there are used. Throws Error (invalid_argument) for rows without them.
  static LagModel fit(std::span<const double> values, std::span<const std::int64_t> rows, std::int64_t window, std::int64_t horizon, double alpha = 0);
  /// The `horizon` values from `row` on.
  std::vector<double> forecast(std::span<const double> values, std::int64_t row) const;
};

}  // namespace candor::candid
