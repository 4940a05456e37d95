#include "candor/nn/layers/depthwise_conv.h"

#include "candor/nn/layers/conv_body.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

std::string class_name(int axes) { return "DepthwiseConv" + std::to_string(axes) + "D"; }

detail::WindowOptions window(int axes, const Extents& kernel_size, const DepthwiseConvOptions& o) {
  detail::WindowOptions w{.name = o.name, .data_format = o.data_format, .size = kernel_size, .strides = o.strides, .dilation = o.dilation_rate, .padding = o.padding, .activation = o.activation};
  if (axes == 1) w.paddings.emplace_back("causal");
  return w;
}

class DepthwiseBody final : public detail::ConvolutionBody {
 public:
  DepthwiseBody(int axes, const Extents& kernel_size, DepthwiseConvOptions options)
      : ConvolutionBody(axes, window(axes, kernel_size, options), class_name(axes)), options_(std::move(options)) {
    detail::require_positive(kind().c_str(), "depth_multiplier", options_.depth_multiplier);
    set_activity_regularizer(options_.activity_regularizer);
  }

  std::string kind() const override { return class_name(axes_); }

  Config options() const override {
    Config c = Config::map();
    c.set("depth_multiplier", options_.depth_multiplier);
    window_config(c);
    c.set("activation", detail::activation_config(activation_)).set("use_bias", options_.use_bias);
    c.set("depthwise_initializer", options_.depthwise_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("depthwise_regularizer", options_.depthwise_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    c.set("activity_regularizer", activity_regularizer().config());
    c.set("depthwise_constraint", options_.depthwise_constraint.config()).set("bias_constraint", options_.bias_constraint.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const std::int64_t channels = checked(in[0].shape)[-1], out = channels * options_.depth_multiplier;
    const DType dtype = detail::compute_dtype(in[0].dtype);
    Ints shape = size_;
    shape.push_back(channels);
    shape.push_back(options_.depth_multiplier);
    kernel = add_weight("kernel", Shape(shape), options_.depthwise_initializer, dtype, true, options_.depthwise_regularizer, options_.depthwise_constraint);
    if (options_.use_bias) bias = add_weight("bias", {out}, options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
  }

 protected:
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    const std::int64_t channels = kernel.shape()[-2];
    check_channels(x, channels, kernel.shape());
    // A group for each channel.
    const Tensor grouped = reshape(kernel_value(), kernel.shape().with(-2, 1).with(-1, channels * options_.depth_multiplier));
    return finished(conv(x, grouped, conv_options(x, channels)));
  }

 private:
  DepthwiseConvOptions options_;
};

template <class Conv>
Layer make(const Config& c) {
  auto o = detail::conv_options_from<DepthwiseConvOptions>(c);
  o.depth_multiplier = c.get("depth_multiplier", 1);
  detail::read_kernel(c, "depthwise", o.depthwise_initializer, o.depthwise_regularizer, o.depthwise_constraint);
  return Conv(detail::extents_from(c, "kernel_size"), std::move(o));
}

}  // namespace

DepthwiseConv1D::DepthwiseConv1D(const Extents& kernel_size, DepthwiseConvOptions options)
    : Layer(std::make_shared<DepthwiseBody>(1, kernel_size, std::move(options))) {}
DepthwiseConv2D::DepthwiseConv2D(const Extents& kernel_size, DepthwiseConvOptions options)
    : Layer(std::make_shared<DepthwiseBody>(2, kernel_size, std::move(options))) {}
Layer DepthwiseConv1D::from_config(const Config& c) { return make<DepthwiseConv1D>(c); }
Layer DepthwiseConv2D::from_config(const Config& c) { return make<DepthwiseConv2D>(c); }

}  // namespace candor
