// Products of bf16 matrices by the processor's own bf16 instructions.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// matmul and fused_matmul of bf16 operands with a bf16 result, all shapes and transpositions, batched and broadcast, where the processor has AMX or
/// AVX-512 BF16. Sums, biases and activations are in f32 and rounded once.
Answer bf16_matmul_candidate(const NodeInfo& node, const Machine& machine);

}  // namespace candor::cpu
