// What one backward pass makes again of the checkpoints it meets. Internal to graph/.
#pragma once

#include <unordered_map>

#include "candor/graph/trace_context.h"

namespace candor::detail {

class Recomputed {
 public:
  explicit Recomputed(TraceContext& context);
  /// Before the gradient of a node: if it lies in a checkpoint that is met for the first time, its nodes are recorded again.
  void enter(std::size_t node);
  /// The value that gradients read: made again when it was not kept.
  Tensor operator()(int value) const;

 private:
  TraceContext& context_;
  std::vector<std::pair<std::size_t, std::size_t>> regions_;
  std::vector<bool> done_;
  std::unordered_map<int, Tensor> values_;
};

}  // namespace candor::detail
