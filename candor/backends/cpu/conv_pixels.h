// Convolutions to a few channels: vectors run over neighbouring pixels instead of channels, so that no lane is idle.
#pragma once

#include <string>

#include "candor/backends/cpu/conv_geometry.h"
#include "candor/backends/cpu/kept_kernel.h"
#include "candor/backends/cpu/matmul_finish.h"

namespace candor::cpu {

/// One block of pixels of one row of the result.
struct PixelBlock {
  const float* image = nullptr;    ///< first tap of the first pixel, in planes of the input's channels
  const float* kernel = nullptr;   ///< [channels in, kernel height, kernel width, channels out]; by pairs of rows [products, kernel width, channels in, channels out]
  const float* bias = nullptr;     ///< may be null
  float* out = nullptr;            ///< [pixels, channels out]
  std::int32_t* index = nullptr;   ///< of a pooled block, as `out`; null where nobody asks
  std::int64_t pixels = 0;         ///< of a pooled block, those of the pooled row
  std::int64_t cell = 0, cells_line = 0;  ///< of a pooled block: its first cell of the unpooled image, and how many there are in a row
  std::int64_t channels_in = 0, height = 0, width = 0;
  std::int64_t line = 0, plane = 0;  ///< floats from one row, one plane to the next
  std::int64_t odd = 0;              ///< of a block by squares: floats from even columns to odd ones
  std::int64_t row_below = 0;        ///< of a pooled block: floats from the input of one row of the result to that of the next
  float lowest = 0;
};

struct ConvPixelsPlan {
  static constexpr std::int64_t most_channels = 8;

  ConvGeometry geometry;
  bool bias = false, pooled = false;  ///< pooled: max_pool in windows of two by two follows
  bool paired = false;                ///< the two rows of a window share products, see conv_pairs.h
  bool squares = false;               ///< so do its columns, see conv_squares.h
  bool constant = false;              ///< the kernel is the same in each run
  KeptKernel kept;
  Epilogue epilogue;
  void (*block)(const PixelBlock&) = nullptr;
  std::int64_t together = 0;               ///< pixels of a block
  std::int64_t line = 0, rows = 0;         ///< of a plane of the padded copy
  std::int64_t image_blocks = 1, slots = 1;
  std::size_t kernel_floats = 0, slot_floats = 0;

  std::size_t scratch() const { return (kernel_floats + static_cast<std::size_t>(slots) * slot_floats) * sizeof(float); }
  std::string describe() const;
};

/// Flat convolutions of one group and no dilation to at most 8 channels, along rows of at least half a vector without stride.
bool can_run_by_pixels(const ConvGeometry& g, int lanes);
ConvPixelsPlan plan_conv_pixels(const ConvGeometry& g, bool bias, Epilogue epilogue, bool constant = false);
void run_conv_pixels(const ConvPixelsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch);

/// The same plan with max_pool behind, in windows of two by two side by side and without padding; false where that would not be faster.
/// Without the pool's index rows share products.
bool add_pooling(ConvPixelsPlan& plan, bool wants_index);
/// `out` and `index` (may be null) are max_pool's.
void run_pooled_pixels(const ConvPixelsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, std::int32_t* index, float* scratch);

}  // namespace candor::cpu
