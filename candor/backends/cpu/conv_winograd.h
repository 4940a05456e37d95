// Convolution by windows of 3 x 3 with a quarter to a half of the products: Winograd's F(2 x 2, 3 x 3) as Lavin and Gray (2015) use it. Four
// outputs side by side take 16 products of channels instead of 36; all else is sums of four numbers, so the error is that of the plain sum.
#pragma once

#include <cstddef>
#include <string>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/conv_direct.h"
#include "candor/backends/cpu/kept_kernel.h"

namespace candor::cpu {

/// A tile's place: which numbers of the image it reads, which outputs it gives.
struct WinogradTile {
  const float* from[16];        ///< the 4 x 4 pixels; those outside point to zeros
  float* to[4];                 ///< its outputs; null: outside
  const float* residual[4];     ///< beside them
};

struct WinogradPlan;

struct WinogradKernels {
  /// kernel [9, in, out] for `in` channels [first, last) to 16 matrices [in, out] in panels.
  void (*kernel)(const WinogradPlan& plan, const float* kernel, std::int64_t first, std::int64_t last, float* to);
  void (*input)(const WinogradPlan& plan, const WinogradTile* tiles, std::int64_t count, float* to);
  void (*output)(const WinogradPlan& plan, const WinogradTile* tiles, std::int64_t count, const float* from, const float* bias);
};

struct WinogradPlan {
  ConvGeometry geometry;
  KernelOrder order = KernelOrder::as_is;
  bool bias = false, residual = false;
  Epilogue epilogue{};
  const TileSet* tiles = nullptr;
  WinogradKernels kernels{};
  int vectors = 2;
  std::int64_t most_rows = 1;
  std::int64_t down = 0, across = 0, count = 0;  ///< tiles of an image, and of all
  std::int64_t blocks = 1, block_tiles = 0, slots = 1;
  std::int64_t in_row = 0, out_row = 0;          ///< distances of tiles in the transformed numbers
  std::int64_t in_plane = 0, out_plane = 0, kernel_plane = 0;  ///< distances of the 16 matrices
  std::size_t turned_floats = 0, kernel_floats = 0, slot_floats = 0;
  bool keeps_kernel = false;                      ///< the kernel is constant: transformed once
  KeptKernel kept;

  std::int64_t panel() const { return vectors * tiles->lanes; }
  std::size_t scratch() const { return (16 + (keeps_kernel ? 0 : turned_floats + kernel_floats) + slot_floats * static_cast<std::size_t>(slots)) * sizeof(float); }
  std::string describe() const;
};

/// Why it does not fit or would not pay, or nothing.
std::string why_not_winograd(const ConvGeometry& g, int lanes);
WinogradPlan plan_winograd(const ConvGeometry& g, KernelOrder order, bool bias, bool residual, Epilogue epilogue);
/// `residual` has the shape of the result; null: none.
void run_winograd(const WinogradPlan& plan, const float* x, const float* kernel, const float* bias, const float* residual, float* out, float* scratch);

/// Candidates of conv, fused_conv and conv_input_gradient.
void add_winograd(CandidateTable& table);

}  // namespace candor::cpu
