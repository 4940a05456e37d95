#include "candor/nn/layers/bilinear.h"

#include "candor/nn/layers/from_config.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

class BilinearBody final : public detail::LayerBody {
 public:
  BilinearBody(std::int64_t units, BilinearOptions options) : LayerBody(options.name), units_(units), options_(std::move(options)) { detail::require_positive("Bilinear", "units", units); }
  std::string kind() const override { return "Bilinear"; }
  Config options() const override {
    Config c = Config::map();
    c.set("units", units_).set("activation", detail::activation_config(options_.activation)).set("use_bias", options_.use_bias);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    return c.set("kernel_constraint", options_.kernel_constraint.config()).set("bias_constraint", options_.bias_constraint.config());
  }
  void build(std::span<const TensorType> in) override {
    if (in.size() != 2) complain(ErrorKind::shape, "takes two inputs, " + std::to_string(in.size()) + " were given");
    const DType dtype = detail::compute_dtype(in[0].dtype);
    kernel_ = add_weight("kernel", {in[0].shape[-1], in[1].shape[-1], units_}, options_.kernel_initializer, dtype, true, options_.kernel_regularizer, options_.kernel_constraint);
    if (options_.use_bias) bias_ = add_weight("bias", {units_}, options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
  }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    if (xs.size() != 2) complain(ErrorKind::shape, "takes two inputs, " + std::to_string(xs.size()) + " were given");
    const Tensor a = detail::to_dtype(xs[0], kernel_.type().dtype), b = detail::to_dtype(xs[1], kernel_.type().dtype);
    if (a.rank() < 2 || a.rank() != b.rank() || !(a.shape().with(-1, 1) == b.shape().with(-1, 1))) {
      complain(ErrorKind::shape, "inputs must agree but for their last axis: " + to_string(a.shape()) + " and " + to_string(b.shape()));
    }
    for (int i = 0; i < 2; ++i) {
      const Tensor& x = i == 0 ? a : b;
      if (x.shape(-1) != kernel_.shape()[i]) complain(ErrorKind::shape, "input " + std::to_string(i + 1) + " of " + to_string(x.shape()) + " has not the " + std::to_string(kernel_.shape()[i]) + " features that the layer was built for");
    }
    Tensor y = einsum("...i,ijo,...j->...o", {a, kernel_.value(), b});
    if (bias_.defined()) y = y + bias_.value();
    return {options_.activation(y)};
  }

 private:
  std::int64_t units_;
  BilinearOptions options_;
  Variable kernel_, bias_;
};

}  // namespace

Bilinear::Bilinear(std::int64_t units, BilinearOptions options) : Layer(std::make_shared<BilinearBody>(units, std::move(options))) {}
Layer Bilinear::from_config(const Config& c) {
  return Bilinear(c.at("units").integer(), {.activation = detail::activation_from(c),
                                            .use_bias = c.get("use_bias", true),
                                            .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                                            .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                                            .kernel_regularizer = detail::regularizer_from(c, "kernel_regularizer"),
                                            .bias_regularizer = detail::regularizer_from(c, "bias_regularizer"),
                                            .kernel_constraint = detail::constraint_from(c, "kernel_constraint"),
                                            .bias_constraint = detail::constraint_from(c, "bias_constraint"),
                                            .name = detail::config_name(c)});
}

}  // namespace candor
