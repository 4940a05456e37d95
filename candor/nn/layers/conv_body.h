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

/// The options that all convolutions share, as a configuration holds them.
template <class Options>
Options conv_options_from(const Config& c) {
  c.at("kernel_size");
  Options o;
  o.strides = extents_from(c, "strides");
  o.padding = WindowPadding::from_config(c.find("padding"));
  o.data_format = data_format_from(c);
  o.dilation_rate = extents_from(c, "dilation_rate");
  o.activation = activation_from(c);
  o.use_bias = c.get("use_bias", true);
  o.bias_initializer = initializer_from(c, "bias_initializer", "zeros");
  o.bias_regularizer = regularizer_from(c, "bias_regularizer");
  o.activity_regularizer = regularizer_from(c, "activity_regularizer");
  o.bias_constraint = constraint_from(c, "bias_constraint");
  o.name = config_name(c);
  return o;
}
/// What belongs to one of its kernels: "kernel", "depthwise" or "pointwise".
inline void read_kernel(const Config& c, const std::string& which, Initializer& initializer, Regularizer& regularizer, Constraint& constraint) {
  initializer = initializer_from(c, (which + "_initializer").c_str(), "glorot_uniform");
  regularizer = regularizer_from(c, (which + "_regularizer").c_str());
  constraint = constraint_from(c, (which + "_constraint").c_str());
}

}  // namespace candor::detail
