// Pixels of 8 bits as weighted sums of others, for pictures that change their size.
#pragma once

#include <cstdint>

namespace candor::cpu {

/// Weights are whole numbers whose sum is 2^bits; a sum is rounded to the nearest number and kept in [0, 255].
struct ResampleKernels {
  static constexpr int bits = 22;
  /// out[i] = the sum of weights[k] * from[k * stride + i] over `taps` rows, for i in [0, count).
  void (*rows)(const std::uint8_t* from, std::int64_t stride, const std::int32_t* weights, std::int64_t taps, std::int64_t count, std::uint8_t* out);
  /// One row of `count` pixels of three bytes: pixel x is the sum over taps[x] pixels of `from` from first[x] on, with weights x * most and behind.
  /// Reads nothing from `end` on.
  void (*pixels)(const std::uint8_t* from, const std::uint8_t* end, const std::int64_t* first, const std::int64_t* taps, const std::int32_t* weights, std::int64_t most, std::int64_t count, std::uint8_t* out);
};

/// Those of the best instruction set that is allowed; plain loops where there is none.
const ResampleKernels& resample_kernels();

}  // namespace candor::cpu
