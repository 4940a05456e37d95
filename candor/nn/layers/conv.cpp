#include "candor/nn/layers/conv.h"

#include "candor/nn/layers/check.h"

namespace candor {
namespace {

class ConvBody final : public detail::SimpleLayerBody {
 public:
  ConvBody(int axes, std::int64_t filters, const Extents& kernel_size, ConvLayerOptions options)
      : SimpleLayerBody(options.name), axes_(axes), filters_(filters), options_(std::move(options)) {
    const std::string layer = kind();
    size_ = kernel_size.expand(axes, layer + ": kernel_size");
    attributes_.strides = options_.strides.expand(axes, layer + ": strides");
    attributes_.dilation = options_.dilation_rate.expand(axes, layer + ": dilation_rate");
    attributes_.groups = options_.groups;
    detail::require_positive(layer.c_str(), "filters", filters_);
    detail::require_positive(layer.c_str(), "kernel_size", size_);
    detail::require_positive(layer.c_str(), "strides", attributes_.strides);
    detail::require_positive(layer.c_str(), "dilation_rate", attributes_.dilation);
    detail::require_positive(layer.c_str(), "groups", options_.groups);
    std::vector<std::string> paddings{"valid", "same"};
    if (axes == 1) paddings.emplace_back("causal");
    detail::require_one_of(layer.c_str(), "padding", options_.padding, paddings);
    if (filters_ % options_.groups != 0) {
      fail(ErrorKind::invalid_argument, layer + ": filters (" + std::to_string(filters_) + ") must be a multiple of groups (" +
                                            std::to_string(options_.groups) + ")");
    }
  }

  std::string kind() const override { return "Conv" + std::to_string(axes_) + "D"; }

  Config options() const override {
    Config c = Config::map();
    c.set("filters", filters_).set("kernel_size", Config::integers(size_)).set("strides", Config::integers(attributes_.strides));
    c.set("padding", options_.padding).set("data_format", "channels_last").set("dilation_rate", Config::integers(attributes_.dilation));
    c.set("groups", options_.groups).set("activation", detail::activation_config(options_.activation)).set("use_bias", options_.use_bias);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const Shape& x = in[0].shape;
    if (x.rank() != axes_ + 2) complain(ErrorKind::shape, "takes " + layout() + "; the input is " + to_string(x));
    if (x[-1] % options_.groups != 0) {
      complain(ErrorKind::shape, "the input's channels must be a multiple of groups: " + to_string(x) + " has " + std::to_string(x[-1]) +
                                     " channels, groups is " + std::to_string(options_.groups));
    }
    const DType dtype = detail::compute_dtype(in[0].dtype);
    Ints shape = size_;
    shape.push_back(x[-1] / options_.groups);
    shape.push_back(filters_);
    kernel = add_weight("kernel", Shape(shape), options_.kernel_initializer, dtype, true, options_.kernel_regularizer);
    if (options_.use_bias) bias = add_weight("bias", {filters_}, options_.bias_initializer, dtype, true, options_.bias_regularizer);
  }

  Variable kernel, bias;

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    if (x.rank() != axes_ + 2) complain(ErrorKind::shape, "takes " + layout() + "; the input is " + to_string(x.shape()));
    const std::int64_t channels = kernel.shape()[-2] * options_.groups;
    if (x.shape(-1) != channels) {
      complain(ErrorKind::shape, "channels differ: " + to_string(x.shape()) + " with kernel " + to_string(kernel.shape()) + " (" +
                                     std::to_string(x.shape(-1)) + " vs " + std::to_string(channels) + "); " +
                                     detail::built_for(*this, std::to_string(channels) + " channels", x));
    }
    ConvOptions how = attributes_;
    const Ints spatial(x.shape().begin() + 1, x.shape().end() - 1);
    if (options_.padding == "valid") {
      for (std::size_t i = 0; i < size_.size(); ++i) {
        if ((size_[i] - 1) * how.dilation[i] + 1 > spatial[i]) {
          complain(ErrorKind::shape, "the window " + to_string(Shape(size_)) + " does not fit into the input " + to_string(x.shape()) +
                                         "; use padding \"same\" or a smaller kernel_size");
        }
      }
    }
    how.padding = resolve_padding(options_.padding, spatial, size_, how.strides, how.dilation);
    Tensor y = conv(x, kernel.value(), how);
    if (bias.defined()) y = y + bias.value();
    return options_.activation(y);
  }

 private:
  std::string layout() const { return axes_ == 1 ? "[batch, length, channels]" : axes_ == 2 ? "[batch, height, width, channels]" : "[batch, depth, height, width, channels]"; }

  int axes_;
  std::int64_t filters_;
  Ints size_;
  ConvOptions attributes_;
  ConvLayerOptions options_;
};

Extents extents_from(const Config& c, const char* key) {
  const Config* found = c.find(key);
  if (!found || found->is_null()) return 1;
  return found->is_list() ? Extents(found->to_integers()) : Extents(static_cast<int>(found->integer()));
}

template <class Conv>
Layer make(const Config& c) {
  if (c.get("data_format", "channels_last") != "channels_last") {
    fail(ErrorKind::unsupported, "convolution: data_format '" + c.at("data_format").text() + "' is not supported; transpose to channels_last");
  }
  c.at("kernel_size");
  return Conv(c.at("filters").integer(), extents_from(c, "kernel_size"),
              {.strides = extents_from(c, "strides"),
               .padding = c.get("padding", "valid"),
               .dilation_rate = extents_from(c, "dilation_rate"),
               .groups = c.get("groups", 1),
               .activation = c.get("activation", "linear"),
               .use_bias = c.get("use_bias", true),
               .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
               .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
               .kernel_regularizer = Regularizer::from_config(c.find("kernel_regularizer")),
               .bias_regularizer = Regularizer::from_config(c.find("bias_regularizer")),
               .name = detail::config_name(c)});
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
