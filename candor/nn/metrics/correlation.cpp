#include "candor/nn/metrics/correlation.h"

#include "candor/nn/losses/build.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

/// f(deviations of t, of p, variances of t, of p, means of t, of p) -> one value a sample.
template <class F>
Metric correlation(const char* kind, std::string name, int axis, F f) {
  const auto values = [f, axis, kind](const Tensor& y_true, const Tensor& y_pred) {
    const detail::Fitted fit = detail::fit_targets(kind, y_true, y_pred);
    const Axes along{axis};
    const Tensor mt = mean(fit.t, along, true), mp = mean(fit.p, along, true), dt = fit.t - mt, dp = fit.p - mp;
    return SampleLosses{mean(f(dt, dp, mean(square(dt), along, true), mean(square(dp), along, true), mt, mp), along)};
  };
  return Metric(std::make_shared<detail::MeanOfBody>(kind, std::move(name), Config{{"axis", axis}}, true, values));
}

}  // namespace

PearsonCorrelation::PearsonCorrelation(PearsonOptions o)
    : Metric(correlation("PearsonCorrelation", std::move(o.name), o.axis, [](const Tensor& dt, const Tensor& dp, const Tensor& vt, const Tensor& vp, const Tensor&, const Tensor&) {
        return dt / sqrt(vt) * (dp / sqrt(vp));
      })) {}

ConcordanceCorrelation::ConcordanceCorrelation(ConcordanceOptions o)
    : Metric(correlation("ConcordanceCorrelation", std::move(o.name), o.axis, [](const Tensor& dt, const Tensor& dp, const Tensor& vt, const Tensor& vp, const Tensor& mt, const Tensor& mp) {
        return dt * dp * Tensor(2) / (vt + vp + square(mt - mp) + detail::loss_number(detail::loss_epsilon, vt));
      })) {}

}  // namespace candor
