// Numbers that judge a model over a whole set: they add up what the samples give and divide once, so that no batch counts more than another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/graph/trace.h"
#include "candor/nn/losses/loss.h"

namespace candor {

namespace detail {
class MetricBody;
}

/// A handle; copies share what has been counted.
class Metric {
 public:
  Metric() = default;
  explicit Metric(std::shared_ptr<detail::MetricBody> body);
  /// By Keras's name, shown under it: {"accuracy", "mae", "AUC"}. "accuracy" and "acc" choose by the shapes. Throws Error (not_found).
  Metric(const char* name);
  /// Any loss as a metric: the mean of its values over all samples. Metrics can be listed as {Accuracy{}, MeanAbsoluteError{}}.
  Metric(const Loss& loss);
  template <class L>
    requires(!std::is_same_v<L, Loss> && !std::is_base_of_v<Metric, L> && std::is_class_v<L> && std::is_convertible_v<const L&, Loss>)
  Metric(const L& loss) : Metric(static_cast<Loss>(loss)) {}

  /// Counts a batch. Inside a trace it becomes part of the step. `sample_weight` is undefined, [batch], or has the shape of what is counted or 1 for
  /// axes it does not tell apart. Where y_pred has a mask, masked places do not count in metrics that are means. Throws Error (shape) when targets and
  /// predictions do not fit.
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
  /// The value over everything counted since reset(); 0 when nothing was, as in Keras. Throws Error (invalid_argument) for a metric of several numbers
  /// (thresholds, one a class): use results().
  double result() const;
  /// All its numbers: one, or one a threshold or class.
  std::vector<double> results() const;
  void reset() const;
  /// What has been counted, as far as it lies in variables.
  std::vector<Variable> variables() const;

  bool defined() const { return body_ != nullptr; }
  const std::string& name() const;
  /// True when larger is better.
  bool higher_is_better() const;
  /// True for metrics that need every prediction at once (ExactAUC): they cannot be part of a traced step, so fit collects the predictions.
  bool needs_all_predictions() const;
  /// Tells it that predictions are logits, as the model's loss says; thresholds at 0.5 then mean logits of 0.
  void set_from_logits(bool from_logits) const;
  /// A metric like it that has counted nothing and shares nothing.
  Metric fresh() const;
  /// What it has counted, by Keras's names: {"total", "count"}. Metrics that learn their shape from the first batch have none before it.
  std::vector<std::pair<std::string, Variable>> named_variables() const;
  /// {"class_name": "BinaryAccuracy", "config": {...}} in Keras's words.
  Config config() const;
  const std::shared_ptr<detail::MetricBody>& handle() const { return body_; }

 private:
  std::shared_ptr<detail::MetricBody> body_;
};

/// The metric that config() described, in Keras's form, or the one of a name (text). Throws Error (corrupt) for an unknown class.
Metric metric_from_config(const Config& config);
/// The classes that metric_from_config knows.
std::vector<std::string> metric_names();

}  // namespace candor
