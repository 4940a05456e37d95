#include "candor/nn/layers/activations.h"

#include "candor/nn/layers/from_config.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

Tensor as_floating(const Tensor& x) { return detail::to_dtype(x, detail::compute_dtype(x.dtype())); }

class ActivationBody final : public detail::SimpleLayerBody {
 public:
  ActivationBody(ActivationFunction function, ActivationOptions options) : SimpleLayerBody(options.name), function_(std::move(function)) {}
  std::string kind() const override { return "Activation"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("activation", detail::activation_config(function_));
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return function_(as_floating(x)); }

 private:
  ActivationFunction function_;
};

class ReLUBody final : public detail::SimpleLayerBody {
 public:
  explicit ReLUBody(ReLUOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    if (options_.max_value && !(*options_.max_value >= 0)) fail(ErrorKind::invalid_argument, "ReLU: max_value must not be negative");
    if (!(options_.negative_slope >= 0)) fail(ErrorKind::invalid_argument, "ReLU: negative_slope must not be negative");
    if (!(options_.threshold >= 0)) fail(ErrorKind::invalid_argument, "ReLU: threshold must not be negative");
  }
  std::string kind() const override { return "ReLU"; }
  Config options() const override {
    Config c = Config::map();
    c.set("max_value", options_.max_value ? Config(*options_.max_value) : Config());
    return c.set("negative_slope", options_.negative_slope).set("threshold", options_.threshold);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = as_floating(input);
    Tensor y;
    if (options_.threshold == 0) {
      y = options_.negative_slope == 0 ? relu(x) : leaky_relu(x, options_.negative_slope);
    } else {
      y = where(greater_equal(x, Tensor(options_.threshold)), x, (x - Tensor(options_.threshold)) * Tensor(options_.negative_slope));
    }
    return options_.max_value ? minimum(y, Tensor(*options_.max_value)) : y;
  }

 private:
  ReLUOptions options_;
};

class LeakyReLUBody final : public detail::SimpleLayerBody {
 public:
  LeakyReLUBody(double slope, LeakyReLUOptions options) : SimpleLayerBody(options.name), slope_(slope) {}
  std::string kind() const override { return "LeakyReLU"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("negative_slope", slope_);
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return leaky_relu(as_floating(x), slope_); }

 private:
  double slope_;
};

class ELUBody final : public detail::SimpleLayerBody {
 public:
  ELUBody(double alpha, ELUOptions options) : SimpleLayerBody(std::move(options.name)), alpha_(alpha) {}
  std::string kind() const override { return "ELU"; }
  Config options() const override { return Config::map().set("alpha", alpha_); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return elu(as_floating(x), alpha_); }

 private:
  double alpha_;
};

class PReLUBody final : public detail::SimpleLayerBody {
 public:
  explicit PReLUBody(PReLUOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    for (int axis : options_.shared_axes) detail::require_positive("PReLU", "shared_axes", axis);
  }
  std::string kind() const override { return "PReLU"; }
  Config options() const override {
    Config c = Config::map();
    c.set("alpha_initializer", options_.alpha_initializer.config()).set("alpha_regularizer", options_.alpha_regularizer.config());
    return c.set("alpha_constraint", options_.alpha_constraint.config()).set("shared_axes", options_.shared_axes.empty() ? Config() : detail::axes_list(options_.shared_axes));
  }
  void build(std::span<const TensorType> in) override {
    alpha_ = add_weight("alpha", alpha_shape(in[0].shape), options_.alpha_initializer, detail::compute_dtype(in[0].dtype), true, options_.alpha_regularizer, options_.alpha_constraint);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, alpha_.type().dtype);
    if (alpha_shape(x.shape()) != alpha_.shape()) {
      complain(ErrorKind::shape, "was built for an alpha of " + to_string(alpha_.shape()) + "; the input " + to_string(x.shape()) + " needs " + to_string(alpha_shape(x.shape())));
    }
    return relu(x) - alpha_.value() * relu(-x);
  }

 private:
  Shape alpha_shape(const Shape& x) const {
    Shape shape = x.without(0);
    for (int axis : options_.shared_axes) {
      if (axis >= x.rank()) complain(ErrorKind::shape, "shared axis " + std::to_string(axis) + " is no axis of the input " + to_string(x));
      shape.set(axis - 1, 1);
    }
    return shape;
  }
  PReLUOptions options_;
  Variable alpha_;
};

