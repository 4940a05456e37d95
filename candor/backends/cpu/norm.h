// Vector loops of normalisation: rows for layer and RMS normalisation, channels for batch normalisation.
#pragma once

#include <cstdint>

namespace candor::cpu::normalise {

/// `rows` rows of `length` elements. gamma and beta have `length` elements or are null; mean is null for RMS normalisation.
struct Rows {
  const float *x = nullptr, *gamma = nullptr, *beta = nullptr;
  float *y = nullptr, *mean = nullptr, *rstd = nullptr;
  std::int64_t rows = 0, length = 0;
  double epsilon = 0;
};
using RowFunction = void (*)(const Rows&);
RowFunction row_function();

/// The backward pass of the same rows. dgamma and dbeta are sums over the rows, overwritten; null where not wanted.
struct BackwardRows {
  const float *x = nullptr, *gamma = nullptr, *mean = nullptr, *rstd = nullptr, *cotangent = nullptr;
  float *dx = nullptr, *dgamma = nullptr, *dbeta = nullptr;
  std::int64_t rows = 0, length = 0;
};
using BackwardFunction = void (*)(const BackwardRows&);
BackwardFunction backward_function();

/// y[r, c] = (x[r, c] - mean[c]) * factor[c] + shift[c]; shift may be null.
using ChannelFunction = void (*)(const float* x, float* y, std::int64_t rows, std::int64_t channels, const float* mean, const float* factor, const float* shift);
ChannelFunction channel_function();

}  // namespace candor::cpu::normalise
