// Candor's own pooling on the CPU.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// max_pool, average_pool and their gradients in f32.
void add_pool(CandidateTable& table);

}  // namespace candor::cpu