class SoftmaxBody final : public detail::SimpleLayerBody {
 public:
  SoftmaxBody(std::vector<int> axes, SoftmaxOptions options) : SimpleLayerBody(std::move(options.name)), axes_(std::move(axes)) {
    if (axes_.empty()) fail(ErrorKind::invalid_argument, "Softmax: axis must name at least one axis");
  }
  std::string kind() const override { return "Softmax"; }
  Config options() const override { return Config::map().set("axis", detail::axes_config(axes_)); }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    Tensor x = as_floating(input), mask = input.mask();
    for (int axis : axes_) {
      if (axis < -x.rank() || axis >= x.rank()) complain(ErrorKind::shape, "axis " + std::to_string(axis) + " is no axis of the input " + to_string(x.shape()));
    }
    if (mask.defined()) {
      while (mask.rank() < x.rank()) mask = expand_dims(mask, mask.rank());
      x = where(mask, x, Tensor::full({}, x.dtype() == DType::f16 ? -3e4 : -1e9, x.dtype()));
    }
    const Tensor y = axes_.size() == 1 ? softmax(x, axes_[0]) : exp(x - logsumexp(x, axes_, true));
    return mask.defined() ? where(mask, y, Tensor::zeros({}, y.dtype())) : y;
  }

 private:
  std::vector<int> axes_;
};

}  // namespace

Activation::Activation(ActivationFunction activation, ActivationOptions options)
    : Layer(std::make_shared<ActivationBody>(std::move(activation), std::move(options))) {}
Layer Activation::from_config(const Config& c) {
  c.at("activation");
  return Activation(detail::activation_from(c), {.name = detail::config_name(c)});
}

ReLU::ReLU(ReLUOptions options) : Layer(std::make_shared<ReLUBody>(std::move(options))) {}
Layer ReLU::from_config(const Config& c) {
  ReLUOptions o{.max_value = {}, .negative_slope = c.get("negative_slope", 0.0), .threshold = c.get("threshold", 0.0), .name = detail::config_name(c)};
  if (const Config* max = c.find("max_value"); max && !max->is_null()) o.max_value = max->number();
  return ReLU(std::move(o));
}

LeakyReLU::LeakyReLU(double negative_slope, LeakyReLUOptions options)
    : Layer(std::make_shared<LeakyReLUBody>(negative_slope, std::move(options))) {}
Layer LeakyReLU::from_config(const Config& c) {
  return LeakyReLU(c.find("alpha") ? c.get("alpha", 0.3) : c.get("negative_slope", 0.3), {.name = detail::config_name(c)});
}

ELU::ELU(double alpha, ELUOptions options) : Layer(std::make_shared<ELUBody>(alpha, std::move(options))) {}
Layer ELU::from_config(const Config& c) { return ELU(c.get("alpha", 1.0), {.name = detail::config_name(c)}); }

PReLU::PReLU(PReLUOptions options) : Layer(std::make_shared<PReLUBody>(std::move(options))) {}
Layer PReLU::from_config(const Config& c) {
  return PReLU({.alpha_initializer = detail::initializer_from(c, "alpha_initializer", "zeros"),
                .alpha_regularizer = detail::regularizer_from(c, "alpha_regularizer"),
                .alpha_constraint = detail::constraint_from(c, "alpha_constraint"),
                .shared_axes = detail::axes_from(c, "shared_axes", {}),
                .name = detail::config_name(c)});
}

Softmax::Softmax(int axis, SoftmaxOptions options) : Softmax(std::vector<int>{axis}, std::move(options)) {}
Softmax::Softmax(std::vector<int> axes, SoftmaxOptions options) : Layer(std::make_shared<SoftmaxBody>(std::move(axes), std::move(options))) {}
Layer Softmax::from_config(const Config& c) { return Softmax(detail::axes_from(c, "axis", {-1}), {.name = detail::config_name(c)}); }

}  // namespace candor
