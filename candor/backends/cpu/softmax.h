// Vector loops over rows of scores: softmax, its logarithm, and the cross-entropies with their gradients.
#pragma once

#include <cstdint>

namespace candor::cpu::softmax {

/// What one call works on: `rows` rows of `classes` scores.
struct Rows {
  const float* scores = nullptr;
  const void* labels = nullptr;      ///< i32 or i64, one a row, all in [0, classes)
  bool wide_labels = false;          ///< i64
  const float* targets = nullptr;    ///< shaped like the scores, for the dense cross-entropy
  const float* cotangent = nullptr;  ///< one a row, for gradients
  float* out = nullptr;
  float* losses = nullptr;           ///< one a row, where a gradient gives the loss too
  std::int64_t rows = 0, classes = 0;
};
constexpr std::int64_t few_classes = 32;
using Function = void (*)(const Rows&);

Function softmax_rows(bool logarithm);
Function sparse_loss();
Function sparse_gradient();
/// The same for at most few_classes classes.
Function sparse_loss_of_few();
Function sparse_gradient_of_few();
Function sparse_both_of_few();
Function dense_loss();
Function dense_gradient();

}  // namespace candor::cpu::softmax
