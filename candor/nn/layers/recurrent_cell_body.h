// What stands behind a cell. Internal to the recurrent layers.
#pragma once

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/recurrent_cells.h"

namespace candor::detail {

class CellBody : public LayerBody {
 public:
  using LayerBody::LayerBody;
  using Tensors = std::vector<Tensor>;
  using Values = std::span<const Tensor>;

  /// What is drawn once for all steps of a call: dropout's factors, undefined where nothing is dropped. `x` is the shape of a step.
  virtual Tensors draw(const Shape& x, DType dtype, Mode mode) const = 0;
  /// The part of a step that does not depend on the state, of one step [batch, ...] or of all [batch, time, ...].
  virtual Tensor project(const Tensor& x, Values drawn, bool sequence) const = 0;
  /// Shapes of the states of one sample, for a projected step of this shape.
  virtual std::vector<Shape> state_shapes(const Shape& projected) const = 0;
  /// Output and new states.
  virtual std::pair<Tensor, Tensors> step(const Tensor& projected, Values states, Values drawn) const = 0;
  /// The states after each step, [batch, time, units], when one op can do it all; the first is the output. Empty otherwise.
  virtual Tensors sequence(const Tensor& projected, Values states, Values drawn, const Tensor& mask, bool reverse) const {
    (void)projected, (void)states, (void)drawn, (void)mask, (void)reverse;
    return {};
  }
  /// The dtype that inputs and states are converted to.
  virtual DType dtype() const = 0;

  Tensors apply(std::span<const Tensor> xs, Mode mode) final;
  std::vector<std::string> call_arguments() const override { return {"states"}; }
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }
};

/// The cell behind a layer. Throws Error (invalid_argument), naming `user`, when it is none.
CellBody& cell_of(const Layer& layer, const std::string& user);

/// Given states, or zeros when `given` is empty, converted and checked against [batch, *shapes]; `complain` takes what is wrong.
std::vector<Tensor> states_or_zeros(const std::vector<Tensor>& given, std::int64_t batch, const std::vector<Shape>& shapes, DType dtype,
                                    const Function<void(const std::string&)>& complain);

/// The options that cells of one kind or another have.
struct CellSettings {
  std::int64_t units = 0;
  ActivationFunction activation = "tanh", recurrent_activation = "sigmoid";
  bool use_bias = true, unit_forget_bias = true, reset_after = true;
  Initializer kernel_initializer = "glorot_uniform", recurrent_initializer = "orthogonal", bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, recurrent_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, recurrent_constraint = {}, bias_constraint = {};
  double dropout = 0, recurrent_dropout = 0;
  Seed seed = {};
  std::string name = {};
};

/// From the options of a cell or of a layer that has one inside.
template <class Options>
CellSettings cell_settings(std::int64_t units, const Options& o, std::string name) {
  CellSettings s;
  s.units = units;
  s.activation = o.activation, s.use_bias = o.use_bias;
  if constexpr (requires { o.recurrent_activation; }) s.recurrent_activation = o.recurrent_activation;
  if constexpr (requires { o.unit_forget_bias; }) s.unit_forget_bias = o.unit_forget_bias;
  if constexpr (requires { o.reset_after; }) s.reset_after = o.reset_after;
  s.kernel_initializer = o.kernel_initializer, s.recurrent_initializer = o.recurrent_initializer, s.bias_initializer = o.bias_initializer;
  s.kernel_regularizer = o.kernel_regularizer, s.recurrent_regularizer = o.recurrent_regularizer, s.bias_regularizer = o.bias_regularizer;
  s.kernel_constraint = o.kernel_constraint, s.recurrent_constraint = o.recurrent_constraint, s.bias_constraint = o.bias_constraint;
  s.dropout = o.dropout, s.recurrent_dropout = o.recurrent_dropout, s.seed = o.seed;
  s.name = std::move(name);
  return s;
}
/// Sets the options that a cell's configuration holds; Keras 2's are understood too.
template <class Options>
void read_cell_options(const Config& c, Options& o) {
  o.activation = c.get("activation", "tanh"), o.use_bias = c.get("use_bias", true);
  if constexpr (requires { o.recurrent_activation; }) o.recurrent_activation = c.get("recurrent_activation", "sigmoid");
  if constexpr (requires { o.unit_forget_bias; }) o.unit_forget_bias = c.get("unit_forget_bias", true);
  // Files of old have no such key and mean the form without.
  if constexpr (requires { o.reset_after; }) o.reset_after = c.get("reset_after", false);
  o.kernel_initializer = initializer_from(c, "kernel_initializer", "glorot_uniform");
  o.recurrent_initializer = initializer_from(c, "recurrent_initializer", "orthogonal");
  o.bias_initializer = initializer_from(c, "bias_initializer", "zeros");
  o.kernel_regularizer = Regularizer::from_config(c.find("kernel_regularizer"));
  o.recurrent_regularizer = Regularizer::from_config(c.find("recurrent_regularizer"));
  o.bias_regularizer = Regularizer::from_config(c.find("bias_regularizer"));
  o.kernel_constraint = Constraint::from_config(c.find("kernel_constraint"));
  o.recurrent_constraint = Constraint::from_config(c.find("recurrent_constraint"));
  o.bias_constraint = Constraint::from_config(c.find("bias_constraint"));
  o.dropout = c.get("dropout", 0.0), o.recurrent_dropout = c.get("recurrent_dropout", 0.0);
  if (const Config* seed = c.find("seed"); seed && seed->is_integer()) o.seed = static_cast<std::uint64_t>(seed->integer());
  o.name = config_name(c);
}

/// Weights and options that the cells share: W, U and b of `gates` parts, and dropout.
class GatedCell : public CellBody {
 public:
  GatedCell(const char* kind, std::int64_t gates, CellSettings settings);
  std::string kind() const override { return kind_; }
  DType dtype() const override { return kernel.type().dtype; }
  Tensors draw(const Shape& x, DType dtype, Mode mode) const override;

  Variable kernel, recurrent_kernel, bias;  ///< bias undefined without use_bias

 protected:
  /// Adds Keras's description of the options that all have; the subclass adds its own.
  void describe(Config& c) const;
  void add_weights(const Shape& kernel_shape, const Shape& recurrent_shape, const Shape& bias_shape, const Initializer& bias_initializer, DType dtype);
  /// x with dropout's factors.
  static Tensor dropped(const Tensor& x, const Tensor& factors, bool sequence);
  /// The state as the recurrent kernel meets it.
  static Tensor dropped(const Tensor& state, const Tensor& factors) { return dropped(state, factors, false); }
  bool usual_activations() const { return settings_.activation.name() == "tanh" && settings_.recurrent_activation.name() == "sigmoid"; }

  CellSettings settings_;
  std::int64_t gates_;
  std::string kind_;
};

}  // namespace candor::detail
