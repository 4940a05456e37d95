#include "candor/nn/losses/margin.h"

#include "candor/nn/losses/build.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

/// In a batch of 0 and 1 alone, 0 means -1.
Tensor signs(const Tensor& t) {
  const Tensor zero = detail::loss_number(0, t), one = detail::loss_number(1, t);
  return where(all(logical_or(equal(t, zero), equal(t, one))), t * Tensor(2) - one, t);
}

Loss hinge(const char* kind, const std::string& name, bool squared, Reduction reduction) {
  const auto values = [squared, name](const Tensor& y_true, const Tensor& y_pred) {
    const auto [t, p] = detail::fit_targets(name, y_true, y_pred);
    const Tensor each = maximum(Tensor(1) - signs(t) * p, detail::loss_number(0, t));
    return SampleLosses{detail::mean_of_sample(squared ? square(each) : each)};
  };
  return detail::make_loss(kind, name, reduction, Config::map(), values);
}

}  // namespace

Hinge::operator Loss() const { return hinge("Hinge", name, false, reduction); }
SquaredHinge::operator Loss() const { return hinge("SquaredHinge", name, true, reduction); }

CategoricalHinge::operator Loss() const {
  const auto values = [name = name](const Tensor& y_true, const Tensor& y_pred) {
    const auto [t, p] = detail::fit_targets(name, y_true, y_pred);
    const Tensor right = sum(t * p, {-1}), wrong = max((Tensor(1) - t) * p, {-1});
    return SampleLosses{maximum(wrong - right + Tensor(1), detail::loss_number(0, t))};
  };
  return detail::make_loss("CategoricalHinge", name, reduction, Config::map(), values);
}

Tensor Hinge::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor SquaredHinge::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor CategoricalHinge::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
