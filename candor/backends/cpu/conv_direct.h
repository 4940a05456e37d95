// Convolution by register tiles that walk the image itself: a tile is a run of neighbouring pixels by some output channels, and
// its sum runs over the window's rows, each a contiguous stretch of the image. Nothing is unfolded in memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "candor/backends/cpu/conv_walk.h"
#include "candor/backends/cpu/kept_kernel.h"
#include "candor/backends/cpu/matmul_finish.h"
#include "candor/backends/cpu/matmul_micro.h"

namespace candor::cpu {

/// What has to be done to the kernel before it is used.
enum class KernelOrder {
  as_is,   ///< [taps, in / groups, out]
  turned,  ///< the gradient of the input: taps reversed, channels exchanged
};

struct ConvPlan {
  ConvGeometry geometry;
  KernelOrder order = KernelOrder::as_is;
  std::int64_t pixels = 1;  ///< neighbouring pixels taken as channels of one, to fill the lanes when channels are few
  ConvWalk walk;
  const TileSet* tiles = nullptr;
  int vectors = 1;
  std::int64_t most_rows = 1;
  bool panels = false;  ///< a large kernel is copied so that what one tile reads lies together
  std::vector<std::int64_t> segments;
  std::int64_t segment_length = 0, segments_per_row = 1;
  bool bias = false, residual = false;
  Epilogue epilogue{};
  std::int64_t image_blocks = 1, row_blocks = 1, slots = 1;
  std::int64_t channel_blocks = 1;  ///< of a large kernel for few pixels: each thread reads its own part of it, once
  bool keeps_panels = false;        ///< the kernel is constant: copied once
  KeptKernel kept;
  std::size_t turned_floats = 0, kernel_floats = 0, panel_floats = 0, bias_floats = 0, slot_floats = 0;

  std::int64_t tasks() const { return image_blocks * row_blocks * channel_blocks; }
  std::size_t scratch() const {
    return (turned_floats + kernel_floats + (keeps_panels ? 0 : panel_floats) + bias_floats + slot_floats * static_cast<std::size_t>(slots)) * sizeof(float);
  }
  std::string describe() const;
};

ConvPlan plan_conv(const ConvGeometry& geometry, KernelOrder order, bool bias, Epilogue epilogue, bool constant = false);
/// `residual`, added to the sum, has the shape of the result; null: none.
void run_conv(const ConvPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch, const float* residual = nullptr);

/// How many neighbouring outputs along the width are best taken together as channels; 1 when there are channels enough.
std::int64_t pixels_together(const ConvGeometry& g, int lanes);
/// The geometry with that many outputs as channels: a wider kernel, a longer stride.
ConvGeometry together(ConvGeometry g, std::int64_t pixels);

}  // namespace candor::cpu
