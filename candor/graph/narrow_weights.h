// Weights of a graph with fewer bits, for running it only.
#pragma once

#include <map>
#include <utility>

#include "candor/graph/graph.h"
#include "candor/ops/narrow_matmul.h"

namespace candor {

/// Copies of weights with fewer bits, made once for all graphs that use them.
class NarrowCopies {
 public:
  /// i8 or bf16: see narrow_rows. Throws Error (dtype) for others.
  explicit NarrowCopies(DType dtype);
  /// In every product of the graph with an f32 variable of at least `least_size` numbers as its right side, that becomes a copy as it is now: later changes
  /// of the variable are not seen. Returns how many products changed. What else reads the variable reads it as before.
  int replace(Graph& graph, std::int64_t least_size = 1 << 10);
  /// Of all copies.
  std::size_t bytes() const;

 private:
  const NarrowWeights& copy_of(const Tensor& variable, std::int64_t rows, std::int64_t columns, bool transposed);

  DType dtype_;
  std::map<std::pair<const void*, bool>, NarrowWeights> copies_;
};

}  // namespace candor
