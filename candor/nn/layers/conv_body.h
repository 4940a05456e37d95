// What all convolution layers share: window options, their checks, bias and activation.
#pragma once

#include "candor/nn/layers/image_layout.h"
#include "candor/nn/layers/kernel_holder.h"

namespace candor::detail {

/// The options of a window as the layer keeps them.
struct WindowOptions {
  std::string name, data_format;
  Extents size, strides, dilation;
  WindowPadding padding;
  std::vector<std::string> paddings{"valid", "same"};  ///< the modes that the layer has
  ActivationFunction activation;
};

class ConvolutionBody : public SpatialBody, public KernelHolder {
 public:
  ConvolutionBody(int axes, WindowOptions options, const std::string& layer);
  Variable bias;

 protected:
  /// kernel_size, strides, padding, data_format, dilation_rate in Keras's order.
  void window_config(Config& c) const;
  /// Throws Error (shape) unless x, [N, spatial..., C], has the channels the layer was built for.
  void check_channels(const Tensor& x, std::int64_t channels, const Shape& kernel_shape) const;
  /// Throws Error (shape) when a window of a "valid" convolution is larger than x.
  void check_fits(const Tensor& x) const;
  ConvOptions conv_options(const Tensor& x, std::int64_t groups) const;
  Tensor finished(Tensor y) const;

  Ints size_, strides_, dilation_;
  WindowPadding padding_;
  ActivationFunction activation_;
};

}  // namespace candor::detail
