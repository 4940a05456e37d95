// Convolutions of bf16 pictures by the processor's own bf16 instructions.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// conv, fused_conv and the gradients of conv with all operands in bf16, in one group: as products of patches with the kernel (Chellapilla, Puri and Simard 2006),
/// of which 32 rows at a time are made in a core's caches. Sums, biases and activations are in f32 and rounded once. The gradients take channels in
/// multiples of 32.
void add_bf16_conv(CandidateTable& table);

}  // namespace candor::cpu
