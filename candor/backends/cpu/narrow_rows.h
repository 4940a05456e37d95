// Sums of products along the rows of stored weights, for few rows of x: how fast they come from the memory is how fast it goes.
#pragma once

#include <cstdint>

#include "candor/tensor/dtype.h"

namespace candor::cpu {

/// y[r, j] = factors[j] * sum of x[r, i] w[j, i] for `rows` rows of x, at most narrow_most_rows, and `outputs` rows of w that follow each other.
struct NarrowRows {
  const float* x;
  const void* w;
  const float* factors;  ///< null: 1
  float* y;
  std::int64_t rows, outputs, inputs, y_row;
};
inline constexpr std::int64_t narrow_most_rows = 4;

struct NarrowFunctions {
  void (*rows)(const NarrowRows&);
  /// to[i] = w[i].
  void (*widen)(const void* w, float* to, std::int64_t count);
};
/// For weights in f32, bf16 or i8.
NarrowFunctions narrow_functions(DType dtype);

}  // namespace candor::cpu
