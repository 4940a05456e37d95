// Kernels of scan, cond and while_loop: each runs Programs of its bodies. Internal to graph/.
#pragma once

#include "candor/graph/backend.h"

namespace candor::detail {

/// The kernel for any node: bodies of control ops are planned for the same device, all else is the backend's choice.
Kernel choose_kernel(const Backend& device, const NodeInfo& node, std::vector<Declined>* refusals);

/// How a scan node's inputs and outputs divide.
struct ScanParts {
  std::size_t carries, xs, captured, ys;
  std::int64_t length;
  bool reverse, history;  ///< history: the carry before each step is a further output
  explicit ScanParts(const Attrs& attrs);
};

}  // namespace candor::detail
