#include "candor/nn/layers/mixture_of_experts.h"

#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/nn/layers/from_config.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

class MixtureBody final : public detail::SimpleLayerBody {
 public:
  MixtureBody(std::int64_t experts, std::int64_t units, MixtureOfExpertsOptions options) : SimpleLayerBody(options.name), experts_(experts), units_(units), options_(std::move(options)) {
    const char* kind = "MixtureOfExperts";
    detail::require_positive(kind, "num_experts", experts_);
    detail::require_positive(kind, "intermediate_dim", units_);
    detail::require_positive(kind, "top_k", options_.top_k);
    if (options_.output_dim) detail::require_positive(kind, "output_dim", *options_.output_dim);
    if (options_.top_k > experts_) fail(ErrorKind::invalid_argument, std::string(kind) + ": top_k " + std::to_string(options_.top_k) + " is more than the " + std::to_string(experts_) + " experts");
    for (const auto& [name, value] : {std::pair{"load_balance_loss", options_.load_balance_loss}, std::pair{"router_z_loss", options_.router_z_loss}})
      if (!(value >= 0) || !std::isfinite(value)) fail(ErrorKind::invalid_argument, std::string(kind) + ": " + name + " must be a finite number that is not negative, not " + to_string(Config(value)));
  }
  std::string kind() const override { return "MixtureOfExperts"; }
  Config options() const override {
    Config c = Config::map();
    c.set("num_experts", experts_).set("intermediate_dim", units_).set("top_k", options_.top_k).set("activation", detail::activation_config(options_.activation));
    c.set("gated", options_.gated).set("use_bias", options_.use_bias).set("normalize_weights", options_.normalize_weights).set("output_dim", detail::config_of(options_.output_dim));
    c.set("load_balance_loss", options_.load_balance_loss).set("router_z_loss", options_.router_z_loss);
    return c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
  }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 2) complain(ErrorKind::shape, "takes [batch, ..., features]; the input is " + to_string(in[0].shape));
    const std::int64_t features = in[0].shape[-1];
    const DType dtype = detail::compute_dtype(in[0].dtype);
    router_ = add_weight("router", {features, experts_}, options_.kernel_initializer, dtype);
    if (options_.gated) gate_ = product("gate", features, units_, dtype);
    up_ = product("up", features, units_, dtype);
    down_ = product("down", units_, options_.output_dim.value_or(features), dtype);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    const std::int64_t features = router_.shape()[0], out = down_.kernel.shape()[2];
    if (input.rank() < 2 || input.shape(-1) != features) complain(ErrorKind::shape, detail::built_for(*this, std::to_string(features) + " features", input));
    const Tensor x = reshape(detail::to_dtype(input, router_.type().dtype), std::vector<std::int64_t>{-1, features});
    // Shares are compared and added up: 16 bits are too few for them.
    Tensor scores = matmul(x, router_.value());
    if (size_of(scores.dtype()) == 2) scores = cast(scores, DType::f32);
    const Tensor shares = softmax(scores), chosen = chosen_of(shares);
    if (mode == training) add_losses(scores, shares, chosen, input);
    Tensor weights = shares * chosen;
    if (options_.normalize_weights) weights = weights / sum(weights, {-1}, true);

    const Tensor all = expand_dims(x, 0);  // [1, steps, features], for each expert
    Tensor middle = options_.activation(options_.gated ? gate_(all) : up_(all));
    if (options_.gated) middle = middle * up_(all);
    const Tensor results = down_(middle);  // [experts, steps, out]
    const Tensor y = sum(results * expand_dims(transpose(cast(weights, results.dtype()), {1, 0}), -1), {0});
    return reshape(y, input.shape().with(-1, out));
  }

 private:
  struct Product {
    Variable kernel, bias;
    Tensor operator()(const Tensor& x) const {
      const Tensor y = matmul(x, kernel.value());
      return bias.defined() ? y + bias.value() : y;
    }
  };

  /// A kernel for each expert, each drawn as a matrix of its own.
  Product product(const std::string& name, std::int64_t in, std::int64_t out, DType dtype) {
    const auto drawn = [&](const Shape& whole, DType of) {
      Tensor all = Tensor::zeros(whole, of);
      for (std::int64_t e = 0; e < whole[0]; ++e)
        all.view_slice(0, e, e + 1).copy_from(options_.kernel_initializer(whole.without(0), of, detail::next_weight_stream()).view_reshape(whole.with(0, 1)));
      return all;
    };
    Product p;
    p.kernel = add_weight(name + "_kernel", {experts_, in, out}, drawn, dtype);
    if (options_.use_bias) p.bias = add_weight(name + "_bias", {experts_, 1, out}, options_.bias_initializer, dtype);
    return p;
  }

  /// 1 where the expert is among the step's top_k: [steps, experts].
  Tensor chosen_of(const Tensor& shares) const {
    if (options_.top_k == experts_) return Tensor::full(shares.shape(), 1, shares.dtype());
    return sum(one_hot(top_k(stop_gradient(shares), options_.top_k).second, experts_, -1, shares.dtype()), {1});
  }

  void add_losses(const Tensor& scores, const Tensor& shares, const Tensor& chosen, const Tensor& input) const {
    Tensor counts = Tensor::full({shares.shape(0), 1}, 1, shares.dtype());
    if (const Tensor mask = input.mask(); mask.defined() && mask.size() == shares.shape(0)) counts = reshape(cast(mask, shares.dtype()), Shape{shares.shape(0), 1});
    const Tensor steps = maximum(sum(counts), number(1, shares));
    if (options_.load_balance_loss > 0) {
      const Tensor used = sum(chosen * counts, {0}) / (steps * number(static_cast<double>(options_.top_k), shares)), meant = sum(shares * counts, {0}) / steps;
      add_loss(sum(used * meant) * number(options_.load_balance_loss * static_cast<double>(experts_), shares));
    }
    if (options_.router_z_loss > 0) add_loss(sum(square(logsumexp(scores, {-1}, true)) * counts) / steps * number(options_.router_z_loss, scores));
  }

  std::int64_t experts_, units_;
  MixtureOfExpertsOptions options_;
  Variable router_;
  Product gate_, up_, down_;
};

}  // namespace

MixtureOfExperts::MixtureOfExperts(std::int64_t num_experts, std::int64_t intermediate_dim, MixtureOfExpertsOptions options)
    : Layer(std::make_shared<MixtureBody>(num_experts, intermediate_dim, std::move(options))) {}

Layer MixtureOfExperts::from_config(const Config& c) {
  return MixtureOfExperts(c.at("num_experts").integer(), c.at("intermediate_dim").integer(),
                          {.top_k = c.get("top_k", 2),
                           .activation = c.find("activation") ? detail::activation_from(c) : ActivationFunction("silu"),
                           .gated = c.get("gated", true),
                           .use_bias = c.get("use_bias", false),
                           .normalize_weights = c.get("normalize_weights", true),
                           .output_dim = detail::integer_from(c, "output_dim"),
                           .load_balance_loss = c.get("load_balance_loss", 0.01),
                           .router_z_loss = c.get("router_z_loss", 0.0),
                           .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                           .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                           .name = detail::config_name(c)});
}

}  // namespace candor
