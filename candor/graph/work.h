// How much a node computes.
#pragma once

#include "candor/ops/op.h"

namespace candor::detail {

/// FLOP of a node: what its op counts, or one for each number that it gives.
inline double flops_of(const NodeInfo& node) {
  if (node.op->flops) return node.op->flops(node);
  return node.out.empty() ? 0 : static_cast<double>(node.out[0].size());
}

}  // namespace candor::detail
