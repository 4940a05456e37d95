// Candor's own convolutions on the CPU.
#pragma once

#include <optional>

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// conv, fused_conv and the gradients of conv in f32: one to three axes, strides, padding, dilation, groups.
void add_conv(CandidateTable& table);

/// One kernel for a convolution and the max_pool behind it: the convolution's inputs, the pool's outputs (its index is left alone unless
/// `wants_index`). Nothing where two kernels are better.
std::optional<Kernel> conv_and_pool(const NodeInfo& conv, const NodeInfo& pool, bool wants_index, const Machine& m);

}  // namespace candor::cpu
