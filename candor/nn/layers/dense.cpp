#include "candor/nn/layers/dense.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

class DenseBody final : public detail::SimpleLayerBody {
 public:
  DenseBody(std::int64_t units, DenseOptions options) : SimpleLayerBody(options.name), units_(units), options_(std::move(options)) {
    detail::require_positive("Dense", "units", units_);
  }
  std::string kind() const override { return "Dense"; }

  Config options() const override {
    Config c = Config::map();
    c.set("units", units_).set("activation", detail::activation_config(options_.activation)).set("use_bias", options_.use_bias);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 2) complain(ErrorKind::shape, "takes [batch, ..., inputs]; the input is " + to_string(in[0].shape));
    const DType dtype = detail::compute_dtype(in[0].dtype);
    kernel = add_weight("kernel", {in[0].shape[-1], units_}, options_.kernel_initializer, dtype, true, options_.kernel_regularizer);
    if (options_.use_bias) bias = add_weight("bias", {units_}, options_.bias_initializer, dtype, true, options_.bias_regularizer);
  }

  Variable kernel, bias;

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    const std::int64_t in = kernel.shape()[0];
    if (x.rank() < 2 || x.shape(-1) != in) {
      const std::string sizes = x.rank() < 2 ? "" : " (" + std::to_string(x.shape(-1)) + " vs " + std::to_string(in) + ")";
      complain(ErrorKind::shape, "inner sizes differ: " + to_string(x.shape()) + " x " + to_string(kernel.shape()) + sizes + "; " +
                                     detail::built_for(*this, std::to_string(in) + " inputs", x));
    }
    // One product of matrices, whatever the rank.
    const Shape out_shape = x.shape().with(-1, units_);
    Tensor y = matmul(x.rank() == 2 ? x : reshape(x, std::vector<std::int64_t>{-1, in}), kernel.value());
    if (bias.defined()) y = y + bias.value();
    if (x.rank() > 2) y = reshape(y, out_shape);
    return options_.activation(y);
  }

 private:
  std::int64_t units_;
  DenseOptions options_;
};

}  // namespace

Dense::Dense(std::int64_t units, DenseOptions options) : Layer(std::make_shared<DenseBody>(units, std::move(options))) {}
Variable Dense::kernel() const { return static_cast<const DenseBody&>(body()).kernel; }
Variable Dense::bias() const { return static_cast<const DenseBody&>(body()).bias; }

Layer Dense::from_config(const Config& c) {
  return Dense(c.at("units").integer(), {.activation = c.get("activation", "linear"),
                                         .use_bias = c.get("use_bias", true),
                                         .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                                         .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                                         .kernel_regularizer = Regularizer::from_config(c.find("kernel_regularizer")),
                                         .bias_regularizer = Regularizer::from_config(c.find("bias_regularizer")),
                                         .name = detail::config_name(c)});
}

}  // namespace candor
