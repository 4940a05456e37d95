// The kernel of depthwise_block.h: its plan and its run.
#pragma once

#include <string>
#include <vector>

#include "candor/backends/cpu/conv_depthwise.h"
#include "candor/backends/cpu/kept_kernel.h"

namespace candor::cpu {

/// A convolution whose window is one pixel.
struct PointwiseStep {
  std::int64_t in = 0, out = 0;  ///< channels
  bool bias = false;
  Epilogue epilogue{};
};

/// out = project(depthwise(expand(x))) [+ x]; without `expands` the depthwise convolution reads x itself.
struct DepthwiseBlock {
  ConvGeometry geometry;  ///< of the depthwise convolution
  bool expands = false, depthwise_bias = false, residual = false;
  Epilogue depthwise_epilogue{};
  PointwiseStep expand, project;
};

/// Work is cut into images and bands of output rows, or for small images into parts of the wide channels, whose sums are added in their order. A band
/// is walked a few rows at a time: for one chunk of channels after the other the rows that the last step has not left behind are expanded, and
/// convolved; then all chunks are projected.
struct DepthwiseBlockPlan {
  DepthwiseBlock block;
  const TileSet* tiles = nullptr;
  DepthwisePlan depthwise;                                ///< of a chunk
  std::int64_t chunk = 0, chunks = 1;                     ///< channels at a time, and how many such
  std::int64_t bands = 1, parts = 1, rows = 1, ring = 1;  ///< output rows of a step; rows of the wide image that are kept
  std::int64_t slots = 1;
  std::int64_t wide_floats = 0, convolved_floats = 0;     ///< of a chunk
  std::vector<std::int64_t> segments;                     ///< where the chunks that were convolved begin
  std::size_t slot_floats = 0, sum_floats = 0;            ///< scratch of a slot; sums of one part but the first
  KeptKernel kept;                                        ///< all weights, in the order in which they are read

  std::int64_t tasks() const { return block.geometry.images * bands * parts; }
  std::size_t scratch() const { return (slot_floats * static_cast<std::size_t>(slots) + sum_floats * static_cast<std::size_t>(parts - 1)) * sizeof(float); }
  std::string describe() const;
};

/// The wide channels must be whole vectors.
DepthwiseBlockPlan plan_depthwise_block(const DepthwiseBlock& block);

/// Images and weights of a run; kernels as `conv` has them, null where there are none.
struct DepthwiseBlockOperands {
  const float *x, *expand, *expand_bias, *depthwise, *depthwise_bias, *project, *project_bias;
  float* out;
};

void run_depthwise_block(const DepthwiseBlockPlan& plan, const DepthwiseBlockOperands& at, float* scratch);

}  // namespace candor::cpu
