#include "candor/nn/losses/overlap.h"

#include "candor/nn/losses/build.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::loss_number;

Config axes_of(const std::vector<int>& axis) {
  if (axis.empty()) return {};
  return Config::integers({axis.begin(), axis.end()});
}

/// f of targets, predictions and the sum over the axes.
template <class F>
Loss overlap(const char* kind, const std::string& name, Reduction reduction, const std::vector<int>& axis, Config options, double smooth, F f) {
  detail::require_option(smooth >= 0, kind, "smooth must not be negative", smooth);
  options.set("axis", axes_of(axis));
  if (smooth != 0) options.set("smooth", smooth);
  const auto values = [f, name, axis](const Tensor& y_true, const Tensor& y_pred) {
    const auto [t, p] = detail::fit_targets(name, y_true, y_pred);
    return SampleLosses{f(t, p, [&](const Tensor& x) { return sum(x, Axes(axis.begin(), axis.end())); })};
  };
  return detail::make_loss(kind, name, reduction, std::move(options), values);
}

/// 1 - hit / all, with `smooth` above and below, or 1e-7 below.
Tensor one_minus(const Tensor& hit, const Tensor& all, double smooth) {
  const Tensor below = all + loss_number(smooth > 0 ? smooth : detail::loss_epsilon, all);
  return Tensor(1) - (smooth > 0 ? hit + loss_number(smooth, hit) : hit) / below;
}

}  // namespace

Dice::operator Loss() const {
  return overlap("Dice", name, reduction, axis, Config::map(), smooth,
                 [s = smooth](const Tensor& t, const Tensor& p, const auto& add) { return one_minus(add(t * p) * Tensor(2), add(t) + add(p), s); });
}

Tversky::operator Loss() const {
  return overlap("Tversky", name, reduction, axis, {{"alpha", alpha}, {"beta", beta}}, smooth,
                 [a = alpha, b = beta, s = smooth](const Tensor& t, const Tensor& p, const auto& add) {
                   const Tensor hit = add(t * p), missed = add(t * (Tensor(1) - p)), false_alarm = add((Tensor(1) - t) * p);
                   return one_minus(hit, hit + missed * loss_number(a, p) + false_alarm * loss_number(b, p), s);
                 });
}

Tensor Dice::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor Tversky::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
