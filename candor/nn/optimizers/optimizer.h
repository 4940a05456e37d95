// What all optimizers share: the learning rate, clipping, the state that goes with each weight. An optimizer is a handle; copies share state.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/graph/trace.h"
#include "candor/nn/schedules.h"

namespace candor {

namespace detail {
class OptimizerBody;
}
/// Any optimizer: a handle, copies share its state (moments, number of steps). Made by Adam{...}, SGD{...} and their relatives.
class Optimizer {
 public:
  Optimizer() = default;
  explicit Optimizer(std::shared_ptr<detail::OptimizerBody> body);

  /// Updates the variables by their gradients, now or, in a trace, as part of the step. State is made at the first call; later calls may
  /// name fewer of the same variables. Throws Error (invalid_argument, shape) when lists do not fit or a variable is new.
  void apply(std::span<const Tensor> gradients, std::span<const Variable> variables) const;
  /// The same for the variables of the latest value_and_grad on this thread, which gave these gradients.
  void apply(std::span<const Tensor> gradients) const;
  /// The same for optimizers that look at the loss again elsewhere (SAM): `loss` computes it from the variables' values at the time of the
  /// call. Others do not call it.
  void apply(std::span<const Tensor> gradients, std::span<const Variable> variables, const Function<Tensor()>& loss) const;
  /// One whole step: the gradients of scale_loss(loss()), then apply. Returns the loss.
  Tensor minimize(const Function<Tensor()>& loss, std::span<const Variable> variables) const;
  /// The loss times loss_scale_factor (or the dynamic scale): what apply() expects gradients of. Other optimizers return it unchanged.
  Tensor scale_loss(const Tensor& loss) const;

  bool defined() const { return body_ != nullptr; }
  /// "adam", or the option `name`.
  std::string name() const;
  /// The rate that the next step uses.
  double learning_rate() const;
  /// Throws Error (invalid_argument) when the rate follows a schedule, or is negative or not finite.
  void set_learning_rate(double rate) const;
  bool has_schedule() const;
  /// Number of updates made; with gradient_accumulation_steps n that is a call in n.
  std::int64_t iterations() const;
  /// Number of calls of apply.
  std::int64_t calls() const;
  /// Makes the state for these variables, without an update.
  void build(std::span<const Variable> variables) const;
  /// iteration, learning_rate, then the state of each weight, in Keras's order and under its names ("dense_kernel_momentum"; a name met
  /// before gets a number): what a checkpoint stores. Empty names are never given.
  std::vector<std::pair<std::string, Variable>> named_variables() const;
  /// Starts anew: forgets state and variables.
  void reset() const;

  /// Weights whose own name (the part after the last '/') has a match of one of these regular expressions do not decay; neither do the given
  /// variables. Before the state is built (Error (invalid_argument)); without effect where there is no weight_decay.
  void exclude_from_weight_decay(std::vector<std::string> names) const;
  void exclude_from_weight_decay(std::span<const Variable> variables) const;
  /// Weights whose path ("encoder/dense/kernel") has a match of the regular expression learn at `factor` times the rate; 0: they and their
  /// state stay as they are. The last pattern that matches counts. Before the state is built (Error (invalid_argument)).
  void scale_learning_rate(const std::string& pattern, double factor) const;

  /// The end of training: with use_ema the weights become their averages. fit calls it.
  void finalize() const;
  /// Exchanges weights and averages, to look at the averaged model and to come back. Throws Error (invalid_argument) without use_ema.
  void swap_averages() const;

  /// {"class_name": "Adam", "config": {...}} in Keras's words and order.
  Config config() const;
  const std::shared_ptr<detail::OptimizerBody>& handle() const { return body_; }

 private:
  std::shared_ptr<detail::OptimizerBody> body_;
};

/// Limits on gradients, one at most.
struct Clipping {
  std::optional<double> clipnorm{};         ///< each gradient's own norm
  std::optional<double> clipvalue{};        ///< each element
  std::optional<double> global_clipnorm{};  ///< the norm of all gradients together
};

/// Gradients within limits.
std::vector<Tensor> clip_gradients(std::span<const Tensor> gradients, const Clipping& clipping);

/// What every optimizer takes besides options of its own; each has these fields in its options.
struct OptimizerOptions {
  std::optional<double> weight_decay{};                           ///< decoupled: first w -= rate * weight_decay * w; none when unset
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};  ///< one of them at most, see Clipping
  bool use_ema = false;                                              ///< keep a running average of the weights; finalize() puts it in their place
  double ema_momentum = 0.99;                                        ///< average = ema_momentum * average + (1 - ema_momentum) * weight
  std::optional<std::int64_t> ema_overwrite_frequency{};          ///< every so many updates the weights become the average
  std::optional<double> loss_scale_factor{};                      ///< scale_loss multiplies by it, apply divides the gradients
  std::optional<std::int64_t> gradient_accumulation_steps{};      ///< one update in so many calls, at least 2, with the mean gradient
  std::string name{};                                             ///< empty: the class in snake case
};

/// The optimizer that config() described, with fresh state. Throws Error (corrupt) for an unknown class.
Optimizer optimizer_from_config(const Config& config);

}  // namespace candor
