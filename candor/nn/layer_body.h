// What stands behind a Layer handle: the base class of all layers. Public for those who write layers of their own.
#pragma once

#include "candor/base/error.h"
#include "candor/base/function.h"
#include "candor/nn/dtype_policy.h"
#include "candor/nn/layer.h"

namespace candor::detail {

class LayerBody {
 public:
  explicit LayerBody(std::string name) : name_(std::move(name)), named_by_user_(!name_.empty()) {}
  virtual ~LayerBody() = default;
  LayerBody(const LayerBody&) = delete;
  LayerBody& operator=(const LayerBody&) = delete;

  /// The class name: "Dense".
  virtual std::string kind() const = 0;
  /// Where Keras keeps the class.
  virtual std::string module() const { return "keras.layers"; }
  /// The options in Keras's words, without the name.
  virtual Config options() const { return Config::map(); }
  /// Makes the weights (add_weight) for inputs of these types. Called once, before the first apply.
  virtual void build(std::span<const TensorType> inputs) { (void)inputs; }
  /// The arithmetic. The layer is built.
  virtual std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) = 0;
  /// Names of the arguments that a call may have beside the inputs, Keras's ("initial_state"); see argument() and option().
  virtual std::vector<std::string> call_arguments() const { return {}; }
  /// Masks of the outputs, undefined for none. By default the first input's mask, where it fits, as in Keras 3.
  virtual std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs);
  /// Layers inside, for a model; named_variables and freezing go through them.
  virtual std::vector<Layer> children() const { return {}; }
  /// Weights of its own, in Keras's order, with short names.
  const std::vector<NamedVariable>& own_weights() const { return weights_; }
  virtual Tensor regularization_loss() const;
  /// What it carries from one call to the next beside its weights: states of stateful recurrent layers. A resume point keeps them.
  virtual std::vector<Variable> carried_state() const { return {}; }
  /// False for models: their layers have policies of their own.
  virtual bool uses_dtype_policy() const { return true; }
  /// Under a mixed policy, whether it computes in f32 and only its outputs are in 16 bits.
  virtual bool computes_in_f32() const { return prefers_f32(kind()) || !children().empty(); }

  /// Builds when needed, opens the Scope, checks and applies.
  std::vector<Tensor> call(std::span<const Tensor> xs, const CallOptions& options);
  void build_once(std::span<const TensorType> inputs);
  bool built() const { return built_; }
  const std::vector<TensorType>& built_for() const { return built_for_; }

  const std::string& name() const { return name_; }
  bool named_by_user() const { return named_by_user_; }
  /// The name that a model gives; does nothing to a name the user gave.
  void set_name(std::string name);
  void rename(std::string name);
  /// Keras's snake case of the class: "max_pooling2d".
  std::string default_name() const;
  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable);
  const Regularizer& activity_regularizer() const { return activity_regularizer_; }
  void set_activity_regularizer(const Regularizer& regularizer) { activity_regularizer_ = regularizer; }
  const DTypePolicy& dtype_policy() const { return policy_; }
  void set_dtype_policy(const DTypePolicy& policy);
  bool checkpoint() const { return checkpoint_; }
  void set_checkpoint(bool checkpoint) { checkpoint_ = checkpoint; }

 protected:
  /// Creates a weight of the layer's dtype. The stream of random numbers is the layer's next.
  Variable add_weight(const std::string& name, const Shape& shape, const Initializer& initializer, DType dtype, bool train = true,
                      const Regularizer& regularizer = {}, const Constraint& constraint = {});
  /// Makes a variable that someone else created a weight of this layer.
  void adopt_weight(const std::string& name, const Variable& variable);
  /// The weight no longer trains, whatever set_trainable says: a kernel that LoRA adapts.
  void freeze_weight(const Variable& weight);
  /// Throws Error (kind) that starts with the layer's name and ends with the path.
  [[noreturn]] void complain(ErrorKind kind, const std::string& what) const;
  /// The running call's arguments of this name, in order; empty when not given. Within apply and compute_masks only.
  std::vector<Tensor> arguments(std::string_view name) const;
  /// The one of this name; undefined when not given.
  Tensor argument(std::string_view name) const;
  bool option(std::string_view name, bool fallback) const;
  /// Any other; null when not given.
  const Config* option(std::string_view name) const;
  /// The only input. Throws Error (shape) when there are several.
  const Tensor& only(std::span<const Tensor> xs) const;

 private:
  void check_arguments(const CallOptions& options) const;
  std::vector<Tensor> call_by_policy(std::span<const Tensor> xs, const CallOptions& options);

  std::string name_;
  bool named_by_user_, built_ = false, trainable_ = true;
  std::vector<TensorType> built_for_;
  std::vector<NamedVariable> weights_;
  std::vector<bool> weight_trains_;
  std::vector<std::pair<Variable, Regularizer>> penalties_;
  Regularizer activity_regularizer_;
  DTypePolicy policy_ = candor::dtype_policy();
  bool checkpoint_ = false;
};

