// A depthwise convolution and the pointwise ones around it, computed together: the wide image between them, six times the channels of its ends in
// an inverted residual (Sandler et al. 2018), is made a few rows and channels at a time and never leaves a core's caches.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// The candidate for by_images whose body is [a pointwise convolution,] a depthwise and a pointwise one with constant kernels.
void add_depthwise_block(CandidateTable& table);

}  // namespace candor::cpu
