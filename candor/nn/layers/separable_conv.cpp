#include "candor/nn/layers/separable_conv.h"

#include "candor/nn/layers/conv_body.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

std::string class_name(int axes) { return "SeparableConv" + std::to_string(axes) + "D"; }

detail::WindowOptions window(int axes, const Extents& kernel_size, const SeparableConvOptions& o) {
  detail::WindowOptions w{.name = o.name, .data_format = o.data_format, .size = kernel_size, .strides = o.strides, .dilation = o.dilation_rate, .padding = o.padding, .activation = o.activation};
  if (axes == 1) w.paddings.emplace_back("causal");
  return w;
}

class SeparableBody final : public detail::ConvolutionBody {
 public:
  SeparableBody(int axes, std::int64_t filters, const Extents& kernel_size, SeparableConvOptions options)
      : ConvolutionBody(axes, window(axes, kernel_size, options), class_name(axes)), filters_(filters), options_(std::move(options)) {
    detail::require_positive(kind().c_str(), "filters", filters_);
    detail::require_positive(kind().c_str(), "depth_multiplier", options_.depth_multiplier);
    set_activity_regularizer(options_.activity_regularizer);
  }

  std::string kind() const override { return class_name(axes_); }

  Config options() const override {
    Config c = Config::map();
    c.set("depth_multiplier", options_.depth_multiplier).set("filters", filters_);
    window_config(c);
    c.set("activation", detail::activation_config(activation_)).set("use_bias", options_.use_bias);
    c.set("depthwise_initializer", options_.depthwise_initializer.config()).set("pointwise_initializer", options_.pointwise_initializer.config());
    c.set("bias_initializer", options_.bias_initializer.config());
    c.set("depthwise_regularizer", options_.depthwise_regularizer.config()).set("pointwise_regularizer", options_.pointwise_regularizer.config());
    c.set("bias_regularizer", options_.bias_regularizer.config()).set("activity_regularizer", activity_regularizer().config());
    c.set("depthwise_constraint", options_.depthwise_constraint.config()).set("pointwise_constraint", options_.pointwise_constraint.config());
    return c.set("bias_constraint", options_.bias_constraint.config());
  }

  void build(std::span<const TensorType> in) override {
    const std::int64_t channels = checked(in[0].shape)[-1];
    const DType dtype = detail::compute_dtype(in[0].dtype);
    Ints shape = size_;
    shape.push_back(channels);
    shape.push_back(options_.depth_multiplier);
    kernel = add_weight("depthwise_kernel", Shape(shape), options_.depthwise_initializer, dtype, true, options_.depthwise_regularizer, options_.depthwise_constraint);
    Ints point(size_.size(), 1);
    point.push_back(channels * options_.depth_multiplier);
    point.push_back(filters_);
    pointwise_ = add_weight("pointwise_kernel", Shape(point), options_.pointwise_initializer, dtype, true, options_.pointwise_regularizer, options_.pointwise_constraint);
    if (options_.use_bias) bias = add_weight("bias", {filters_}, options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
  }

 protected:
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    const std::int64_t channels = kernel.shape()[-2];
    check_channels(x, channels, kernel.shape());
    const Tensor grouped = reshape(kernel_value(), kernel.shape().with(-2, 1).with(-1, channels * options_.depth_multiplier));
    return finished(conv(conv(x, grouped, conv_options(x, channels)), pointwise_.value()));
  }

 private:
  std::int64_t filters_;
  Variable pointwise_;
  SeparableConvOptions options_;
};

template <class Conv>
Layer make(const Config& c) {
  auto o = detail::conv_options_from<SeparableConvOptions>(c);
  o.depth_multiplier = c.get("depth_multiplier", 1);
  detail::read_kernel(c, "depthwise", o.depthwise_initializer, o.depthwise_regularizer, o.depthwise_constraint);
  detail::read_kernel(c, "pointwise", o.pointwise_initializer, o.pointwise_regularizer, o.pointwise_constraint);
  return Conv(c.at("filters").integer(), detail::extents_from(c, "kernel_size"), std::move(o));
}

}  // namespace

SeparableConv1D::SeparableConv1D(std::int64_t filters, const Extents& kernel_size, SeparableConvOptions options)
    : Layer(std::make_shared<SeparableBody>(1, filters, kernel_size, std::move(options))) {}
SeparableConv2D::SeparableConv2D(std::int64_t filters, const Extents& kernel_size, SeparableConvOptions options)
    : Layer(std::make_shared<SeparableBody>(2, filters, kernel_size, std::move(options))) {}
Layer SeparableConv1D::from_config(const Config& c) { return make<SeparableConv1D>(c); }
Layer SeparableConv2D::from_config(const Config& c) { return make<SeparableConv2D>(c); }

}  // namespace candor
