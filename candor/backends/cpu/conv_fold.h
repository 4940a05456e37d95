// The gradient of a convolution to its input without padding and without zeros between strides: for each row of the input one product
// gives, for every output pixel, its share in all cells its window touches; the shares are then added up where windows overlap.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "candor/backends/cpu/conv_geometry.h"
#include "candor/backends/cpu/matmul_micro.h"

namespace candor::cpu {

/// to[i * to_step + j] += from[i * from_step + j] for i in [0, count), j in [0, run).
using AddRuns = void (*)(float* to, std::int64_t to_step, const float* from, std::int64_t from_step, std::int64_t count, std::int64_t run);

struct ConvFoldPlan {
  ConvGeometry geometry;  ///< of the forward convolution
  const TileSet* tiles = nullptr;
  AddRuns add = nullptr;
  int vectors = 1;
  std::int64_t most_rows = 1;
  std::int64_t columns = 0;  ///< taps of a row times input channels
  /// Rows of taps in the order in which the turned kernel has them: by the input rows they serve when the stride is above 1.
  std::vector<std::int64_t> tap_rows;
  std::vector<std::size_t> class_start;  ///< tap_rows of input row h: class (h + low) % stride
  std::int64_t image_blocks = 1, row_blocks = 1, slots = 1;
  std::size_t kernel_floats = 0, slot_floats = 0;

  std::int64_t tasks() const { return image_blocks * row_blocks; }
  std::size_t scratch() const { return (kernel_floats + slot_floats * static_cast<std::size_t>(slots)) * sizeof(float); }
  std::string describe() const;
};

/// One or two spatial axes, no groups.
bool can_fold(const ConvGeometry& forward);
ConvFoldPlan plan_conv_fold(const ConvGeometry& forward);
void run_conv_fold(const ConvFoldPlan& plan, const float* cotangent, const float* kernel, float* out, float* scratch);

}  // namespace candor::cpu
