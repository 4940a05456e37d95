#include "candor/nn/layers/dense.h"

#include "candor/nn/layers/from_config.h"
#include "candor/nn/layers/kernel_holder.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

class DenseBody final : public detail::SimpleLayerBody, public detail::KernelHolder, public detail::LoraHolder {
 public:
  DenseBody(std::int64_t units, DenseOptions options) : SimpleLayerBody(options.name), units_(units), options_(std::move(options)) {
    detail::require_positive("Dense", "units", units_);
    detail::require_lora_rank("Dense", options_.lora_rank, options_.kernel_constraint);
    lora.rank = options_.lora_rank.value_or(0);
    lora.alpha = options_.lora_alpha.value_or(static_cast<double>(lora.rank));
    set_activity_regularizer(options_.activity_regularizer);
  }
  std::string kind() const override { return "Dense"; }

  Config options() const override {
    Config c = Config::map();
    c.set("units", units_).set("activation", detail::activation_config(options_.activation)).set("use_bias", options_.use_bias);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    c.set("kernel_constraint", options_.kernel_constraint.config()).set("bias_constraint", options_.bias_constraint.config());
    c.set("quantization_config", {});
    lora.config(c);
    return c;
  }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 2) complain(ErrorKind::shape, "takes [batch, ..., inputs]; the input is " + to_string(in[0].shape));
    if (in[0].shape[-1] < 1) complain(ErrorKind::shape, "the input " + to_string(in[0].shape) + " has no features along its last axis");
    const DType dtype = detail::compute_dtype(in[0].dtype);
    kernel = add_weight("kernel", {in[0].shape[-1], units_}, options_.kernel_initializer, dtype, true, options_.kernel_regularizer, options_.kernel_constraint);
    if (options_.use_bias) bias = add_weight("bias", {units_}, options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
    if (options_.lora_rank) add_lora(lora.rank, {.lora_alpha = lora.alpha});
  }

  void enable_lora(std::int64_t rank, const LoraOptions& o) override {
    if (!built()) complain(ErrorKind::invalid_argument, "LoRA needs the kernel: build the layer first");
    add_lora(rank, o);
  }

  Variable bias;

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
    Tensor y = matmul(x.rank() == 2 ? x : reshape(x, Shape{x.size() / in, in}), lora.added_to(kernel_value()));
    if (bias.defined()) y = y + bias.value();
    if (x.rank() == 2) return options_.activation(y);
    // What goes by elements is done to the rows, where it becomes a part of the product.
    const std::string& name = options_.activation.name();
    if (name == "relu" || name == "gelu" || name == "gelu_tanh" || name == "tanh" || name == "sigmoid") return reshape(options_.activation(y), out_shape);
    return options_.activation(reshape(y, out_shape));
  }

 private:
  void add_lora(std::int64_t rank, const LoraOptions& o) {
    detail::require_positive("Dense", "lora_rank", rank);
    if (lora.enabled()) complain(ErrorKind::invalid_argument, "has LoRA already");
    if (options_.kernel_constraint.defined()) complain(ErrorKind::invalid_argument, "LoRA and a kernel_constraint exclude each other");
    const DType dtype = kernel.type().dtype == DType::f64 ? DType::f64 : DType::f32;
    lora.rank = rank;
    lora.alpha = o.lora_alpha.value_or(static_cast<double>(rank));
    lora.a = add_weight("lora_kernel_a", {kernel.shape()[0], rank}, o.a_initializer, dtype, true, options_.kernel_regularizer);
    lora.b = add_weight("lora_kernel_b", {rank, units_}, o.b_initializer, dtype, true, options_.kernel_regularizer);
    freeze_weight(kernel);
  }

  std::int64_t units_;
  DenseOptions options_;
};

}  // namespace

Dense::Dense(std::int64_t units, DenseOptions options) : Layer(std::make_shared<DenseBody>(units, std::move(options))) {}
Variable Dense::kernel() const { return static_cast<const DenseBody&>(body()).kernel; }
Variable Dense::bias() const { return static_cast<const DenseBody&>(body()).bias; }
void Dense::enable_lora(std::int64_t rank, LoraOptions options) const { static_cast<DenseBody&>(body()).enable_lora(rank, options); }

Layer Dense::from_config(const Config& c) {
  detail::refuse_quantization("Dense", c);
  return Dense(c.at("units").integer(), {.activation = detail::activation_from(c),
                                         .use_bias = c.get("use_bias", true),
                                         .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                                         .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                                         .kernel_regularizer = detail::regularizer_from(c, "kernel_regularizer"),
                                         .bias_regularizer = detail::regularizer_from(c, "bias_regularizer"),
                                         .activity_regularizer = detail::regularizer_from(c, "activity_regularizer"),
                                         .kernel_constraint = detail::constraint_from(c, "kernel_constraint"),
                                         .bias_constraint = detail::constraint_from(c, "bias_constraint"),
                                         .lora_rank = detail::integer_from(c, "lora_rank"),
                                         .lora_alpha = detail::number_from(c, "lora_alpha"),
                                         .name = detail::config_name(c)});
}

}  // namespace candor
