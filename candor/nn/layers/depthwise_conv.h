// Convolutions of each channel on its own.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct DepthwiseConvOptions {
  Extents strides = 1;
  WindowPadding padding = "valid";  ///< "valid", "same", "causal" (DepthwiseConv1D), or margins such as {{1, 1}, {0, 2}}
  std::int64_t depth_multiplier = 1;
  std::string data_format = "channels_last";
  Extents dilation_rate = 1;
  ActivationFunction activation{};  ///< linear
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint depthwise_constraint{};
  Constraint bias_constraint{};
  std::string name{};
};

/// Each channel c is convolved with depth_multiplier kernels of its own; the m-th gives output channel c * depth_multiplier + m (Howard et al.
/// 2017, MobileNets). [batch, spatial..., in] -> [batch, spatial'..., in * depth_multiplier]. Weights: kernel [*kernel_size, in,
/// depth_multiplier], bias [in * depth_multiplier]. The constructors throw Error (invalid_argument) for sizes below 1 or an unknown padding.
class DepthwiseConv1D : public Layer {
 public:
  explicit DepthwiseConv1D(const Extents& kernel_size, DepthwiseConvOptions options = {});
  static Layer from_config(const Config& options);
};

class DepthwiseConv2D : public Layer {
 public:
  explicit DepthwiseConv2D(const Extents& kernel_size, DepthwiseConvOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
