#include "candor/nn/losses/margin.h"

#include "candor/base/error.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }
Tensor mean_last(const Tensor& x) { return x.rank() > 1 ? mean(x, {-1}) : x; }

Config described(const char* kind, Config options, Reduction reduction) {
  options.set("reduction", to_string(reduction));
  return {{"class_name", kind}, {"config", options}};
}

/// Targets of 0 mean -1.
Tensor signs(const Tensor& t) { return where(equal(t, number(0, t)), number(-1, t), t); }

Loss hinge(const char* kind, const char* name, bool squared, Reduction reduction) {
  const auto values = [squared, label = std::string(name)](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape(label, y_true, y_pred);
    const Tensor t = signs(detail::targets_like(y_true, y_pred));
    const Tensor each = maximum(Tensor(1) - t * y_pred, number(0, t));
    return SampleLosses{mean_last(squared ? square(each) : each)};
  };
  return Loss(name, Loss::Values(values), reduction, described(kind, Config::map(), reduction));
}

/// One value for the whole batch.
template <class F>
Loss overlap(const char* kind, const char* name, Reduction reduction, Config options, F f) {
  const auto values = [f, label = std::string(name)](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape(label, y_true, y_pred);
    return SampleLosses{f(detail::targets_like(y_true, y_pred), y_pred)};
  };
  return Loss(name, Loss::Values(values), reduction, described(kind, std::move(options), reduction));
}

}  // namespace

Hinge::operator Loss() const { return hinge("Hinge", "hinge", false, reduction); }
SquaredHinge::operator Loss() const { return hinge("SquaredHinge", "squared_hinge", true, reduction); }

CategoricalHinge::operator Loss() const {
  const auto values = [](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("categorical_hinge", y_true, y_pred);
    const Tensor t = detail::targets_like(y_true, y_pred);
    const Tensor right = sum(t * y_pred, {-1}), wrong = max((Tensor(1) - t) * y_pred, {-1});
    return SampleLosses{maximum(wrong - right + Tensor(1), number(0, t))};
  };
  return Loss("categorical_hinge", Loss::Values(values), reduction, described("CategoricalHinge", Config::map(), reduction));
}

Dice::operator Loss() const {
  return overlap("Dice", "dice", reduction, Config::map(), [](const Tensor& t, const Tensor& p) {
    const Tensor e = number(1e-7, p);
    return Tensor(1) - (sum(t * p) * Tensor(2) + e) / (sum(t) + sum(p) + e);
  });
}

Tversky::operator Loss() const {
  return overlap("Tversky", "tversky", reduction, {{"alpha", alpha}, {"beta", beta}}, [a = alpha, b = beta](const Tensor& t, const Tensor& p) {
    const Tensor e = number(1e-7, p), one(1);
    const Tensor hit = sum(t * p), false_alarm = sum((one - t) * p), miss = sum(t * (one - p));
    return one - (hit + e) / (hit + false_alarm * number(a, p) + miss * number(b, p) + e);
  });
}

Contrastive::operator Loss() const {
  const auto values = [m = margin](const Tensor& y_true, const Tensor& d) {
    detail::require_same_shape("contrastive", y_true, d);
    const Tensor t = detail::targets_like(y_true, d);
    return SampleLosses{t * square(d) + (Tensor(1) - t) * square(maximum(number(m, d) - d, number(0, d)))};
  };
  return Loss("contrastive", Loss::Values(values), reduction, described("Contrastive", {{"margin", margin}}, reduction));
}

}  // namespace candor
