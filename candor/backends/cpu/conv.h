// Candor's own convolutions on the CPU.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// conv, fused_conv and the gradients of conv in f32: one to three axes, strides, padding, dilation, groups.
void add_conv(CandidateTable& table);

}  // namespace candor::cpu
