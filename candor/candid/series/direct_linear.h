// The linear part of a forecaster: each step ahead has its own weights for what was seen, and for the calendar of that very step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::candid {

/// output[h] = bias[h] + own . weights[:, h] + ahead[h] . calendar[h, :]
struct DirectLinear {
  std::int64_t own = 0, ahead = 0, horizon = 0;
  std::vector<float> weights;    ///< [own, horizon]
  std::vector<float> calendar;   ///< [horizon, ahead]
  std::vector<float> bias;       ///< [horizon]

  /// Ridge for each alpha (penalty: alpha * rows * variance of the input * weight^2), from x [rows, own + horizon * ahead] and y [rows, horizon].
  static std::vector<DirectLinear> fit(const Tensor& x, const Tensor& y, std::int64_t own, std::int64_t ahead, std::span<const double> alphas);
  /// [rows, horizon].
  Tensor predict(const Tensor& x) const;
};

}  // namespace candor::candid
