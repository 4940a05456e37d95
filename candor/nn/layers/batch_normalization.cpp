#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/nn/layers/normalization.h"
#include "candor/nn/layers/normalization_body.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/norm.h"

namespace candor {
namespace {

constexpr const char* layer = "BatchNormalization";

void check_clipping(const RenormClipping& c) {
  if (c.rmax && c.rmin && *c.rmax < *c.rmin) fail(ErrorKind::invalid_argument, "BatchNormalization: renorm_clipping: rmax must not be less than rmin");
  if (c.dmax && !(*c.dmax >= 0)) fail(ErrorKind::invalid_argument, "BatchNormalization: renorm_clipping: dmax must not be negative");
}

Config clipping_config(const RenormClipping& c) {
  Config out = Config::map();
  if (c.rmax) out.set("rmax", *c.rmax);
  if (c.rmin) out.set("rmin", *c.rmin);
  if (c.dmax) out.set("dmax", *c.dmax);
  return out;
}

class BatchNormalizationBody final : public detail::SimpleLayerBody {
 public:
  explicit BatchNormalizationBody(BatchNormalizationOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    detail::require_rate(layer, "momentum", options_.momentum);
    detail::require_rate(layer, "renorm_momentum", options_.renorm_momentum);
    detail::require_epsilon(layer, options_.epsilon);
    check_clipping(options_.renorm_clipping);
  }
  std::string kind() const override { return layer; }

  Config options() const override {
    Config c = Config::map();
    c.set("axis", options_.axis).set("momentum", options_.momentum).set("epsilon", options_.epsilon);
    c.set("center", options_.center).set("scale", options_.scale);
    c.set("beta_initializer", options_.beta_initializer.config()).set("gamma_initializer", options_.gamma_initializer.config());
    c.set("moving_mean_initializer", options_.moving_mean_initializer.config());
    c.set("moving_variance_initializer", options_.moving_variance_initializer.config());
    c.set("beta_regularizer", options_.beta_regularizer.config()).set("gamma_regularizer", options_.gamma_regularizer.config());
    c.set("beta_constraint", options_.beta_constraint.config()).set("gamma_constraint", options_.gamma_constraint.config());
    c.set("synchronized", options_.synchronized).set("renorm", options_.renorm);
    c.set("renorm_clipping", options_.renorm ? clipping_config(options_.renorm_clipping) : Config()).set("renorm_momentum", options_.renorm_momentum);
    if (options_.unbiased_moving_variance) c.set("unbiased_moving_variance", true);
    return c;
  }

  void build(std::span<const TensorType> in) override {
    check_rank(in[0].shape);
    const DType dtype = detail::compute_dtype(in[0].dtype);
    const Shape shape{in[0].shape[options_.axis]};
    const auto& o = options_;
    if (o.scale) gamma_ = add_weight("gamma", shape, o.gamma_initializer, dtype, true, o.gamma_regularizer, o.gamma_constraint);
    if (o.center) beta_ = add_weight("beta", shape, o.beta_initializer, dtype, true, o.beta_regularizer, o.beta_constraint);
    mean_ = add_weight("moving_mean", shape, o.moving_mean_initializer, dtype, false);
    variance_ = add_weight("moving_variance", shape, o.moving_variance_initializer, dtype, false);
    if (!o.renorm) return;
    deviation_ = deviation_weight("moving_stddev", shape, dtype);
    renorm_mean_ = add_weight("renorm_mean", shape, o.moving_mean_initializer, dtype, false);
    renorm_deviation_ = deviation_weight("renorm_stddev", shape, dtype);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    const Tensor x = detail::to_dtype(input, mean_.type().dtype);
    check_rank(x.shape());
    if (x.shape(options_.axis) != mean_.shape()[0]) {
      complain(ErrorKind::shape, "channels differ: " + to_string(x.shape()) + " with gamma " + to_string(mean_.shape()) + " (" +
                                     std::to_string(x.shape(options_.axis)) + " vs " + std::to_string(mean_.shape()[0]) + "); " +
                                     detail::built_for(*this, std::to_string(mean_.shape()[0]) + " channels", x));
    }
    const Tensor gamma = detail::value_or_nothing(gamma_), beta = detail::value_or_nothing(beta_);
    if (mode == inference || !trainable()) {
      return batch_norm_inference(x, gamma, beta, mean_.value(), variance_.value(), options_.axis, options_.epsilon);
    }
    if (options_.renorm || input.mask().defined()) return by_moments(x, input.mask(), gamma, beta);
    auto [y, batch_mean, batch_variance] = batch_norm_training(x, gamma, beta, options_.axis, options_.epsilon);
    move(mean_, batch_mean, options_.momentum);
    move(variance_, unbiased(x, batch_variance), options_.momentum);
    return y;
  }

