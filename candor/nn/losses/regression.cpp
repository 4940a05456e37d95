#include "candor/nn/losses/regression.h"

#include <numbers>

#include "candor/base/error.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double epsilon = 1e-7;

/// A loss whose values are the mean over the last axis of an elementwise f(t, p).
template <class F>
Loss averaged(const char* kind, const char* name, Reduction reduction, F f, Config options = Config::map()) {
  options.set("reduction", to_string(reduction));
  const auto values = [f, name = std::string(name)](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape(name, y_true, y_pred);
    const Tensor each = f(detail::targets_like(y_true, y_pred), y_pred);
    return SampleLosses{each.rank() > 1 ? mean(each, {-1}) : each};
  };
  return Loss(name, Loss::Values(values), reduction, {{"class_name", kind}, {"config", options}});
}

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

}  // namespace

MeanSquaredError::operator Loss() const {
  return averaged("MeanSquaredError", "mean_squared_error", reduction, [](const Tensor& t, const Tensor& p) { return square(p - t); });
}

MeanAbsoluteError::operator Loss() const {
  return averaged("MeanAbsoluteError", "mean_absolute_error", reduction, [](const Tensor& t, const Tensor& p) { return abs(p - t); });
}

MeanAbsolutePercentageError::operator Loss() const {
  return averaged("MeanAbsolutePercentageError", "mean_absolute_percentage_error", reduction, [](const Tensor& t, const Tensor& p) {
    return abs((t - p) / maximum(abs(t), number(epsilon, t))) * Tensor(100);
  });
}

MeanSquaredLogarithmicError::operator Loss() const {
  return averaged("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", reduction, [](const Tensor& t, const Tensor& p) {
    const auto log_of = [](const Tensor& x) { return log1p(maximum(x, number(epsilon, x))); };
    return square(log_of(p) - log_of(t));
  });
}

Huber::operator Loss() const {
  if (!(delta > 0)) fail(ErrorKind::invalid_argument, "Huber: delta must be positive, not " + to_string(Config(delta)));
  return averaged("Huber", "huber_loss", reduction,
                  [d = delta](const Tensor& t, const Tensor& p) {
                    const Tensor e = abs(p - t);
                    return where(less_equal(e, number(d, e)), square(e) * Tensor(0.5), e * number(d, e) - number(d * d / 2, e));
                  },
                  {{"delta", delta}});
}

LogCosh::operator Loss() const {
  return averaged("LogCosh", "log_cosh", reduction, [](const Tensor& t, const Tensor& p) {
    const Tensor e = p - t;  // log cosh e = e + softplus(-2 e) - log 2
    return e + softplus(e * Tensor(-2)) - number(std::numbers::ln2, e);
  });
}

Poisson::operator Loss() const {
  return averaged("Poisson", "poisson", reduction,
                  [logs = log_input](const Tensor& t, const Tensor& p) { return logs ? exp(p) - t * p : p - t * log(p + number(epsilon, p)); },
                  {{"log_input", log_input}});
}

Quantile::operator Loss() const {
  if (!(quantile > 0 && quantile < 1)) fail(ErrorKind::invalid_argument, "Quantile: quantile must lie in (0, 1), not " + to_string(Config(quantile)));
  return averaged("Quantile", "quantile", reduction,
                  [q = quantile](const Tensor& t, const Tensor& p) {
                    const Tensor e = t - p;
                    return maximum(e * number(q, e), e * number(q - 1, e));
                  },
                  {{"quantile", quantile}});
}

CosineSimilarity::operator Loss() const {
  const auto values = [a = axis](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("cosine_similarity", y_true, y_pred);
    const auto unit = [&](const Tensor& x) { return x * rsqrt(maximum(sum(square(x), {a}, true), number(1e-12, x))); };
    return SampleLosses{-sum(unit(detail::targets_like(y_true, y_pred)) * unit(y_pred), {a})};
  };
  return Loss("cosine_similarity", Loss::Values(values), reduction,
              {{"class_name", "CosineSimilarity"}, {"config", {{"axis", axis}, {"reduction", to_string(reduction)}}}});
}

}  // namespace candor
