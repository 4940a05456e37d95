// The base classes of metrics, for those who write one.
#pragma once

#include <functional>

#include "candor/graph/trace.h"
#include "candor/nn/metrics/metric.h"

namespace candor::detail {

class MetricBody {
 public:
  explicit MetricBody(std::string name) : name_(std::move(name)) {}
  virtual ~MetricBody() = default;
  MetricBody(const MetricBody&) = delete;
  MetricBody& operator=(const MetricBody&) = delete;

  virtual std::string kind() const = 0;
  virtual Config options() const { return Config::map(); }
  virtual void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) = 0;
  virtual double result() const = 0;
  virtual void reset() = 0;
  /// What has been counted, as far as it lies in variables; a resume point keeps it.
  virtual std::vector<Variable> variables() const { return {}; }
  virtual bool higher_is_better() const { return true; }
  virtual bool needs_all_predictions() const { return false; }
  virtual void set_from_logits(bool) {}
  virtual std::shared_ptr<MetricBody> fresh() const = 0;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// A metric made of sums over samples: counters in f64 that live in variables, so that a compiled step adds to them.
class SummingBody : public MetricBody {
 public:
  SummingBody(std::string name, int counters);
  void reset() final;
  std::vector<Variable> variables() const override { return counters_; }

 protected:
  /// counter[i] += amount (any shape; all elements are added).
  void add_to(int i, const Tensor& amount);
  double counter(int i) const;

 private:
  std::vector<Variable> counters_;
};

/// Sample weights as [batch] in f64 times the values [batch, ...] that were made one a sample; ones when undefined.
Tensor weighted(const Tensor& values, const Tensor& sample_weight);
/// Sum of weights of `count` samples.
Tensor total_weight(const Tensor& values, const Tensor& sample_weight);
/// One value a sample: the mean over all other axes.
Tensor per_sample(const Tensor& values);

}  // namespace candor::detail
