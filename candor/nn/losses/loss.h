// What training makes small: one value a sample from targets and predictions, weighted and reduced to a scalar.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "candor/base/function.h"
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
  Tensor kept = {};  ///< bool, of the same shape; undefined: all
};

/// Any loss. Made from one of the structs of losses.h, or from a function of (targets, predictions) giving one value a sample.
class Loss {
 public:
  using Values = Function<SampleLosses(const Tensor& y_true, const Tensor& y_pred)>;

  Loss() = default;
  Loss(std::string name, Values values, Reduction reduction, Config config, bool from_logits = false);
  /// A loss of one's own: Loss("tilted", [](const Tensor& y_true, const Tensor& y_pred) { return ...one value a sample; }).
  Loss(std::string name, Function<Tensor(const Tensor&, const Tensor&)> values, Reduction reduction = Reduction::sum_over_batch_size);

  /// The reduced loss. `sample_weight` (undefined: all 1) has the shape of the values or of their first axes. Shapes of targets and
  /// predictions must fit exactly: nothing is broadcast. Throws Error (shape) naming both.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
  /// One value a sample.
  SampleLosses values(const Tensor& y_true, const Tensor& y_pred) const;

  bool defined() const { return state_ != nullptr; }
  const std::string& name() const;
  Reduction reduction() const;
  /// Predictions are logits, not probabilities; accuracy then puts its threshold at 0.
  bool from_logits() const;
  /// {"class_name": "MeanSquaredError", "config": {...}}. Throws Error (unsupported) for a loss of one's own.
  const Config& config() const;
  bool same(const Loss& other) const { return state_ == other.state_; }

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

/// The loss that config() described. Throws Error (corrupt) for an unknown class.
Loss loss_from_config(const Config& config);

/// Reduces values of samples as a Loss does.
Tensor reduce_losses(const SampleLosses& losses, const Tensor& sample_weight, Reduction reduction, const std::string& who);

namespace detail {
/// Throws Error (shape): "mean_squared_error: targets [32] and predictions [32, 1] differ; ..." unless the shapes are equal.
void require_same_shape(const std::string& loss, const Tensor& y_true, const Tensor& y_pred);
/// Targets in the dtype of the predictions.
Tensor targets_like(const Tensor& y_true, const Tensor& y_pred);
}  // namespace detail

}  // namespace candor
