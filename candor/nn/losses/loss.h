// What training makes small: one value a sample from targets and predictions, weighted and reduced to a scalar.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/base/shared.h"
#include "candor/nn/config.h"

namespace candor {

/// How the samples' values become one number. Weights w default to 1.
enum class Reduction {
  sum_over_batch_size,      ///< sum(value w) / number of values
  sum,                      ///< sum(value w)
  mean_with_sample_weight,  ///< sum(value w) / sum(w)
  none,                     ///< value w, not reduced; not for training
};
std::string to_string(Reduction reduction);
/// By Keras name; "mean" is sum_over_batch_size. Throws Error (corrupt) for another.
Reduction reduction_from_string(const std::string& name);

/// One value a sample, and the samples that count.
struct SampleLosses {
  Tensor values;
  Tensor kept{};  ///< bool, of the same shape; undefined: all
};

/// Any loss. Made from one of the structs of losses.h, by its Keras name ("mse", "MeanSquaredError"), or from a function of (targets,
/// predictions) giving one value a sample.
class Loss {
 public:
  using Values = Function<SampleLosses(const Tensor& y_true, const Tensor& y_pred)>;

  Loss() = default;
  /// The loss of that name with its defaults: a class ("Huber"), its function ("huber") or a short form ("bce"). Throws Error (not_found).
  Loss(const char* name);
  Loss(std::string name, Values values, Reduction reduction, Config config, bool from_logits = false);
  /// A loss of one's own: Loss("tilted", [](const Tensor& y_true, const Tensor& y_pred) { return ...one value a sample; }).
  Loss(std::string name, Function<Tensor(const Tensor&, const Tensor&)> values, Reduction reduction = Reduction::sum_over_batch_size);

  /// The reduced loss. `sample_weight` (undefined: all 1) has the shape of the values, of their first axes, or 1 for axes it does not tell
  /// apart. Shapes of targets and predictions must fit: nothing is broadcast, but [n] and [n, 1] are the same numbers. Where y_pred has a mask,
  /// masked values do not count. Numbers of 16 bits become f32 first, as in Keras. Throws Error (shape) naming both.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
  /// One value a sample.
  SampleLosses values(const Tensor& y_true, const Tensor& y_pred) const;

  bool defined() const { return static_cast<bool>(state_); }
  const std::string& name() const;
  Reduction reduction() const;
  /// Predictions are logits, not probabilities; accuracy then puts its threshold at 0.
  bool from_logits() const;
  /// {"class_name": "MeanSquaredError", "config": {...}}. Throws Error (unsupported) for a loss of one's own.
  const Config& config() const;
  /// False for a loss of one's own.
  bool stored() const;
  bool same(const Loss& other) const { return state_ == other.state_; }

 private:
  struct State;
  Shared<State> state_;
};

/// The loss that config() described, in Keras's form, or the one of a name (text). Throws Error (corrupt) for an unknown class.
Loss loss_from_config(const Config& config);
/// The classes that loss_from_config knows.
std::vector<std::string> loss_names();

/// Reduces values of samples as a Loss does. `mask` (undefined: all count): true where a value counts, of the shape of the values or of their
/// first axes.
Tensor reduce_losses(const SampleLosses& losses, const Tensor& sample_weight, Reduction reduction, const std::string& who, const Tensor& mask = {});

namespace detail {
/// Throws Error (shape): "mean_squared_error: targets [32] and predictions [32, 1] differ; ..." unless the shapes are equal.
void require_same_shape(const std::string& loss, const Tensor& y_true, const Tensor& y_pred);
/// Sample weights (or a mask) in the dtype of `values` and with as many axes, each of the values' extent or 1. Throws Error (shape): "mse: sample
/// weights [3] do not fit the losses of the samples [4]; give one weight a sample".
Tensor fit_weights(const std::string& who, const char* what, const Tensor& weights, const Tensor& values);
/// Targets in the dtype of the predictions.
Tensor targets_like(const Tensor& y_true, const Tensor& y_pred);
}  // namespace detail

}  // namespace candor
