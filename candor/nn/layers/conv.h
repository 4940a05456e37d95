// Convolution layers over one, two or three spatial axes, channels last.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct ConvLayerOptions {
  Extents strides = 1;
  std::string padding = "valid";  ///< "valid", "same", and "causal" for Conv1D
  Extents dilation_rate = 1;
  std::int64_t groups = 1;
  ActivationFunction activation = {};  ///< linear
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  std::string name = {};
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

}  // namespace candor