 private:
  Tensor number(double value) const { return Tensor::full({}, value, mean_.type().dtype); }

  static void move(const Variable& running, const Tensor& batch, double momentum) {
    const DType dtype = running.type().dtype;
    running.assign(running.value() * Tensor::full({}, momentum, dtype) + batch * Tensor::full({}, 1 - momentum, dtype));
  }

  Tensor unbiased(const Tensor& x, const Tensor& variance) const {
    const double count = static_cast<double>(x.size()) / static_cast<double>(mean_.shape()[0]);
    return options_.unbiased_moving_variance && count > 1 ? variance * number(count / (count - 1)) : variance;
  }

  /// The statistics written out, where the fused op does not fit: with a mask, or renormalised.
  Tensor by_moments(const Tensor& x, const Tensor& mask, Tensor gamma, Tensor beta) {
    const int channels = options_.axis < 0 ? options_.axis + x.rank() : options_.axis;
    Axes over;
    for (int axis = 0; axis < x.rank(); ++axis) {
      if (axis != channels) over.push_back(axis);
    }
    Tensor mean_k, variance_k;  // with the extents of 1 that broadcast
    if (mask.defined()) {
      if (mask.rank() != x.rank() - 1) {
        complain(ErrorKind::shape, "the mask must have an axis less than the input: " + to_string(mask.shape()) + " with " + to_string(x.shape()));
      }
      const Tensor counts = broadcast_to(expand_dims(mask, mask.rank()), x.shape()), zero = number(0), one = number(1);
      const Tensor weights = sum(where(counts, one, zero), over, true) + number(1e-7);
      mean_k = sum(where(counts, x, zero), over, true) / weights;
      variance_k = sum(square(where(counts, x - mean_k, zero)), over, true) / weights;
    } else {
      mean_k = mean(x, over, true);
      variance_k = mean(square(x - mean_k), over, true);
    }
    const Shape flat{mean_.shape()[0]};
    const Tensor batch_mean = reshape(mean_k, flat), batch_variance = reshape(variance_k, flat);
    if (options_.renorm) {
      const auto [r, d] = corrections(batch_mean, batch_variance);
      beta = beta.defined() ? (gamma.defined() ? d * gamma : d) + beta : gamma.defined() ? d * gamma : d;
      gamma = gamma.defined() ? r * gamma : r;
      move_renormalised(batch_mean, batch_variance);
    } else {
      move(mean_, batch_mean, options_.momentum);
      move(variance_, unbiased(x, batch_variance), options_.momentum);
    }
    Tensor factor = rsqrt(variance_k + number(options_.epsilon));
    if (gamma.defined()) factor = factor * reshape(gamma, mean_k.shape());
    const Tensor y = (x - mean_k) * factor;
    return beta.defined() ? y + reshape(beta, mean_k.shape()) : y;
  }

  /// r and d: what leads from the batch's statistics to the running ones; constants to the gradient.
  std::pair<Tensor, Tensor> corrections(const Tensor& batch_mean, const Tensor& batch_variance) const {
    const Tensor running = maximum(renorm_deviation_.value(), number(std::sqrt(options_.epsilon)));
    Tensor r = sqrt(batch_variance + number(options_.epsilon)) / running, d = (batch_mean - renorm_mean_.value()) / running;
    const RenormClipping& c = options_.renorm_clipping;
    if (c.rmin) r = maximum(r, number(*c.rmin));
    if (c.rmax) r = minimum(r, number(*c.rmax));
    if (c.dmax) d = clip(d, -*c.dmax, *c.dmax);
    return {stop_gradient(r), stop_gradient(d)};
  }

