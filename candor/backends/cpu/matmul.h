// Candor's own products of matrices on the CPU.
#pragma once

#include <optional>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

/// The problem that a node of matmul or fused_matmul poses, whatever its dtype; or why the kernel of that name does not take it.
std::optional<Declined> read_matmul(const NodeInfo& node, const char* name, MatmulProblem& problem);

/// matmul and fused_matmul in f32, all shapes and transpositions, batched and broadcast.
Answer matmul_candidate(const NodeInfo& node, const Machine& machine);

void add_matmul(CandidateTable& table);

}  // namespace candor::cpu
