#include "candor/nn/layers/squeeze_excitation.h"

#include <algorithm>

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

class SqueezeExcitationBody final : public detail::SimpleLayerBody {
 public:
  explicit SqueezeExcitationBody(SqueezeExcitationOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    detail::require_positive("SqueezeExcitation", "ratio", options_.ratio);
    detail::require_data_format("SqueezeExcitation", options_.data_format);
  }
  std::string kind() const override { return "SqueezeExcitation"; }
  Config options() const override {
    Config c = Config::map();
    c.set("ratio", options_.ratio).set("activation", detail::activation_config(options_.activation)).set("gate_activation", detail::activation_config(options_.gate_activation));
    c.set("data_format", options_.data_format);
    return c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
  }

  void build(std::span<const TensorType> in) override {
    const std::int64_t channels = in[0].shape[channel_axis(in[0].shape)], units = std::max<std::int64_t>(channels / options_.ratio, 1);
    const DType dtype = detail::compute_dtype(in[0].dtype);
    reduce_kernel_ = add_weight("reduce_kernel", {channels, units}, options_.kernel_initializer, dtype);
    reduce_bias_ = add_weight("reduce_bias", {units}, options_.bias_initializer, dtype);
    expand_kernel_ = add_weight("expand_kernel", {units, channels}, options_.kernel_initializer, dtype);
    expand_bias_ = add_weight("expand_bias", {channels}, options_.bias_initializer, dtype);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, reduce_kernel_.type().dtype);
    const int at = channel_axis(x.shape());
    const std::int64_t channels = reduce_kernel_.shape()[0];
    if (x.shape(at) != channels) complain(ErrorKind::shape, "was built for " + std::to_string(channels) + " channels; the input is " + to_string(x.shape()));
    Axes places;
    for (int axis = 1; axis < x.rank(); ++axis) {
      if (axis != at) places.push_back(axis);
    }
    const Tensor middle = options_.activation(matmul(mean(x, places), reduce_kernel_.value()) + reduce_bias_.value());
    const Tensor gate = options_.gate_activation(matmul(middle, expand_kernel_.value()) + expand_bias_.value());
    Shape wide = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()), 1));
    wide.set(0, x.shape(0));
    wide.set(at, channels);
    return x * reshape(gate, wide);
  }

 private:
  int channel_axis(const Shape& x) const {
    if (x.rank() < 3 || x.rank() > 5) complain(ErrorKind::shape, "takes " + detail::layout_text(2, options_.data_format) + " or one axis less or more; the input is " + to_string(x));
    return detail::channels_first(options_.data_format) ? 1 : x.rank() - 1;
  }
  SqueezeExcitationOptions options_;
  Variable reduce_kernel_, reduce_bias_, expand_kernel_, expand_bias_;
};

}  // namespace

SqueezeExcitation::SqueezeExcitation(SqueezeExcitationOptions options) : Layer(std::make_shared<SqueezeExcitationBody>(std::move(options))) {}
Layer SqueezeExcitation::from_config(const Config& c) {
  return SqueezeExcitation({.ratio = c.get("ratio", 16),
                            .activation = c.find("activation") ? detail::activation_from(c) : ActivationFunction("relu"),
                            .gate_activation = c.find("gate_activation") ? detail::activation_from(c, "gate_activation") : ActivationFunction("sigmoid"),
                            .data_format = detail::data_format_from(c),
                            .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                            .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                            .name = detail::config_name(c)});
}

}  // namespace candor
