#include "candor/nn/layers/normalization.h"
#include "candor/nn/layers/normalization_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/norm.h"

namespace candor {
namespace {

class LayerNormalizationBody final : public detail::SampleAxesBody {
 public:
  explicit LayerNormalizationBody(LayerNormalizationOptions options)
      : SampleAxesBody(options.name, options.axis, "LayerNormalization"), options_(std::move(options)) {
    detail::require_epsilon("LayerNormalization", options_.epsilon);
  }
  std::string kind() const override { return "LayerNormalization"; }

  Config options() const override {
    Config c = Config::map();
    c.set("axis", detail::axes_list(axes_)).set("epsilon", options_.epsilon);
    c.set("center", options_.center).set("scale", options_.scale).set("rms_scaling", options_.rms_scaling);
    c.set("beta_initializer", options_.beta_initializer.config()).set("gamma_initializer", options_.gamma_initializer.config());
    c.set("beta_regularizer", options_.beta_regularizer.config()).set("gamma_regularizer", options_.gamma_regularizer.config());
    c.set("beta_constraint", options_.beta_constraint.config()).set("gamma_constraint", options_.gamma_constraint.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    dtype_ = detail::compute_dtype(in[0].dtype);
    shape_ = extents(in[0].shape);
    const bool scale = options_.scale || options_.rms_scaling, center = options_.center && !options_.rms_scaling;
    if (scale) gamma_ = add_weight("gamma", shape_, options_.gamma_initializer, dtype_, true, options_.gamma_regularizer, options_.gamma_constraint);
    if (center) beta_ = add_weight("beta", shape_, options_.beta_initializer, dtype_, true, options_.beta_regularizer, options_.beta_constraint);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, dtype_);
    if (extents(x.shape()) != shape_) {
      complain(ErrorKind::shape, "sizes differ: " + to_string(x.shape()) + " with gamma " + to_string(shape_) + "; " +
                                     detail::built_for(*this, to_string(shape_), x));
    }
    if (!options_.rms_scaling) return layer_norm(x, detail::value_or_nothing(gamma_), detail::value_or_nothing(beta_), axes_, options_.epsilon);
    Shape wide = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()), 1));
    for (int axis : positive(x.shape())) wide.set(axis, x.shape(axis));
    return x * rsqrt(var(x, axes_, true) + Tensor::full({}, options_.epsilon, dtype_)) * reshape(gamma_.value(), wide);
  }

 private:
  LayerNormalizationOptions options_;
  Variable gamma_, beta_;
  Shape shape_;
  DType dtype_ = DType::f32;
};

class RMSNormalizationBody final : public detail::SampleAxesBody {
 public:
  explicit RMSNormalizationBody(RMSNormalizationOptions options) : SampleAxesBody(options.name, options.axis, "RMSNormalization"), epsilon_(options.epsilon) {
    detail::require_epsilon("RMSNormalization", epsilon_);
  }
  std::string kind() const override { return "RMSNormalization"; }
  Config options() const override { return Config::map().set("axis", detail::axes_list(axes_)).set("epsilon", epsilon_); }
  void build(std::span<const TensorType> in) override { scale_ = add_weight("scale", extents(in[0].shape), Ones{}, detail::compute_dtype(in[0].dtype)); }
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, scale_.type().dtype);
    if (extents(x.shape()) != scale_.shape()) {
      complain(ErrorKind::shape, "sizes differ: " + to_string(x.shape()) + " with scale " + to_string(scale_.shape()) + "; " +
                                     detail::built_for(*this, to_string(scale_.shape()), x));
    }
    return rms_norm(x, scale_.value(), axes_, epsilon_);
  }

 private:
  double epsilon_;
  Variable scale_;
};

class UnitNormalizationBody final : public detail::SimpleLayerBody {
 public:
  UnitNormalizationBody(Axes axes, UnitNormalizationOptions options) : SimpleLayerBody(std::move(options.name)), axes_(std::move(axes)) {
    if (axes_.empty()) fail(ErrorKind::invalid_argument, "UnitNormalization: axis must name at least one axis");
  }
  std::string kind() const override { return "UnitNormalization"; }
  Config options() const override { return Config::map().set("axis", detail::axes_config(axes_)); }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, detail::compute_dtype(input.dtype()));
    for (int axis : axes_) {
      if (axis < -x.rank() || axis >= x.rank()) complain(ErrorKind::shape, "axis " + std::to_string(axis) + " is no axis of the input " + to_string(x.shape()));
    }
    // Keras bounds the norm from below by 1e-12; its square is what the 16-bit types cannot hold.
    const double least = x.dtype() == DType::f16 ? 1e-7 : 1e-24;
    return x * rsqrt(maximum(sum(square(x), axes_, true), Tensor::full({}, least, x.dtype())));
  }

 private:
  Axes axes_;
};

}  // namespace

LayerNormalization::LayerNormalization(LayerNormalizationOptions options) : Layer(std::make_shared<LayerNormalizationBody>(std::move(options))) {}

Layer LayerNormalization::from_config(const Config& c) {
  return LayerNormalization({.axis = detail::axes_from(c, "axis", {-1}),
                             .epsilon = c.get("epsilon", 0.001),
                             .center = c.get("center", true),
                             .scale = c.get("scale", true),
                             .beta_initializer = detail::initializer_from(c, "beta_initializer", "zeros"),
                             .gamma_initializer = detail::initializer_from(c, "gamma_initializer", "ones"),
                             .beta_regularizer = detail::regularizer_from(c, "beta_regularizer"),
                             .gamma_regularizer = detail::regularizer_from(c, "gamma_regularizer"),
                             .beta_constraint = detail::constraint_from(c, "beta_constraint"),
                             .gamma_constraint = detail::constraint_from(c, "gamma_constraint"),
                             .rms_scaling = c.get("rms_scaling", false),
                             .name = detail::config_name(c)});
}

RMSNormalization::RMSNormalization(RMSNormalizationOptions options) : Layer(std::make_shared<RMSNormalizationBody>(std::move(options))) {}
Layer RMSNormalization::from_config(const Config& c) {
  return RMSNormalization({.axis = detail::axes_from(c, "axis", {-1}), .epsilon = c.get("epsilon", 1e-6), .name = detail::config_name(c)});
}

UnitNormalization::UnitNormalization(Axes axis, UnitNormalizationOptions options) : Layer(std::make_shared<UnitNormalizationBody>(std::move(axis), std::move(options))) {}
Layer UnitNormalization::from_config(const Config& c) { return UnitNormalization(detail::axes_from(c, "axis", {-1}), {.name = detail::config_name(c)}); }

}  // namespace candor
