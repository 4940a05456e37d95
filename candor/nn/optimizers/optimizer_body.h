// The base class of optimizers, for those who write one. An update rule for one weight at a time derives from UpdateRule (update_rule.h).
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor::detail {

using Tensors = std::vector<Tensor>;

/// Everything that a step reads and writes, as tensors.
struct StepValues {
  Tensors weights, state;  ///< state in the order of OptimizerBody::state()
};

class OptimizerBody {
 public:
  using State = std::vector<std::pair<std::string, Variable>>;

  OptimizerBody(std::string kind, std::string name);
  virtual ~OptimizerBody() = default;
  OptimizerBody(const OptimizerBody&) = delete;
  OptimizerBody& operator=(const OptimizerBody&) = delete;

  void apply(std::span<const Tensor> gradients, std::span<const Variable> variables, const Function<Tensor()>& loss);
  void build(std::span<const Variable> variables);
  void reset();
  Config config() const;

  const std::string& kind() const { return kind_; }
  const std::string& name() const { return name_; }
  const std::vector<Variable>& weights() const { return weights_; }
  bool built() const { return !weights_.empty(); }
  const State& state() const { return state_; }

  virtual double learning_rate() const = 0;
  virtual void set_learning_rate(double rate) = 0;
  virtual bool has_schedule() const = 0;
  virtual std::int64_t iterations() const = 0;
  virtual std::int64_t calls() const = 0;
  virtual Tensor scale_loss(const Tensor& loss) const { return loss; }
  virtual void exclude_from_weight_decay(const std::vector<std::string>& names, std::span<const Variable> variables) = 0;
  virtual void scale_learning_rate(const std::string& pattern, double factor) = 0;
  virtual void finalize() = 0;
  virtual void swap_averages() = 0;
  virtual void set_loss_scale_factor(std::optional<double> factor) = 0;

  /// The values after a step. `gradients` has one for each of weights(), undefined for those that are left alone. Pure: made of ops on its
  /// arguments, so that it can stand on one side of a cond.
  virtual StepValues step(const Tensors& gradients, StepValues now) = 0;
  /// Gradients to use in place of these; SAM computes them elsewhere.
  virtual Tensors refine(Tensors gradients, const Function<Tensor()>& loss) {
    (void)loss;
    return gradients;
  }
  /// Values of weights and state now.
  StepValues values() const;

 protected:
  /// Variables that exist before the weights are known.
  virtual void make_counters() = 0;
  /// Adds the state that goes with weights().
  virtual void make_state() = 0;
  /// What stands under "config".
  virtual Config options() const = 0;

  /// Adds a variable under a name, or name_1, ... when that is taken; gives its index in state().
  std::size_t add_state(const std::string& name, const Tensor& initial);
  /// The same for a variable of another optimizer.
  void share_state(const std::string& name, const Variable& variable);
  void clear_state() { state_.clear(); }
  [[noreturn]] void complain(const std::string& what) const;

 private:
  std::string free_name(const std::string& wanted) const;
  std::string kind_, name_;
  std::vector<Variable> weights_;
  State state_;
};

/// Keras's snake case of a class: "RMSprop" is "rm_sprop", "AdamW" "adam_w".
std::string snake_case(const std::string& kind);
/// Error (invalid_argument) unless 0 <= value < 1 (or <= 1 when `closed`).
void require_share(const std::string& optimizer, const char* option, double value, bool closed = false);
/// Error (invalid_argument) unless the value is finite and not negative.
void require_not_negative(const std::string& optimizer, const char* option, double value);

}  // namespace candor::detail
