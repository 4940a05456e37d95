// Convolution layers over one, two or three spatial axes.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct ConvLayerOptions {
  Extents strides = 1;
  WindowPadding padding = "valid";  ///< "valid", "same", "causal" (Conv1D), or margins such as {{1, 1}, {0, 2}} as in PyTorch
  std::string data_format = "channels_last";  ///< or "channels_first": [batch, channels, spatial...]
  Extents dilation_rate = 1;
  std::int64_t groups = 1;
  ActivationFunction activation{};  ///< linear
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};
  std::string name{};
};

/// activation(conv(x, kernel) + bias): [batch, spatial..., in] -> [batch, spatial'..., filters]. Weights: kernel
/// [*kernel_size, in / groups, filters], bias [filters].
class ConvLayer : public Layer {
 public:
  Variable kernel() const;  ///< undefined until built
  Variable bias() const;

 protected:
  ConvLayer(int axes, std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options);
};

/// Each constructor throws Error (invalid_argument) for sizes below 1, an unknown padding, or filters that groups do not divide.
class Conv1D : public ConvLayer {
 public:
  Conv1D(std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options = {});
  static Layer from_config(const Config& options);
};

class Conv2D : public ConvLayer {
 public:
  Conv2D(std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options = {});
  static Layer from_config(const Config& options);
};

class Conv3D : public ConvLayer {
 public:
  Conv3D(std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options = {});
  static Layer from_config(const Config& options);
};

using Convolution1D = Conv1D;
using Convolution2D = Conv2D;
using Convolution3D = Conv3D;

}  // namespace candor
