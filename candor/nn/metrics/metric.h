// Numbers that judge a model over a whole set: they add up what the samples give and divide once, so that no batch counts more than another.
#pragma once

#include <memory>
#include <string>
#include <vector>

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
  explicit Metric(std::shared_ptr<detail::MetricBody> body) : body_(std::move(body)) {}
  /// Any loss as a metric: the mean of its values over all samples. Metrics can be listed as {Accuracy{}, MeanAbsoluteError{}}.
  Metric(const Loss& loss);
  template <class L>
    requires(!std::is_same_v<L, Loss> && !std::is_base_of_v<Metric, L> && std::is_convertible_v<const L&, Loss>)
  Metric(const L& loss) : Metric(static_cast<Loss>(loss)) {}

  /// Counts a batch. Inside a trace it becomes part of the step. `sample_weight` is undefined or [batch]. Throws Error (shape) when targets and
  /// predictions do not fit.
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
  /// The value over everything counted since reset(); NaN when nothing was.
  double result() const;
  void reset() const;
  /// What has been counted, as far as it lies in variables.
  std::vector<Variable> variables() const;

  bool defined() const { return body_ != nullptr; }
  const std::string& name() const;
  /// True when larger is better.
  bool higher_is_better() const;
  /// True for metrics that need every prediction at once (AUC): they cannot be part of a traced step, so fit collects the predictions.
  bool needs_all_predictions() const;
  /// Tells it that predictions are logits, as the model's loss says; thresholds at 0.5 then mean logits of 0.
  void set_from_logits(bool from_logits) const;
  /// A metric like it that has counted nothing and shares nothing.
  Metric fresh() const;
  /// {"class_name": "Accuracy", "config": {...}}.
  Config config() const;
  const std::shared_ptr<detail::MetricBody>& handle() const { return body_; }

 private:
  std::shared_ptr<detail::MetricBody> body_;
};

/// The metric that config() described. Throws Error (corrupt) for an unknown class.
Metric metric_from_config(const Config& config);

}  // namespace candor
