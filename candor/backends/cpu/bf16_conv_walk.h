// Convolutions of bf16 pictures with strides of one that walk over a padded copy of a band of rows: every tap of 32 neighbouring outputs reads it where it lies.
#pragma once

#include <memory>
#include <optional>

#include "candor/backends/cpu/bf16_product.h"
#include "candor/backends/cpu/conv_geometry.h"
#include "candor/graph/backend.h"

namespace candor::cpu {

/// The kernel for a convolution whose problem (epilogue, bias, residual, constant b) is given; null `columns`: b is the matrix of taps times channels by outputs.
/// Nothing where patches are better: strides, spread inputs, channels that do not fill steps, rows so short that too many outputs would be computed in vain.
std::optional<Kernel> bf16_walk(const ConvGeometry& geometry, const MatmulProblem& problem, const Bf16Tiles& tiles, std::shared_ptr<const Bf16Columns> columns);

}  // namespace candor::cpu
