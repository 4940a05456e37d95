// Convolutions of each channel, followed by one of single places.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct SeparableConvOptions {
  Extents strides = 1;
  WindowPadding padding = "valid";  ///< "valid", "same", "causal" (SeparableConv1D), or margins such as {{1, 1}, {0, 2}}
  std::string data_format = "channels_last";
  Extents dilation_rate = 1;
  std::int64_t depth_multiplier = 1;
  ActivationFunction activation{};  ///< linear
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer pointwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer{};
  Regularizer pointwise_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint depthwise_constraint{};
  Constraint pointwise_constraint{};
  Constraint bias_constraint{};
  std::string name{};
};

/// activation(pointwise(depthwise(x)) + bias), without anything between (Chollet 2017, Xception). [batch, spatial..., in] -> [batch,
/// spatial'..., filters]. Weights: depthwise_kernel [*kernel_size, in, depth_multiplier], pointwise_kernel [1..., in * depth_multiplier,
/// filters], bias [filters]. The constructors throw Error (invalid_argument) for sizes below 1 or an unknown padding.
class SeparableConv1D : public Layer {
 public:
  SeparableConv1D(std::int64_t filters, const Extents& kernel_size, SeparableConvOptions options = {});
  static Layer from_config(const Config& options);
};

class SeparableConv2D : public Layer {
 public:
  SeparableConv2D(std::int64_t filters, const Extents& kernel_size, SeparableConvOptions options = {});
  static Layer from_config(const Config& options);
};

using SeparableConvolution1D = SeparableConv1D;
using SeparableConvolution2D = SeparableConv2D;

}  // namespace candor
