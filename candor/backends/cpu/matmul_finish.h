// Activations that a product applies to its result while it is still in the cache.
#pragma once

#include <limits>
#include <string_view>

#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

struct Epilogue {
  float lowest;     ///< see TileArgs
  FinishFn finish;  ///< null: none
  PairFinishFn with_slope = nullptr;  ///< the same, and writes the activation's slopes; null: there is none
  float highest = std::numeric_limits<float>::infinity();  ///< what `finish` does where a kernel cuts its sums itself

  /// For kernels that cut their sums at `lowest` and `highest`.
  FinishFn finish_after_cut() const { return highest < std::numeric_limits<float>::infinity() ? nullptr : finish; }
};

/// What an activation, "linear" for none, asks of a product.
Epilogue epilogue_of(std::string_view activation);
/// For the gradient behind an activation, "relu" or "tanh".
GateFn gate_of(std::string_view activation);

/// Multiplies a product's result by the second block.
PairFinishFn finish_by_factors();

}  // namespace candor::cpu