/// A layer with one input and one output.
class SimpleLayerBody : public LayerBody {
 public:
  using LayerBody::LayerBody;
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) final { return {apply_one(only(xs), mode)}; }

 protected:
  virtual Tensor apply_one(const Tensor& x, Mode mode) = 0;
};

/// Name and kind of the layer that feeds the one called now, for its error messages; set by models.
class PreviousLayer {
 public:
  explicit PreviousLayer(const std::string* name);
  ~PreviousLayer();
  PreviousLayer(const PreviousLayer&) = delete;
  PreviousLayer& operator=(const PreviousLayer&) = delete;
  static const std::string* name();

 private:
  const std::string* before_;
};

/// Sees the outputs of every layer called while it lives, on this thread: summary and the search for the first non-finite layer.
class LayerObserver {
 public:
  using Callback = Function<void(const LayerBody& layer, const std::string& path, std::span<const Tensor> outputs)>;
  explicit LayerObserver(Callback callback);
  ~LayerObserver();
  LayerObserver(const LayerObserver&) = delete;
  LayerObserver& operator=(const LayerObserver&) = delete;
  static void report(const LayerBody& layer, std::span<const Tensor> outputs);

 private:
  Callback callback_;
  LayerObserver* before_;
};

/// A placeholder's origin: an input (layer undefined), or a layer applied to placeholders.
struct SymbolNode {
  Layer layer;
  std::vector<Symbol> inputs;
  std::vector<std::string> roles;   ///< of each input: the argument's name, empty for the inputs proper, which come first
  Config options;                   ///< further arguments of the call
  std::vector<TensorType> outputs;  ///< of one sample
  std::string name;                 ///< of an input; may be empty until the model names it
  std::vector<int> free_axes;       ///< of an input: see InputOptions
};

/// Weights take the dtype of a floating input; others are computed in f32.
DType compute_dtype(DType input);
/// x in the floating dtype that the layer computes in; x itself when it has it.
Tensor to_dtype(const Tensor& x, DType dtype);
/// Types of what f gives for these inputs, by tracing it.
std::vector<TensorType> infer_types(const TensorFunction& f, std::span<const TensorType> inputs);

/// Calls the layer with values of which each has a role: an input when it is empty, a mask ("mask", one for each
/// input in order), else the argument of that name.
std::vector<Tensor> call_with_roles(const Layer& layer, std::span<const Tensor> values, const std::vector<std::string>& roles, const Config& options, Mode mode);

/// {"name": ..., other options}; what every layer's config holds.
std::string config_name(const Config& options);
/// The option `dtype`: a name, or Keras's {"class_name": "DTypePolicy", "config": {"name": "float32"}}; f32 when missing.
DType config_dtype(const Config& options);
/// Keras's name of a dtype: "float32", "bfloat16", "int32", "bool".
std::string keras_dtype(DType dtype);

}  // namespace candor::detail
