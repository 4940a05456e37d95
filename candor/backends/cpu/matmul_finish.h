// Activations that a product applies to its result while it is still in the cache.
#pragma once

#include <string_view>

#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

struct Epilogue {
  float lowest;     ///< see TileArgs
  FinishFn finish;  ///< null: none
};

/// What "linear", "relu", "tanh" or "sigmoid" asks of a product.
Epilogue epilogue_of(std::string_view activation);
/// For the gradient behind a relu.
GateFn gate_of_relu();

}  // namespace candor::cpu
