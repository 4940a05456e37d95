#include "candor/nn/layers/conv_transpose.h"

#include <algorithm>

#include "candor/nn/layers/conv_body.h"

namespace candor {
namespace {

std::string class_name(int axes) { return "Conv" + std::to_string(axes) + "DTranspose"; }

detail::WindowOptions window(const Extents& kernel_size, const ConvTransposeOptions& o) {
  return {.name = o.name, .data_format = o.data_format, .size = kernel_size, .strides = o.strides, .dilation = o.dilation_rate, .padding = o.padding, .activation = o.activation};
}

class ConvTransposeBody final : public detail::ConvolutionBody {
 public:
  ConvTransposeBody(int axes, std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options)
      : ConvolutionBody(axes, window(kernel_size, options), class_name(axes)), filters_(filters), options_(std::move(options)) {
    const std::string layer = kind();
    detail::require_positive(layer.c_str(), "filters", filters_);
    if (!options_.output_padding.empty()) more_ = options_.output_padding.expand(axes, layer + ": output_padding");
    for (std::size_t i = 0; i < more_.size(); ++i) {
      if (more_[i] < 0 || more_[i] >= strides_[i]) {
        fail(ErrorKind::invalid_argument, layer + ": output_padding must lie in [0, strides): axis " + std::to_string(i) + " has " + std::to_string(more_[i]) +
                                              " with a stride of " + std::to_string(strides_[i]));
      }
    }
    set_activity_regularizer(options_.activity_regularizer);
  }

  std::string kind() const override { return class_name(axes_); }

  Config options() const override {
    Config c = Config::map();
    c.set("filters", filters_);
    window_config(c);
    c.set("output_padding", more_.empty() ? Config() : Config::integers(more_));
    c.set("activation", detail::activation_config(activation_)).set("use_bias", options_.use_bias);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    c.set("activity_regularizer", activity_regularizer().config());
    c.set("kernel_constraint", options_.kernel_constraint.config()).set("bias_constraint", options_.bias_constraint.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const DType dtype = detail::compute_dtype(in[0].dtype);
    Ints shape = size_;
    shape.push_back(filters_);
    shape.push_back(checked(in[0].shape)[-1]);
    kernel = add_weight("kernel", Shape(shape), options_.kernel_initializer, dtype, true, options_.kernel_regularizer, options_.kernel_constraint);
    if (options_.use_bias) bias = add_weight("bias", {filters_}, options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
  }

 protected:
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    check_channels(x, kernel.shape()[-1], kernel.shape());
    ConvOptions how{.strides = strides_, .padding = {}, .dilation = dilation_};
    Shape out = x.shape().with(-1, filters_);
    const Padding given = padding_.mode().empty() ? padding_.resolve({size_}, {}, {}, {}) : Padding{};
    for (std::size_t i = 0; i < size_.size(); ++i) {
      const int axis = static_cast<int>(i) + 1;
      const std::int64_t n = x.shape(axis), s = strides_[i], reach = (size_[i] - 1) * dilation_[i] + 1;
      std::int64_t extent;
      if (!given.empty()) {
        how.padding.push_back(given[i]);
        extent = (n - 1) * s + reach - given[i].first - given[i].second + (more_.empty() ? 0 : more_[i]);
      } else if (padding_.is("same")) {
        extent = more_.empty() ? n * s : (n - 1) * s + reach % 2 + more_[i];
        // The padding of the convolution that leads from `extent` places back to n.
        const std::int64_t total = std::max<std::int64_t>((n - 1) * s + reach - extent, 0);
        how.padding.emplace_back(total / 2, total - total / 2);
      } else {
        extent = (n - 1) * s + reach + (more_.empty() ? std::max<std::int64_t>(s - reach, 0) : more_[i]);
        how.padding.emplace_back(0, 0);
      }
      if (extent < 1) complain(ErrorKind::shape, "the output of " + to_string(x.shape()) + " would have " + std::to_string(extent) + " places along axis " + std::to_string(axis));
      out.set(axis, extent);
    }
    return finished(conv_transpose(x, kernel_value(), out, how));
  }

 private:
  std::int64_t filters_;
  Ints more_;
  ConvTransposeOptions options_;
};

template <class Conv>
Layer make(const Config& c) {
  auto o = detail::conv_options_from<ConvTransposeOptions>(c);
  o.output_padding = detail::extents_from(c, "output_padding", {});
  detail::read_kernel(c, "kernel", o.kernel_initializer, o.kernel_regularizer, o.kernel_constraint);
  return Conv(c.at("filters").integer(), detail::extents_from(c, "kernel_size"), std::move(o));
}

}  // namespace

ConvTransposeLayer::ConvTransposeLayer(int axes, std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options)
    : Layer(std::make_shared<ConvTransposeBody>(axes, filters, kernel_size, std::move(options))) {}
Variable ConvTransposeLayer::kernel() const { return static_cast<const ConvTransposeBody&>(body()).kernel; }
Variable ConvTransposeLayer::bias() const { return static_cast<const ConvTransposeBody&>(body()).bias; }

Conv1DTranspose::Conv1DTranspose(std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options)
    : ConvTransposeLayer(1, filters, kernel_size, std::move(options)) {}
Conv2DTranspose::Conv2DTranspose(std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options)
    : ConvTransposeLayer(2, filters, kernel_size, std::move(options)) {}
Conv3DTranspose::Conv3DTranspose(std::int64_t filters, const Extents& kernel_size, ConvTransposeOptions options)
    : ConvTransposeLayer(3, filters, kernel_size, std::move(options)) {}

Layer Conv1DTranspose::from_config(const Config& c) { return make<Conv1DTranspose>(c); }
Layer Conv2DTranspose::from_config(const Config& c) { return make<Conv2DTranspose>(c); }
Layer Conv3DTranspose::from_config(const Config& c) { return make<Conv3DTranspose>(c); }

}  // namespace candor
