// Kernels from oneDNN, where the library is there and was measured to be faster than Candor's own.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// Convolutions of many channels over small images: conv, fused_conv and the gradients. Adds nothing without oneDNN.
void add_onednn(CandidateTable& table);

}  // namespace candor::cpu
