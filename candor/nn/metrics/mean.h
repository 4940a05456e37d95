// Running means and sums, for loops of one's own.
#pragma once

#include "candor/nn/metrics/metric.h"

namespace candor {

struct MeanOptions { std::string name = "mean"; };
/// running.add(step(x, y)); ... running.result(). As in Keras, the mean of nothing is 0.
class Mean : public Metric {
 public:
  explicit Mean(MeanOptions options = {});
  void add(double value, double weight = 1) const;
  /// A scalar tensor. Throws Error (shape) for another.
  void add(const Tensor& value, double weight = 1) const { add(value.item<double>(), weight); }
  /// Keras's update_state: values of any shape, weights of theirs or of their first axes. Inside a trace part of the step.
  void update(const Tensor& values, const Tensor& sample_weight = {}) const { Metric::update({}, values, sample_weight); }
  /// The sum of the weights.
  double count() const;
};

struct SumOptions { std::string name = "sum"; };
/// The weighted sum of all values.
class Sum : public Metric {
 public:
  explicit Sum(SumOptions options = {});
  void update(const Tensor& values, const Tensor& sample_weight = {}) const { Metric::update({}, values, sample_weight); }
};

struct MeanMetricOptions { std::string name = "mean_metric_wrapper"; };
/// A metric of one's own: the mean over all samples of fn(y_true, y_pred), which gives one value a sample or more axes. Cannot be stored.
class MeanMetricWrapper : public Metric {
 public:
  explicit MeanMetricWrapper(Function<Tensor(const Tensor& y_true, const Tensor& y_pred)> fn, MeanMetricOptions options = {});
};

}  // namespace candor
