#include "candor/nn/losses/density.h"

#include <cmath>
#include <numbers>

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::loss_number;
const double half_log_two_pi = std::log(2 * std::numbers::pi) / 2;

/// Throws unless predictions are [..., per_target * k] for targets [..., k] (or [...] for k = 1). Targets with their last axis.
Tensor shaped_targets(const std::string& name, const Tensor& y_true, const Tensor& y_pred, std::int64_t fixed, std::int64_t per_target) {
  const auto fits = [&](const Shape& t) {
    return y_pred.rank() >= 1 && t.rank() == y_pred.rank() && t.without(-1) == y_pred.shape().without(-1) && fixed + per_target * t[-1] == y_pred.shape(-1);
  };
  if (y_true.rank() >= 1 && fits(y_true.shape())) return detail::targets_like(y_true, y_pred);
  if (y_true.rank() + 1 == y_pred.rank() && fits(y_true.shape().inserted(y_true.rank(), 1))) return detail::targets_like(expand_dims(y_true, -1), y_pred);
  fail(ErrorKind::shape, name + ": predictions " + to_string(y_pred.shape()) + " do not fit targets " + to_string(y_true.shape()) + "; the last axis must have " +
                             (fixed ? std::to_string(fixed) + " + " : "") + std::to_string(per_target) + " numbers for each of the targets'");
}

Tensor nll(const Tensor& t, const Tensor& m, const Tensor& v, bool full) {
  const Tensor each = (log(v) + square(t - m) / v) * loss_number(0.5, m);
  return full ? each + loss_number(half_log_two_pi, each) : each;
}

}  // namespace

GaussianNLL::operator Loss() const {
  detail::require_option(epsilon > 0, "GaussianNLL", "epsilon must be positive", epsilon);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    const Tensor t = shaped_targets(o.name, y_true, y_pred, 0, 2);
    const std::vector<Tensor> parts = split(y_pred, 2, -1);
    const Tensor log_v = maximum(parts[1], loss_number(std::log(o.epsilon), y_pred));
    const Tensor each = (log_v + square(t - parts[0]) * exp(-log_v)) * loss_number(0.5, y_pred);
    return SampleLosses{detail::mean_of_sample(o.full ? each + loss_number(half_log_two_pi, each) : each)};
  };
  return detail::make_loss("GaussianNLL", name, reduction, {{"full", full}, {"epsilon", epsilon}}, values);
}

Tensor gaussian_nll(const Tensor& y_true, const Tensor& mean, const Tensor& variance, bool full, double epsilon, Reduction reduction) {
  const auto [t, m] = detail::fit_targets("gaussian_nll", y_true, mean);
  detail::require_same_shape("gaussian_nll: the variances", variance, m);
  return reduce_losses({detail::mean_of_sample(nll(t, m, maximum(variance, loss_number(epsilon, m)), full))}, {}, reduction, "gaussian_nll");
}

MixtureDensity::operator Loss() const {
  detail::require_option(components >= 1, "MixtureDensity", "components must be at least 1", components);
  const auto values = [c = static_cast<std::int64_t>(components), name = name](const Tensor& y_true, const Tensor& y_pred) {
    const Tensor t = shaped_targets(name, y_true, y_pred, c, 2 * c);
    const std::int64_t k = t.shape(-1);
    std::vector<std::int64_t> each = y_pred.shape().without(-1).to_vector();
    each.push_back(c);
    each.push_back(k);
    const Tensor weights = log_softmax(narrow(y_pred, -1, 0, c));
    const Tensor means = reshape(narrow(y_pred, -1, c, c + c * k), each), log_deviation = reshape(narrow(y_pred, -1, c + c * k, c + 2 * c * k), each);
    const Tensor z = (expand_dims(t, -2) - means) * exp(-log_deviation);
    const Tensor density = -sum(square(z) * loss_number(0.5, z) + log_deviation + loss_number(half_log_two_pi, z), {-1});
    return SampleLosses{-logsumexp(weights + density, {-1})};
  };
  return detail::make_loss("MixtureDensity", name, reduction, {{"components", components}}, values);
}

Tensor GaussianNLL::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor MixtureDensity::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
