#include "candor/nn/metrics/regression.h"

#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Targets in the dtype and shape of the predictions; [batch] and [batch, 1] are the same numbers.
Tensor fitting(const std::string& who, const Tensor& y_true, const Tensor& y_pred) {
  Tensor t = y_true;
  if (!(t.shape() == y_pred.shape())) {
    const bool same_numbers = t.size() == y_pred.size() && t.rank() >= 1 && y_pred.rank() >= 1 && t.shape(0) == y_pred.shape(0) &&
                              (t.size() == t.shape(0));
    if (!same_numbers) fail(ErrorKind::shape, who + ": targets " + to_string(t.shape()) + " and predictions " + to_string(y_pred.shape()) + " differ");
    t = reshape(t, y_pred.shape());
  }
  return t.dtype() == y_pred.dtype() ? t : cast(t, y_pred.dtype());
}

enum class Which { absolute, squared, root };

class ErrorBody final : public detail::SummingBody {
 public:
  ErrorBody(Which what, std::string name) : SummingBody(std::move(name), 2), what_(what) {}
  std::string kind() const override {
    return what_ == Which::absolute ? "MeanAbsoluteError" : what_ == Which::squared ? "MeanSquaredError" : "RootMeanSquaredError";
  }
  bool higher_is_better() const override { return false; }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<ErrorBody>(what_, name()); }
  double result() const override {
    const double mean = counter(1) > 0 ? counter(0) / counter(1) : nan;
    return what_ == Which::root ? std::sqrt(mean) : mean;
  }
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const Tensor difference = y_pred - fitting(name(), y_true, y_pred);
    const Tensor each = detail::per_sample(what_ == Which::absolute ? abs(difference) : square(difference));
    add_to(0, detail::weighted(each, weight));
    add_to(1, detail::total_weight(each, weight));
  }

 private:
  Which what_;
};

/// Keeps, for each output: weight, sum t, sum t^2, sum (t - p)^2, in f64. The first target is taken off before squaring, so that large offsets
/// cost no digits.
class R2Body final : public detail::MetricBody {
 public:
  explicit R2Body(std::string name) : MetricBody(std::move(name)) {}
  std::string kind() const override { return "R2Score"; }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<R2Body>(name()); }

  void reset() override {
    for (const Variable& v : sums_) {
      double* values = v.tensor().mutable_data<double>();
      for (std::int64_t i = 0; i < v.shape().size(); ++i) values[i] = 0;
    }
  }

  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const std::int64_t outputs = y_pred.size() / std::max<std::int64_t>(y_pred.shape(0), 1);
    const Shape flat{y_pred.shape(0), outputs};
    const Tensor t = cast(reshape(fitting(name(), y_true, y_pred), flat), DType::f64), p = cast(reshape(y_pred, flat), DType::f64);
    if (sums_.empty()) {
      for (const char* part : {"weight", "shift", "sum", "squares", "residual"}) sums_.emplace_back(Tensor::zeros({outputs}, DType::f64), name() + "/" + part, false);
    }
    if (sums_[0].shape()[0] != outputs) {
      fail(ErrorKind::shape, name() + ": has counted " + std::to_string(sums_[0].shape()[0]) + " outputs, now there are " + std::to_string(outputs));
    }
    const Tensor zero = Tensor::zeros({}, DType::f64);
    const Tensor first = reshape(slice(t, {0, 0}, {1, outputs}), Shape{outputs});
    const Tensor shift = where(greater(sums_[0].value(), zero), sums_[1].value(), first);
    const Tensor centred = t - shift;
    const Tensor w = weight.defined() ? cast(weight, DType::f64) : Tensor();
    const Tensor ones = Tensor::full({t.shape(0), outputs}, 1, DType::f64);
    sums_[1].assign(shift);
    add(0, detail::weighted(ones, w));
    add(2, detail::weighted(centred, w));
    add(3, detail::weighted(square(centred), w));
    add(4, detail::weighted(square(t - p), w));
  }

  double result() const override {
    if (sums_.empty() || at(0, 0) <= 0) return nan;
    double total = 0;
    const std::int64_t outputs = sums_[0].shape()[0];
    for (std::int64_t i = 0; i < outputs; ++i) {
      const double spread = at(3, i) - at(2, i) * at(2, i) / at(0, i);
      total += spread > 0 ? 1 - at(4, i) / spread : (at(4, i) == 0 ? 1 : 0);
    }
    return total / static_cast<double>(outputs);
  }

 private:
  void add(std::size_t i, const Tensor& amounts) { sums_[i].assign(sums_[i].value() + sum(amounts, {0})); }
  double at(std::size_t i, std::int64_t output) const { return sums_[i].tensor().data<double>()[output]; }
  std::vector<Variable> sums_;
};

std::string or_default(MetricOptions& o, const char* name) { return o.name.empty() ? name : std::move(o.name); }

}  // namespace

MeanAbsoluteErrorMetric::MeanAbsoluteErrorMetric(MetricOptions o) : Metric(std::make_shared<ErrorBody>(Which::absolute, or_default(o, "mean_absolute_error"))) {}
MeanSquaredErrorMetric::MeanSquaredErrorMetric(MetricOptions o) : Metric(std::make_shared<ErrorBody>(Which::squared, or_default(o, "mean_squared_error"))) {}
RootMeanSquaredError::RootMeanSquaredError(MetricOptions o) : Metric(std::make_shared<ErrorBody>(Which::root, or_default(o, "root_mean_squared_error"))) {}
R2Score::R2Score(MetricOptions o) : Metric(std::make_shared<R2Body>(or_default(o, "r2_score"))) {}

}  // namespace candor
