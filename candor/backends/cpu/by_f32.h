// 16-bit floating point by way of f32: where no kernel takes bf16 or f16, the f32 kernel runs on converted copies.
#pragma once

#include <optional>

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

/// A kernel for a node with bf16 or f16 operands, made of a fast f32 kernel between two conversions: sums are kept in f32 and rounded once.
/// Nothing when the node has no such operand, or no fast f32 kernel either.
std::optional<Kernel> kernel_by_f32(const NodeInfo& node, const Machine& machine);

}  // namespace candor::cpu
