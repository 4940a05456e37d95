#include "candor/nn/layers/activations.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"

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

class SoftmaxBody final : public detail::SimpleLayerBody {
 public:
  SoftmaxBody(int axis, SoftmaxOptions options) : SimpleLayerBody(options.name), axis_(axis) {}
  std::string kind() const override { return "Softmax"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("axis", axis_);
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return softmax(as_floating(x), axis_); }

 private:
  int axis_;
};

}  // namespace

Activation::Activation(ActivationFunction activation, ActivationOptions options)
    : Layer(std::make_shared<ActivationBody>(std::move(activation), std::move(options))) {}
Layer Activation::from_config(const Config& c) { return Activation(c.at("activation").text(), {.name = detail::config_name(c)}); }

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

Softmax::Softmax(int axis, SoftmaxOptions options) : Layer(std::make_shared<SoftmaxBody>(axis, std::move(options))) {}
Layer Softmax::from_config(const Config& c) { return Softmax(static_cast<int>(c.get("axis", -1)), {.name = detail::config_name(c)}); }

}  // namespace candor
