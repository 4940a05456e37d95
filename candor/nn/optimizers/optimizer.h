// What all optimizers share: the learning rate, clipping, the state that goes with each weight. An optimizer is a handle; copies share state.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "candor/graph/trace.h"
#include "candor/nn/schedules.h"

namespace candor {

namespace detail {
class OptimizerBody;
}

class Optimizer {
 public:
  Optimizer() = default;
  explicit Optimizer(std::shared_ptr<detail::OptimizerBody> body) : body_(std::move(body)) {}

  /// Updates the variables by their gradients, now or, in a trace, as part of the step. State is made at the first call; later calls need the
  /// same variables in the same order. Throws Error (invalid_argument, shape) when lists do not fit.
  void apply(std::span<const Tensor> gradients, std::span<const Variable> variables) const;
  /// The same for the variables of the latest value_and_grad on this thread, which gave these gradients.
  void apply(std::span<const Tensor> gradients) const;

  bool defined() const { return body_ != nullptr; }
  /// "adam".
  std::string name() const;
  /// The rate that the next step uses.
  double learning_rate() const;
  /// Throws Error (invalid_argument) when the rate follows a schedule, or is not positive.
  void set_learning_rate(double rate) const;
  bool has_schedule() const;
  /// Number of updates made.
  std::int64_t iterations() const;
  /// Makes the state for these variables, without an update.
  void build(std::span<const Variable> variables) const;
  /// iterations, learning_rate, then the state of each weight; what a checkpoint stores. Empty names are never given.
  std::vector<std::pair<std::string, Variable>> named_variables() const;
  /// Starts anew: forgets state and variables.
  void reset() const;
  /// {"class_name": "Adam", "config": {...}} in Keras's words.
  Config config() const;
  const std::shared_ptr<detail::OptimizerBody>& handle() const { return body_; }

 private:
  std::shared_ptr<detail::OptimizerBody> body_;
};

/// Limits on gradients, one at most.
struct Clipping {
  std::optional<double> clipnorm = {};         ///< each gradient's own norm
  std::optional<double> clipvalue = {};        ///< each element
  std::optional<double> global_clipnorm = {};  ///< the norm of all gradients together
};

/// Gradients within limits.
std::vector<Tensor> clip_gradients(std::span<const Tensor> gradients, const Clipping& clipping);

/// The optimizer that config() described, with fresh state. Throws Error (corrupt) for an unknown class.
Optimizer optimizer_from_config(const Config& config);

}  // namespace candor
