// Candor's own products of matrices on the CPU.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// matmul and fused_matmul in f32, all shapes and transpositions, batched and broadcast.
Answer matmul_candidate(const NodeInfo& node, const Machine& machine);

void add_matmul(CandidateTable& table);

}  // namespace candor::cpu
