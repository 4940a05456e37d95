// The base classes of metrics, for those who write one.
#pragma once

#include "candor/base/function.h"
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
  /// Options in Keras's words, without the name.
  virtual Config options() const { return Config::map(); }
  virtual void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) = 0;
  virtual std::vector<double> results() const = 0;
  virtual void reset();
  virtual bool higher_is_better() const { return true; }
  virtual bool needs_all_predictions() const { return false; }
  virtual void set_from_logits(bool) {}
  virtual std::shared_ptr<MetricBody> fresh() const = 0;
  const std::string& name() const { return name_; }
  void rename(std::string name) { name_ = std::move(name); }
  const std::vector<std::pair<std::string, Variable>>& state() const { return state_; }

 protected:
  /// A counter in f64 that starts at 0 and lives in a variable, so that a compiled step adds to it.
  void add_state(const char* name, const Shape& shape = {});
  /// state i += amount, of the counter's shape.
  void add_to(std::size_t i, const Tensor& amount);
  /// The numbers of counter i.
  std::vector<double> counted(std::size_t i) const;

 private:
  std::string name_;
  std::vector<std::pair<std::string, Variable>> state_;
};

/// A mean over samples of values made from targets and predictions: Keras's MeanMetricWrapper.
class MeanBody : public MetricBody {
 public:
  explicit MeanBody(std::string name);
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override;
  std::vector<double> results() const override;

 protected:
  /// One value a sample, or more axes: they are averaged.
  virtual SampleLosses values(const Tensor& y_true, const Tensor& y_pred) const = 0;
  /// Counts values, weighted and masked as Keras's Mean does.
  void count(const SampleLosses& values, const Tensor& sample_weight, const Tensor& mask);
};

/// A MeanBody from a function.
class MeanOfBody final : public MeanBody {
 public:
  using Values = Function<SampleLosses(const Tensor& y_true, const Tensor& y_pred)>;
  MeanOfBody(std::string kind, std::string name, Config options, bool higher_is_better, Values values, bool root = false)
      : MeanBody(std::move(name)), kind_(std::move(kind)), options_(std::move(options)), higher_(higher_is_better), root_(root), values_(std::move(values)) {}
  std::string kind() const override { return kind_; }
  Config options() const override { return options_; }
  bool higher_is_better() const override { return higher_; }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<MeanOfBody>(kind_, name(), options_, higher_, values_, root_); }
  std::vector<double> results() const override;

 protected:
  SampleLosses values(const Tensor& y_true, const Tensor& y_pred) const override { return values_(y_true, y_pred); }

 private:
  std::string kind_;
  Config options_;
  bool higher_, root_;
  Values values_;
};

/// a / b, 0 when b is 0.
inline double divide(double a, double b) { return b == 0 ? 0 : a / b; }
/// `name`, or the default when it is empty.
inline std::string or_default(std::string& name, const char* fallback) { return name.empty() ? fallback : std::move(name); }

}  // namespace candor::detail
