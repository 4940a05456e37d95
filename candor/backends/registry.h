// The backends there are. Each is a singleton made at first use.
#pragma once

#include "candor/graph/backend.h"

namespace candor {

const Backend& cpu_backend();        ///< candidate kernels of backends/cpu, oneDNN and Candor's own
const Backend& null_backend();       ///< plans and counts, computes nothing
const Backend& reference_backend();  ///< always the op's reference kernel: the oracle

/// The op's reference kernel, the last candidate everywhere. `prefix` names the backend in the kernel's name.
Kernel reference_kernel(const NodeInfo& node, const char* prefix);

}  // namespace candor
