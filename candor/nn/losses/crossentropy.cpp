#include "candor/nn/losses/crossentropy.h"

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/loss.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {

FocalAlpha::FocalAlpha(double one) : values{one} {}
FocalAlpha::FocalAlpha(std::vector<double> each) : values(std::move(each)) {}
FocalAlpha::FocalAlpha(std::initializer_list<double> each) : values(each) {}

namespace {

using detail::axis_last;
using detail::loss_number;
constexpr double epsilon = detail::loss_epsilon;

/// Away from 0 and 1, so that the logarithm stays finite; as Keras does.
Tensor cut(const Tensor& p) { return clip(p, epsilon, 1 - epsilon); }
Tensor over_sum(const Tensor& p) { return p / sum(p, {-1}, true); }

void require_smoothing(const char* loss, double s) { detail::require_option(s >= 0 && s <= 1, loss, "label_smoothing must lie in [0, 1]", s); }

Tensor smooth(const Tensor& t, double s, double share) { return s == 0 ? t : t * loss_number(1 - s, t) + loss_number(s * share, t); }
/// The share of each class counts along the last axis whatever the axis of classes is, as in Keras.
Tensor smooth_classes(const Tensor& t, double s) { return smooth(t, s, 1.0 / static_cast<double>(std::max<std::int64_t>(t.shape(-1), 1))); }

Config logit_options(bool from_logits, double label_smoothing, int axis) {
  return {{"from_logits", from_logits}, {"label_smoothing", label_smoothing}, {"axis", axis}};
}

}  // namespace

BinaryCrossentropy::operator Loss() const {
  require_smoothing("BinaryCrossentropy", label_smoothing);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    const auto fit = detail::fit_targets(o.name, y_true, y_pred);
    const Tensor t = smooth(fit.t, o.label_smoothing, 0.5);
    if (o.from_logits) return SampleLosses{detail::mean_of_sample(sigmoid_cross_entropy(fit.p, t), o.axis)};
    const Tensor p = cut(fit.p);
    return SampleLosses{detail::mean_of_sample(-(t * log(p) + (Tensor(1) - t) * log(Tensor(1) - p)), o.axis)};
  };
  return detail::make_loss("BinaryCrossentropy", name, reduction, logit_options(from_logits, label_smoothing, axis), values, from_logits);
}

CategoricalCrossentropy::operator Loss() const {
  require_smoothing("CategoricalCrossentropy", label_smoothing);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape(o.name, y_true, y_pred);
    const Tensor t = axis_last(smooth_classes(detail::targets_like(y_true, y_pred), o.label_smoothing), o.axis), p = axis_last(y_pred, o.axis);
    if (o.from_logits) return SampleLosses{softmax_cross_entropy(p, t)};
    return SampleLosses{-sum(t * log(cut(over_sum(p))), {-1})};
  };
  return detail::make_loss("CategoricalCrossentropy", name, reduction, logit_options(from_logits, label_smoothing, axis), values, from_logits);
}

SparseCategoricalCrossentropy::operator Loss() const {
  require_smoothing("SparseCategoricalCrossentropy", label_smoothing);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    Tensor labels = detail::class_numbers(o.name, y_true, y_pred, o.axis), kept;
    if (o.ignore_class) {
      kept = not_equal(labels, Tensor::full({}, static_cast<double>(*o.ignore_class), labels.dtype()));
      labels = where(kept, labels, Tensor::zeros({}, labels.dtype()));
    }
    // On probabilities, their logarithms are logits with the same softmax.
    const Tensor p = axis_last(y_pred, o.axis), scores = o.from_logits ? p : log(cut(p));
    Tensor each = sparse_softmax_cross_entropy(scores, labels);
    if (o.label_smoothing != 0) each = each * loss_number(1 - o.label_smoothing, each) - mean(log_softmax(scores), {-1}) * loss_number(o.label_smoothing, each);
    if (kept.defined()) each = where(kept, each, loss_number(0, each));
    return SampleLosses{each, kept};
  };
  Config options{{"from_logits", from_logits}, {"ignore_class", ignore_class ? Config(*ignore_class) : Config()}, {"axis", axis}};
  if (label_smoothing != 0) options.set("label_smoothing", label_smoothing);
  return detail::make_loss("SparseCategoricalCrossentropy", name, reduction, std::move(options), values, from_logits);
}

