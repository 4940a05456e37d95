// Transposed convolution layers over one, two or three spatial axes.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct ConvTransposeOptions {
  Extents strides = 1;
  WindowPadding padding = "valid";  ///< "valid", "same", or what is cut off the ends, as PyTorch's padding: {{1, 1}, {1, 1}}
  Extents output_padding{};      ///< further places at the end, less than strides; empty: the output that Keras and TensorFlow choose
  std::string data_format = "channels_last";
  Extents dilation_rate = 1;
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

/// activation(transposed conv(x, kernel) + bias): [batch, spatial..., in] -> [batch, spatial'..., filters], the gradient of a convolution used as
/// a layer (Zeiler et al. 2010). With n places, stride s and a window that reaches over r = (kernel_size - 1) dilation_rate + 1: "same" gives n s,
/// "valid" (n - 1) s + max(r, s); with output_padding p "same" gives (n - 1) s + r % 2 + p and "valid" (n - 1) s + r + p, as Keras on TensorFlow;
/// margins (a, b) give (n - 1) s + r + p - a - b. Weights: kernel [*kernel_size, filters, in], bias [filters].
class ConvTransposeLayer : public Layer {
 public:
  Variable kernel() const;  ///< undefined until built
  Variable bias() const;

 protected:
  ConvTransposeLayer(int axes, std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options);
};

/// Each constructor throws Error (invalid_argument) for sizes below 1, an unknown padding, or output_padding that is not less than strides.
class Conv1DTranspose : public ConvTransposeLayer {
 public:
  Conv1DTranspose(std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options = {});
  static Layer from_config(const Config& options);
};

class Conv2DTranspose : public ConvTransposeLayer {
 public:
  Conv2DTranspose(std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options = {});
  static Layer from_config(const Config& options);
};

class Conv3DTranspose : public ConvTransposeLayer {
 public:
  Conv3DTranspose(std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options = {});
  static Layer from_config(const Config& options);
};

using Convolution1DTranspose = Conv1DTranspose;
using Convolution2DTranspose = Conv2DTranspose;
using Convolution3DTranspose = Conv3DTranspose;

}  // namespace candor