  void move_renormalised(const Tensor& batch_mean, const Tensor& batch_variance) {
    const Tensor epsilon = number(options_.epsilon), batch_deviation = sqrt(batch_variance + epsilon);
    move(renorm_mean_, batch_mean, options_.renorm_momentum);
    move(renorm_deviation_, batch_deviation, options_.renorm_momentum);
    move(mean_, batch_mean, options_.momentum);
    move(deviation_, batch_deviation, options_.momentum);
    variance_.assign(relu(square(deviation_.value()) - epsilon));
  }

  /// Starts as the root of what the moving variance starts as.
  Variable deviation_weight(const char* name, const Shape& shape, DType dtype) {
    const Variable weight = add_weight(name, shape, options_.moving_variance_initializer, dtype, false);
    const Tensor start = weight.tensor().to(DType::f64).contiguous();
    std::vector<double> roots(start.data<double>(), start.data<double>() + start.size());
    for (double& root : roots) root = std::sqrt(root);
    weight.tensor().copy_from(Tensor::from(roots, shape).to(dtype));
    return weight;
  }

  void check_rank(const Shape& shape) const {
    const int axis = options_.axis < 0 ? options_.axis + shape.rank() : options_.axis;
    if (shape.rank() < 2 || axis < 1 || axis >= shape.rank()) {
      complain(ErrorKind::shape, "axis " + std::to_string(options_.axis) + " is no axis of channels of the input " + to_string(shape));
    }
  }
  BatchNormalizationOptions options_;
  Variable gamma_, beta_, mean_, variance_, deviation_, renorm_mean_, renorm_deviation_;
};

/// Elder files hold a list with the one axis.
int only_axis(const Config& c) {
  const Axes axes = detail::axes_from(c, "axis", {-1});
  if (axes.size() != 1) fail(ErrorKind::unsupported, "BatchNormalization: axis must be one axis, not " + to_string(*c.find("axis")));
  return axes.front();
}

RenormClipping clipping_from(const Config& c) {
  const Config* found = c.find("renorm_clipping");
  if (!found || found->is_null()) return {};
  for (const auto& [key, value] : found->entries()) detail::require_one_of(layer, "renorm_clipping", key, {"rmax", "rmin", "dmax"});
  return {.rmax = detail::number_from(*found, "rmax"), .rmin = detail::number_from(*found, "rmin"), .dmax = detail::number_from(*found, "dmax")};
}

}  // namespace

BatchNormalization::BatchNormalization(BatchNormalizationOptions options) : Layer(std::make_shared<BatchNormalizationBody>(std::move(options))) {}

Layer BatchNormalization::from_config(const Config& c) {
  return BatchNormalization({.axis = only_axis(c),
                             .momentum = c.get("momentum", 0.99),
                             .epsilon = c.get("epsilon", 0.001),
                             .center = c.get("center", true),
                             .scale = c.get("scale", true),
                             .beta_initializer = detail::initializer_from(c, "beta_initializer", "zeros"),
                             .gamma_initializer = detail::initializer_from(c, "gamma_initializer", "ones"),
                             .moving_mean_initializer = detail::initializer_from(c, "moving_mean_initializer", "zeros"),
                             .moving_variance_initializer = detail::initializer_from(c, "moving_variance_initializer", "ones"),
                             .beta_regularizer = detail::regularizer_from(c, "beta_regularizer"),
                             .gamma_regularizer = detail::regularizer_from(c, "gamma_regularizer"),
                             .beta_constraint = detail::constraint_from(c, "beta_constraint"),
                             .gamma_constraint = detail::constraint_from(c, "gamma_constraint"),
                             .renorm = c.get("renorm", false),
                             .renorm_clipping = clipping_from(c),
                             .renorm_momentum = c.get("renorm_momentum", 0.99),
                             .synchronized = c.get("synchronized", false),
                             .unbiased_moving_variance = c.get("unbiased_moving_variance", false),
                             .name = detail::config_name(c)});
}

}  // namespace candor