BinaryFocalCrossentropy::operator Loss() const {
  require_smoothing("BinaryFocalCrossentropy", label_smoothing);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    const auto fit = detail::fit_targets(o.name, y_true, y_pred);
    const Tensor t = smooth(fit.t, o.label_smoothing, 0.5), one(1);
    const Tensor p = o.from_logits ? sigmoid(fit.p) : fit.p, safe = o.from_logits ? p : cut(p);
    Tensor each = o.from_logits ? sigmoid_cross_entropy(fit.p, t) : -(t * log(safe) + (one - t) * log(one - safe));
    each = each * power(one - (t * p + (one - t) * (one - p)), loss_number(o.gamma, p));
    if (o.apply_class_balancing) each = each * (t * loss_number(o.alpha, t) + (one - t) * loss_number(1 - o.alpha, t));
    return SampleLosses{detail::mean_of_sample(each, o.axis)};
  };
  Config options = logit_options(from_logits, label_smoothing, axis);
  options.set("apply_class_balancing", apply_class_balancing).set("alpha", alpha).set("gamma", gamma);
  return detail::make_loss("BinaryFocalCrossentropy", name, reduction, std::move(options), values, from_logits);
}

CategoricalFocalCrossentropy::operator Loss() const {
  require_smoothing("CategoricalFocalCrossentropy", label_smoothing);
  if (alpha.values.empty()) fail(ErrorKind::invalid_argument, "CategoricalFocalCrossentropy: alpha is an empty list; give one factor, or one a class");
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape(o.name, y_true, y_pred);
    const std::size_t factors = o.alpha.values.size();
    if (factors != 1 && static_cast<std::int64_t>(factors) != y_pred.shape(o.axis)) {
      fail(ErrorKind::shape, o.name + ": alpha has " + std::to_string(factors) + " factors, the predictions " + to_string(y_pred.shape()) + " have " +
                                 std::to_string(y_pred.shape(o.axis)) + " classes");
    }
    const Tensor t = axis_last(smooth_classes(detail::targets_like(y_true, y_pred), o.label_smoothing), o.axis), scores = axis_last(y_pred, o.axis);
    const Tensor p = cut(o.from_logits ? softmax(scores) : over_sum(scores));
    const Tensor weight = factors == 1 ? loss_number(o.alpha.values[0], p) : Tensor::from(o.alpha.values).to(p.dtype());
    return SampleLosses{-sum(power(Tensor(1) - p, loss_number(o.gamma, p)) * weight * t * log(p), {-1})};
  };
  Config options = logit_options(from_logits, label_smoothing, axis);
  options.set("alpha", alpha.values.size() == 1 ? Config(alpha.values[0]) : Config::numbers(alpha.values)).set("gamma", gamma);
  return detail::make_loss("CategoricalFocalCrossentropy", name, reduction, std::move(options), values, from_logits);
}

CategoricalGeneralizedCrossEntropy::operator Loss() const {
  detail::require_option(q > 0 && q < 1, "CategoricalGeneralizedCrossEntropy", "q must lie in (0, 1)", q);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    const Tensor labels = detail::class_numbers(o.name, y_true, y_pred);
    const Tensor p = sum(y_pred * one_hot(labels, y_pred.shape(-1), -1, y_pred.dtype()), {-1});
    return SampleLosses{(Tensor(1) - power(p, loss_number(o.q, p))) / loss_number(o.q, p)};
  };
  return detail::make_loss("CategoricalGeneralizedCrossEntropy", name, reduction, {{"q", q}}, values);
}

KLDivergence::operator Loss() const {
  const auto values = [name = name](const Tensor& y_true, const Tensor& y_pred) {
    const auto fit = detail::fit_targets(name, y_true, y_pred);
    const Tensor t = clip(fit.t, epsilon, 1), p = clip(fit.p, epsilon, 1);
    return SampleLosses{sum(t * log(t / p), {-1})};
  };
  return detail::make_loss("KLDivergence", name, reduction, Config::map(), values);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& targets) {
  if (is_floating(targets.dtype())) return CategoricalCrossentropy{.from_logits = true}(targets, logits);
  return SparseCategoricalCrossentropy{.from_logits = true}(targets, logits);
}

Tensor BinaryCrossentropy::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor CategoricalCrossentropy::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor SparseCategoricalCrossentropy::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor BinaryFocalCrossentropy::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor CategoricalFocalCrossentropy::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor CategoricalGeneralizedCrossEntropy::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor KLDivergence::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
