#include "candor/nn/metrics/regression.h"

#include <algorithm>
#include <limits>

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/nn/losses/regression.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Metric mean_of(const char* kind, std::string name, Loss loss, bool root = false) {
  return Metric(std::make_shared<detail::MeanOfBody>(kind, std::move(name), Config::map(), false, [loss = std::move(loss)](const Tensor& t, const Tensor& p) { return loss.values(t, p); }, root));
}

/// Keeps, for each output: weight, sum t, sum t^2, sum (t - p)^2, in f64. The first target is taken off before squaring, so that large offsets
/// cost no digits.
class R2Body final : public detail::MetricBody {
 public:
  explicit R2Body(R2Options o) : MetricBody(o.name), o_(std::move(o)) {
    const std::string& how = o_.class_aggregation;
    if (!how.empty() && how != "uniform_average" && how != "variance_weighted_average") {
      fail(ErrorKind::invalid_argument, "R2Score: class_aggregation must be uniform_average, variance_weighted_average or empty, not '" + how + "'");
    }
    if (o_.num_regressors < 0) fail(ErrorKind::invalid_argument, "R2Score: num_regressors must not be negative, not " + std::to_string(o_.num_regressors));
  }
  std::string kind() const override { return "R2Score"; }
  Config options() const override {
    return {{"class_aggregation", o_.class_aggregation.empty() ? Config() : Config(o_.class_aggregation)}, {"num_regressors", o_.num_regressors}};
  }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<R2Body>(o_); }

  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const detail::Fitted fit = detail::fit_targets(name(), y_true, y_pred);
    const std::int64_t rows = fit.p.shape(0), outputs = fit.p.size() / std::max<std::int64_t>(rows, 1);
    const Shape flat{rows, outputs};
    const Tensor t = cast(reshape(fit.t, flat), DType::f64), p = cast(reshape(fit.p, flat), DType::f64);
    if (state().empty()) {
      for (const char* part : {"count", "shift", "sum", "squared_sum", "residual"}) add_state(part, Shape{outputs});
      add_state("num_samples");
    }
    if (state()[0].second.shape()[0] != outputs) {
      fail(ErrorKind::shape, name() + ": has counted " + std::to_string(state()[0].second.shape()[0]) + " outputs, now there are " + std::to_string(outputs));
    }
    const Tensor zero = Tensor::zeros({}, DType::f64), first = reshape(narrow(t, 0, 0, 1), Shape{outputs});
    const Tensor shift = where(greater(state()[0].second.value(), zero), state()[1].second.value(), first), centred = t - shift;
    Tensor w = Tensor::full(flat, 1, DType::f64);
    if (weight.defined()) w = w * detail::fit_weights(name(), "sample weights", weight, t);
    state()[1].second.assign(shift);
    const auto add = [&](std::size_t i, const Tensor& amounts) { add_to(i, sum(amounts, {0})); };
    add(0, w);
    add(2, w * centred);
    add(3, w * square(centred));
    add(4, w * square(t - p));
    add_to(5, Tensor::full({}, static_cast<double>(rows), DType::f64));
  }

  std::vector<double> results() const override {
    if (state().empty()) return {nan};
    const std::vector<double> count = counted(0), total = counted(2), squares = counted(3), residual = counted(4);
    std::vector<double> r2, spread;
    for (std::size_t i = 0; i < count.size(); ++i) {
      spread.push_back(count[i] > 0 ? squares[i] - total[i] * total[i] / count[i] : nan);
      r2.push_back(!(count[i] > 0) ? nan : spread[i] > 0 ? 1 - residual[i] / spread[i] : residual[i] == 0 ? 1 : 0);
    }
    if (o_.class_aggregation.empty()) {
      for (double& one : r2) one = adjusted(one);
      return r2;
    }
    const bool by_variance = o_.class_aggregation != "uniform_average";
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < r2.size(); ++i) {
      sum += r2[i] * (by_variance ? spread[i] : 1);
      weights += by_variance ? spread[i] : 1;
    }
    return {adjusted(sum / weights)};
  }

 private:
  /// Nothing is adjusted for fewer samples than regressors, as in Keras.
  double adjusted(double r2) const {
    const double n = counted(5)[0], regressors = o_.num_regressors;
    return regressors == 0 || regressors >= n - 1 ? r2 : 1 - (1 - r2) * (n - 1) / (n - regressors - 1);
  }
  R2Options o_;
};

}  // namespace

MeanAbsoluteErrorMetric::MeanAbsoluteErrorMetric(MetricOptions o)
    : Metric(mean_of("MeanAbsoluteError", detail::or_default(o.name, "mean_absolute_error"), MeanAbsoluteError{})) {}
MeanSquaredErrorMetric::MeanSquaredErrorMetric(MetricOptions o)
    : Metric(mean_of("MeanSquaredError", detail::or_default(o.name, "mean_squared_error"), MeanSquaredError{})) {}
RootMeanSquaredError::RootMeanSquaredError(MetricOptions o)
    : Metric(mean_of("RootMeanSquaredError", detail::or_default(o.name, "root_mean_squared_error"), MeanSquaredError{}, true)) {}
LogCoshError::LogCoshError(MetricOptions o) : Metric(mean_of("LogCoshError", detail::or_default(o.name, "logcosh"), LogCosh{})) {}
CosineSimilarityMetric::CosineSimilarityMetric(CosineMetricOptions o)
    : Metric(std::make_shared<detail::MeanOfBody>("CosineSimilarity", std::move(o.name), Config{{"axis", o.axis}}, true,
                                                  [loss = Loss(CosineSimilarity{.axis = o.axis})](const Tensor& t, const Tensor& p) { return SampleLosses{-loss.values(t, p).values}; })) {}
R2Score::R2Score(R2Options o) : Metric(std::make_shared<R2Body>(std::move(o))) {}

}  // namespace candor
