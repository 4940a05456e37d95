#include "candor/nn/layers/gated_feed_forward.h"

#include "candor/nn/layers/from_config.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

class GatedFeedForwardBody final : public detail::SimpleLayerBody {
 public:
  GatedFeedForwardBody(std::int64_t units, GatedFeedForwardOptions options) : SimpleLayerBody(options.name), units_(units), options_(std::move(options)) {
    detail::require_positive("GatedFeedForward", "intermediate_dim", units_);
    if (options_.output_dim) detail::require_positive("GatedFeedForward", "output_dim", *options_.output_dim);
    detail::require_rate("GatedFeedForward", "dropout", options_.dropout);
  }
  std::string kind() const override { return "GatedFeedForward"; }
  Config options() const override {
    Config c = Config::map();
    c.set("intermediate_dim", units_).set("activation", detail::activation_config(options_.activation)).set("output_dim", detail::config_of(options_.output_dim));
    c.set("use_bias", options_.use_bias).set("dropout", options_.dropout);
    return c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
  }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 2) complain(ErrorKind::shape, "takes [batch, ..., features]; the input is " + to_string(in[0].shape));
    const std::int64_t features = in[0].shape[-1];
    const DType dtype = detail::compute_dtype(in[0].dtype);
    gate_ = product("gate", features, units_, dtype);
    up_ = product("up", features, units_, dtype);
    down_ = product("down", units_, options_.output_dim.value_or(features), dtype);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    const std::int64_t features = gate_.kernel.shape()[0];
    if (input.rank() < 2 || input.shape(-1) != features) complain(ErrorKind::shape, detail::built_for(*this, std::to_string(features) + " features", input));
    const Tensor x = reshape(detail::to_dtype(input, gate_.kernel.type().dtype), std::vector<std::int64_t>{-1, features});
    Tensor middle = options_.activation(gate_(x)) * up_(x);
    if (mode == training && options_.dropout > 0) middle = ops::dropout(middle, options_.dropout);
    return reshape(down_(middle), input.shape().with(-1, down_.kernel.shape()[1]));
  }

 private:
  struct Product {
    Variable kernel, bias;
    Tensor operator()(const Tensor& x) const {
      const Tensor y = matmul(x, kernel.value());
      return bias.defined() ? y + bias.value() : y;
    }
  };
  Product product(const std::string& name, std::int64_t in, std::int64_t out, DType dtype) {
    Product p;
    p.kernel = add_weight(name + "_kernel", {in, out}, options_.kernel_initializer, dtype);
    if (options_.use_bias) p.bias = add_weight(name + "_bias", {out}, options_.bias_initializer, dtype);
    return p;
  }

  std::int64_t units_;
  GatedFeedForwardOptions options_;
  Product gate_, up_, down_;
};

GatedFeedForward gated(std::int64_t units, GatedFeedForwardOptions options, const char* activation) {
  options.activation = activation;
  return GatedFeedForward(units, std::move(options));
}

}  // namespace

GatedFeedForward::GatedFeedForward(std::int64_t intermediate_dim, GatedFeedForwardOptions options) : Layer(std::make_shared<GatedFeedForwardBody>(intermediate_dim, std::move(options))) {}
GatedFeedForward SwiGLU(std::int64_t intermediate_dim, GatedFeedForwardOptions options) { return gated(intermediate_dim, std::move(options), "silu"); }
GatedFeedForward GEGLU(std::int64_t intermediate_dim, GatedFeedForwardOptions options) { return gated(intermediate_dim, std::move(options), "gelu"); }
GatedFeedForward ReGLU(std::int64_t intermediate_dim, GatedFeedForwardOptions options) { return gated(intermediate_dim, std::move(options), "relu"); }

Layer GatedFeedForward::from_config(const Config& c) {
  return GatedFeedForward(c.at("intermediate_dim").integer(), {.activation = c.find("activation") ? detail::activation_from(c) : ActivationFunction("silu"),
                                                               .output_dim = detail::integer_from(c, "output_dim"),
                                                               .use_bias = c.get("use_bias", false),
                                                               .dropout = c.get("dropout", 0.0),
                                                               .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                                                               .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                                                               .name = detail::config_name(c)});
}

}  // namespace candor
