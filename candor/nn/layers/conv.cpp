#include "candor/nn/layers/conv.h"

#include "candor/nn/layers/conv_body.h"

namespace candor {
namespace {

std::string class_name(int axes) { return "Conv" + std::to_string(axes) + "D"; }

detail::WindowOptions window(int axes, const Extents& kernel_size, const ConvLayerOptions& o) {
  detail::WindowOptions w{.name = o.name, .data_format = o.data_format, .size = kernel_size, .strides = o.strides, .dilation = o.dilation_rate, .padding = o.padding, .activation = o.activation};
  if (axes == 1) w.paddings.emplace_back("causal");
  return w;
}

class ConvBody final : public detail::ConvolutionBody {
 public:
  ConvBody(int axes, std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options)
      : ConvolutionBody(axes, window(axes, kernel_size, options), class_name(axes)), filters_(filters), options_(std::move(options)) {
    const std::string layer = kind();
    detail::require_positive(layer.c_str(), "filters", filters_);
    detail::require_positive(layer.c_str(), "groups", options_.groups);
    if (filters_ % options_.groups != 0) {
      fail(ErrorKind::invalid_argument, layer + ": filters (" + std::to_string(filters_) + ") must be a multiple of groups (" +
                                            std::to_string(options_.groups) + ")");
    }
    set_activity_regularizer(options_.activity_regularizer);
  }

  std::string kind() const override { return class_name(axes_); }

  Config options() const override {
    Config c = Config::map();
    c.set("filters", filters_);
    window_config(c);
    c.set("groups", options_.groups).set("activation", detail::activation_config(activation_)).set("use_bias", options_.use_bias);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    c.set("activity_regularizer", activity_regularizer().config());
    c.set("kernel_constraint", options_.kernel_constraint.config()).set("bias_constraint", options_.bias_constraint.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const std::int64_t channels = checked(in[0].shape)[-1];
    if (channels % options_.groups != 0) {
      complain(ErrorKind::shape, "the input's channels must be a multiple of groups: " + to_string(in[0].shape) + " has " + std::to_string(channels) +
                                     " channels, groups is " + std::to_string(options_.groups));
    }
    const DType dtype = detail::compute_dtype(in[0].dtype);
    Ints shape = size_;
    shape.push_back(channels / options_.groups);
    shape.push_back(filters_);
    kernel = add_weight("kernel", Shape(shape), options_.kernel_initializer, dtype, true, options_.kernel_regularizer, options_.kernel_constraint);
    if (options_.use_bias) bias = add_weight("bias", {filters_}, options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
  }

 protected:
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    check_channels(x, kernel.shape()[-2] * options_.groups, kernel.shape());
    return finished(conv(x, kernel_value(), conv_options(x, options_.groups)));
  }

 private:
  std::int64_t filters_;
  ConvLayerOptions options_;
};

template <class Conv>
Layer make(const Config& c) {
  auto o = detail::conv_options_from<ConvLayerOptions>(c);
  o.groups = c.get("groups", 1);
  detail::read_kernel(c, "kernel", o.kernel_initializer, o.kernel_regularizer, o.kernel_constraint);
  return Conv(c.at("filters").integer(), detail::extents_from(c, "kernel_size"), std::move(o));
}

}  // namespace

ConvLayer::ConvLayer(int axes, std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options)
    : Layer(std::make_shared<ConvBody>(axes, filters, kernel_size, std::move(options))) {}
Variable ConvLayer::kernel() const { return static_cast<const ConvBody&>(body()).kernel; }
Variable ConvLayer::bias() const { return static_cast<const ConvBody&>(body()).bias; }

Conv1D::Conv1D(std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options) : ConvLayer(1, filters, kernel_size, std::move(options)) {}
Conv2D::Conv2D(std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options) : ConvLayer(2, filters, kernel_size, std::move(options)) {}
Conv3D::Conv3D(std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options) : ConvLayer(3, filters, kernel_size, std::move(options)) {}

Layer Conv1D::from_config(const Config& c) { return make<Conv1D>(c); }
Layer Conv2D::from_config(const Config& c) { return make<Conv2D>(c); }
Layer Conv3D::from_config(const Config& c) { return make<Conv3D>(c); }

}  // namespace candor
