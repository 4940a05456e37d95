// Depthwise convolution: every channel has its own window. Vectors run over channels; there is nothing to share between them.
#pragma once

#include <cstddef>

#include "candor/backends/cpu/conv_geometry.h"
#include "candor/backends/cpu/matmul_finish.h"

namespace candor::cpu {

struct DepthwisePlan;
/// out and x are rows of pixels of one image; see conv_depthwise.cpp.
struct DepthwiseKernels {
  void (*row)(const DepthwisePlan&, const float* image, const float* kernel, const float* bias, std::int64_t h, float* out);
  void (*scatter)(const DepthwisePlan&, const float* cotangent, const float* kernel, float* out);
  void (*weights)(const DepthwisePlan&, const float* image, const float* cotangent, float* sums);
};

struct DepthwisePlan {
  ConvGeometry geometry;
  bool turned = false;  ///< the taps are used in reverse: the gradient of the input at stride 1
  bool bias = false;
  std::int64_t ring = 1;   ///< rows that lie at `image`: row r of the image is the one numbered r % ring
  Epilogue epilogue{};
  DepthwiseKernels kernels{};
  std::int64_t tasks = 1;
  std::size_t partial_floats = 0;  ///< of one chunk of the batch, for the gradient of the kernel

  std::size_t scratch() const { return partial_floats * static_cast<std::size_t>(tasks - 1) * sizeof(float); }
};

/// One or two spatial axes, one input and one output channel a group.
bool is_depthwise(const ConvGeometry& g);

DepthwisePlan plan_depthwise(const ConvGeometry& g, bool bias, Epilogue epilogue);
DepthwisePlan plan_depthwise_input_gradient(const ConvGeometry& forward);
DepthwisePlan plan_depthwise_weights(const ConvGeometry& forward);

void run_depthwise(const DepthwisePlan& plan, const float* x, const float* kernel, const float* bias, float* out);
void run_depthwise_input_gradient(const DepthwisePlan& plan, const float* cotangent, const float* kernel, float* out);
void run_depthwise_weights(const DepthwisePlan& plan, const float* x, const float* cotangent, float* out, float* scratch);

}  // namespace candor::cpu
