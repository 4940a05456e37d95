// The base class of optimizers that follow one rule a weight: it does what Keras's base class does (schedule, clipping, decay, averages,
// accumulation, loss scale, constraints), so that a rule is its states and one formula.
#pragma once

#include "candor/nn/optimizers/optimizer_body.h"

namespace candor::detail {

/// One state of a weight, or of the whole optimizer.
struct StateSpec {
  std::string name;  ///< "momentum"
  Tensor initial;    ///< undefined: zeros like the weight
  int block = 0;     ///< all weights' states of block 0 come first, then those of block 1: Keras's order of variables
};

/// What is the same for all weights that are updated together.
struct UpdateStep {
  Tensor rate, step;        ///< f64 scalars: the rate, already times `multiplier`, and the number of this update, from 1
  double weight_decay = 0;  ///< decoupled
  double multiplier = 1;    ///< of scale_learning_rate
  Tensors shared;           ///< states of the whole optimizer
};

/// A number, and an f64 scalar, in the dtype of `like`.
Tensor scalar(double value, const Tensor& like);
Tensor scalar(const Tensor& value, const Tensor& like);
/// An f64 scalar.
Tensor scalar(double value);

class UpdateRule : public OptimizerBody {
 public:
  /// Throws Error (invalid_argument) for a rate that is negative or not finite, two kinds of clipping, an average without momentum in [0, 1],
  /// accumulation over less than two steps, a loss scale that is not positive.
  UpdateRule(std::string kind, const LearningRate& rate, OptimizerOptions common);

  double learning_rate() const override;
  void set_learning_rate(double rate) override;
  bool has_schedule() const override { return schedule_.defined(); }
  std::int64_t iterations() const override;
  std::int64_t calls() const override;
  Tensor scale_loss(const Tensor& loss) const override;
  void exclude_from_weight_decay(const std::vector<std::string>& names, std::span<const Variable> variables) override;
  void scale_learning_rate(const std::string& pattern, double factor) override;
  void finalize() override;
  void swap_averages() override;
  void set_loss_scale_factor(std::optional<double> factor) override { common_.loss_scale_factor = factor; }
  StepValues step(const Tensors& gradients, StepValues now) override;

 protected:
  virtual std::vector<StateSpec> states_of(const Variable& weight) const = 0;
  virtual std::vector<StateSpec> shared_states() const { return {}; }
  /// New values of the shared states, once a step.
  virtual void begin(Tensors& shared, const Tensor& step) const { (void)shared, (void)step; }
  /// The new weight; changes its states. Weight decay has been done.
  virtual Tensor update(const Tensor& weight, const Tensor& gradient, Tensors& states, const UpdateStep& at) const = 0;
  /// The same for weights of one dtype, rate and decay; by default one after the other. For ops that take them all, decay included.
  virtual void update_group(Tensors& weights, const Tensors& gradients, std::vector<Tensors>& states, const UpdateStep& at) const;
  virtual double decay_of(const Variable& weight) const;
  /// The options beyond the common ones, in Keras's order.
  virtual void describe(Config& config) const = 0;

  void make_counters() override;
  void make_state() override;
  Config options() const override;
  const OptimizerOptions& common() const { return common_; }

 private:
  struct Slot {
    std::vector<std::size_t> at;  ///< of its states in state()
    double decay = 0, multiplier = 1;
  };
  void require_unbuilt(const char* what) const;
  bool decays(const Variable& weight) const;
  /// A state of that weight's shape and dtype that begins with zeros.
  std::size_t add_zeros(const std::string& name, const Variable& like);
  void update_all(const Tensors& gradients, StepValues& values, const Tensor& rate, const Tensor& step) const;
  void accumulate(const Tensors& gradients, StepValues& values, const Tensor& next, const Tensor& rate, const Tensor& step) const;
  void average(StepValues& values, const Tensor& updates) const;

  Schedule schedule_;
  double rate_;
  OptimizerOptions common_;
  std::vector<std::string> undecayed_names_;
  std::vector<Variable> undecayed_;
  std::vector<std::pair<std::string, double>> multipliers_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> shared_;
  std::size_t averages_at_ = 0, accumulators_at_ = 0;
};

}  // namespace candor::detail
