#include "candor/nn/layers/conv_body.h"

#include "candor/ops/elementwise.h"

namespace candor::detail {

ConvolutionBody::ConvolutionBody(int axes, WindowOptions options, const std::string& layer)
    : SpatialBody(std::move(options.name), axes, std::move(options.data_format), layer),
      size_(options.size.expand(axes, layer + ": kernel_size")),
      strides_(options.strides.expand(axes, layer + ": strides")),
      dilation_(options.dilation.expand(axes, layer + ": dilation_rate")),
      padding_(std::move(options.padding)),
      activation_(std::move(options.activation)) {
  require_positive(layer.c_str(), "kernel_size", size_);
  require_positive(layer.c_str(), "strides", strides_);
  require_positive(layer.c_str(), "dilation_rate", dilation_);
  padding_.check(layer, axes, options.paddings);
}

void ConvolutionBody::window_config(Config& c) const {
  c.set("kernel_size", Config::integers(size_)).set("strides", Config::integers(strides_)).set("padding", padding_.config(axes_));
  c.set("data_format", data_format_).set("dilation_rate", Config::integers(dilation_));
}

void ConvolutionBody::check_channels(const Tensor& x, std::int64_t channels, const Shape& kernel_shape) const {
  if (x.shape(-1) == channels) return;
  complain(ErrorKind::shape, "channels differ: " + to_string(x.shape()) + " with kernel " + to_string(kernel_shape) + " (" + std::to_string(x.shape(-1)) + " vs " +
                                 std::to_string(channels) + "); " + detail::built_for(*this, std::to_string(channels) + " channels", x));
}

void ConvolutionBody::check_fits(const Tensor& x) const {
  if (!padding_.is("valid")) return;
  for (std::size_t i = 0; i < size_.size(); ++i) {
    if ((size_[i] - 1) * dilation_[i] + 1 > x.shape(static_cast<int>(i) + 1)) {
      complain(ErrorKind::shape, "the window " + to_string(Shape(size_)) + " does not fit into the input " + to_string(x.shape()) +
                                     "; use padding \"same\" or a smaller kernel_size");
    }
  }
}

ConvOptions ConvolutionBody::conv_options(const Tensor& x, std::int64_t groups) const {
  check_fits(x);
  return {.strides = strides_, .padding = padding_.resolve(spatial_extents(x.shape()), size_, strides_, dilation_), .dilation = dilation_, .groups = groups};
}

Tensor ConvolutionBody::finished(Tensor y) const {
  if (bias.defined()) y = y + bias.value();
  return activation_(y);
}

}  // namespace candor::detail
