#include "candor/nn/losses/regression.h"

#include <numbers>

#include "candor/nn/losses/build.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::loss_number;
constexpr double epsilon = detail::loss_epsilon;

/// A loss whose values are the mean over the last axis of an elementwise f(t, p).
template <class F>
Loss averaged(const char* kind, const std::string& name, Reduction reduction, F f, Config options = Config::map()) {
  const auto values = [f, name](const Tensor& y_true, const Tensor& y_pred) {
    const auto [t, p] = detail::fit_targets(name, y_true, y_pred);
    return SampleLosses{detail::mean_of_sample(f(t, p))};
  };
  return detail::make_loss(kind, name, reduction, std::move(options), values);
}

}  // namespace

MeanSquaredError::operator Loss() const {
  return averaged("MeanSquaredError", name, reduction, [](const Tensor& t, const Tensor& p) { return square(p - t); });
}

MeanAbsoluteError::operator Loss() const {
  return averaged("MeanAbsoluteError", name, reduction, [](const Tensor& t, const Tensor& p) { return abs(p - t); });
}

MeanAbsolutePercentageError::operator Loss() const {
  return averaged("MeanAbsolutePercentageError", name, reduction, [](const Tensor& t, const Tensor& p) {
    return abs((t - p) / maximum(abs(t), loss_number(epsilon, t))) * Tensor(100);
  });
}

MeanSquaredLogarithmicError::operator Loss() const {
  return averaged("MeanSquaredLogarithmicError", name, reduction, [](const Tensor& t, const Tensor& p) {
    const auto log_of = [](const Tensor& x) { return log1p(maximum(x, loss_number(epsilon, x))); };
    return square(log_of(p) - log_of(t));
  });
}

Huber::operator Loss() const {
  detail::require_option(delta > 0, "Huber", "delta must be positive", delta);
  return averaged("Huber", name, reduction,
                  [d = delta](const Tensor& t, const Tensor& p) {
                    const Tensor e = abs(p - t);
                    return where(less_equal(e, loss_number(d, e)), square(e) * Tensor(0.5), e * loss_number(d, e) - loss_number(d * d / 2, e));
                  },
                  {{"delta", delta}});
}

LogCosh::operator Loss() const {
  return averaged("LogCosh", name, reduction, [](const Tensor& t, const Tensor& p) {
    const Tensor e = p - t;  // log cosh e = e + softplus(-2 e) - log 2
    return e + softplus(e * Tensor(-2)) - loss_number(std::numbers::ln2, e);
  });
}

Poisson::operator Loss() const {
  return averaged("Poisson", name, reduction,
                  [logs = log_input](const Tensor& t, const Tensor& p) { return logs ? exp(p) - t * p : p - t * log(p + loss_number(epsilon, p)); },
                  log_input ? Config{{"log_input", true}} : Config::map());
}

Quantile::operator Loss() const {
  detail::require_option(quantile > 0 && quantile < 1, "Quantile", "quantile must lie in (0, 1)", quantile);
  return averaged("Quantile", name, reduction,
                  [q = quantile](const Tensor& t, const Tensor& p) {
                    const Tensor e = t - p;
                    return maximum(e * loss_number(q, e), e * loss_number(q - 1, e));
                  },
                  {{"quantile", quantile}});
}

CosineSimilarity::operator Loss() const {
  const auto values = [a = axis, name = name](const Tensor& y_true, const Tensor& y_pred) {
    const auto [t, p] = detail::fit_targets(name, y_true, y_pred);
    const auto unit = [&](const Tensor& x) { return x * rsqrt(maximum(sum(square(x), {a}, true), loss_number(1e-12, x))); };
    return SampleLosses{-sum(unit(t) * unit(p), {a})};
  };
  return detail::make_loss("CosineSimilarity", name, reduction, {{"axis", axis}}, values);
}

Tensor MeanSquaredError::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor MeanAbsoluteError::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor MeanAbsolutePercentageError::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor MeanSquaredLogarithmicError::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor Huber::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor LogCosh::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor Poisson::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor Quantile::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor CosineSimilarity::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
