// The gradient of a convolution to its kernel, by register tiles: rows are taps and input channels, columns output channels, and
// the sum runs over the pixels of an image.
#pragma once

#include "candor/backends/cpu/conv_direct.h"

namespace candor::cpu {

struct ConvWeightsPlan {
  ConvGeometry geometry;
  std::int64_t pixels = 1;  ///< see ConvPlan
  ConvWalk walk;
  const TileSet* tiles = nullptr;
  int vectors = 1;
  std::int64_t rows_together = 0, row_groups = 1;  ///< (tap, channel) rows contiguous in the image, and how many such runs a row of taps has
  std::vector<std::int64_t> segments;
  std::int64_t chunks = 1;      ///< of the batch; their sums are added in order
  std::int64_t tap_blocks = 1;  ///< rows of taps computed apart
  std::int64_t slots = 1;
  std::size_t kernel_floats = 0, partial_floats = 0, slot_floats = 0;

  std::int64_t tasks() const { return chunks * tap_blocks; }
  std::size_t scratch() const { return (partial_floats + slot_floats * static_cast<std::size_t>(slots)) * sizeof(float); }
  std::string describe() const;
};

ConvWeightsPlan plan_conv_weights(const ConvGeometry& geometry);
/// out has the kernel's shape.
void run_conv_weights(const ConvWeightsPlan& plan, const float* x, const float* cotangent, float* out, float* scratch);

}  // namespace candor::cpu
