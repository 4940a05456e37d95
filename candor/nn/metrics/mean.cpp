#include "candor/nn/metrics/mean.h"

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

class SumBody final : public detail::MetricBody {
 public:
  explicit SumBody(std::string name) : MetricBody(std::move(name)) { add_state("total"); }
  std::string kind() const override { return "Sum"; }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<SumBody>(name()); }
  void update(const Tensor&, const Tensor& values, const Tensor& weight) override {
    const Tensor x = is_floating(values.dtype()) ? values : cast(values, DType::f64);
    const Tensor weighted = weight.defined() ? x * detail::fit_weights(name(), "sample weights", weight, x) : x;
    add_to(0, sum(cast(weighted, DType::f64)));
  }
  std::vector<double> results() const override { return counted(0); }
};

}  // namespace

Mean::Mean(MeanOptions o)
    : Metric(std::make_shared<detail::MeanOfBody>("Mean", std::move(o.name), Config::map(), false, [](const Tensor&, const Tensor& values) { return SampleLosses{values}; })) {}

void Mean::add(double value, double weight) const {
  const auto& state = handle()->state();
  *state[0].second.tensor().mutable_data<double>() += value * weight;
  *state[1].second.tensor().mutable_data<double>() += weight;
}

double Mean::count() const { return *handle()->state()[1].second.tensor().data<double>(); }

Sum::Sum(SumOptions o) : Metric(std::make_shared<SumBody>(std::move(o.name))) {}

MeanMetricWrapper::MeanMetricWrapper(Function<Tensor(const Tensor&, const Tensor&)> fn, MeanMetricOptions o)
    : Metric(std::make_shared<detail::MeanOfBody>("MeanMetricWrapper", std::move(o.name), Config::map(), true,
                                                  [fn = std::move(fn)](const Tensor& t, const Tensor& p) { return SampleLosses{fn(t, p)}; })) {}

}  // namespace candor
