#include "candor/nn/losses/crossentropy.h"

#include "candor/base/error.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/loss.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double epsilon = 1e-7;

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }
/// Away from 0 and 1, so that the logarithm stays finite; as Keras does.
Tensor cut(const Tensor& p) { return clip(p, epsilon, 1 - epsilon); }
Tensor over_sum(const Tensor& p) { return p / sum(p, {-1}, true); }
Tensor mean_last(const Tensor& x) { return x.rank() > 1 ? mean(x, {-1}) : x; }

void require_smoothing(const char* loss, double s) {
  if (!(s >= 0 && s <= 1)) fail(ErrorKind::invalid_argument, std::string(loss) + ": label_smoothing must lie in [0, 1], not " + to_string(Config(s)));
}

Tensor smooth(const Tensor& t, double s, double share) { return s == 0 ? t : t * number(1 - s, t) + number(s * share, t); }

/// Class numbers as i32 or i64. Throws Error (shape, dtype) when they are not one whole number a row of the predictions.
Tensor class_numbers(const std::string& name, const Tensor& y_true, const Tensor& y_pred) {
  if (y_pred.rank() < 1 || !(y_true.shape() == y_pred.shape().without(-1))) {
    fail(ErrorKind::shape, name + ": class numbers " + to_string(y_true.shape()) + " do not fit predictions " + to_string(y_pred.shape()) +
                               "; they need the predictions' shape without its last axis");
  }
  if (is_floating(y_true.dtype()) || y_true.dtype() == DType::boolean) {
    fail(ErrorKind::dtype, name + ": class numbers must be whole numbers, not " + std::string(to_string(y_true.dtype())) +
                               "; cast them to i32, or use CategoricalCrossentropy for probabilities");
  }
  return y_true.dtype() == DType::i32 || y_true.dtype() == DType::i64 ? y_true : cast(y_true, DType::i32);
}

Config described(const char* kind, Config options, Reduction reduction) {
  options.set("reduction", to_string(reduction));
  return {{"class_name", kind}, {"config", options}};
}

}  // namespace

BinaryCrossentropy::operator Loss() const {
  require_smoothing("BinaryCrossentropy", label_smoothing);
  const auto values = [logits = from_logits, s = label_smoothing](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("binary_crossentropy", y_true, y_pred);
    const Tensor t = smooth(detail::targets_like(y_true, y_pred), s, 0.5);
    if (logits) return SampleLosses{mean_last(sigmoid_cross_entropy(y_pred, t))};
    const Tensor p = cut(y_pred);
    return SampleLosses{mean_last(-(t * log(p) + (Tensor(1) - t) * log(Tensor(1) - p)))};
  };
  return Loss("binary_crossentropy", Loss::Values(values), reduction,
              described("BinaryCrossentropy", {{"from_logits", from_logits}, {"label_smoothing", label_smoothing}}, reduction), from_logits);
}

CategoricalCrossentropy::operator Loss() const {
  require_smoothing("CategoricalCrossentropy", label_smoothing);
  const auto values = [logits = from_logits, s = label_smoothing](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("categorical_crossentropy", y_true, y_pred);
    const Tensor t = smooth(detail::targets_like(y_true, y_pred), s, 1.0 / static_cast<double>(y_pred.shape(-1)));
    if (logits) return SampleLosses{softmax_cross_entropy(y_pred, t)};
    return SampleLosses{-sum(t * log(cut(over_sum(y_pred))), {-1})};
  };
  return Loss("categorical_crossentropy", Loss::Values(values), reduction,
              described("CategoricalCrossentropy", {{"from_logits", from_logits}, {"label_smoothing", label_smoothing}}, reduction), from_logits);
}

SparseCategoricalCrossentropy::operator Loss() const {
  require_smoothing("SparseCategoricalCrossentropy", label_smoothing);
  const auto values = [logits = from_logits, ignored = ignore_class, s = label_smoothing](const Tensor& y_true, const Tensor& y_pred) {
    Tensor labels = class_numbers("sparse_categorical_crossentropy", y_true, y_pred), kept;
    if (ignored) {
      const Tensor ignore = Tensor::full({}, static_cast<double>(*ignored), labels.dtype());
      kept = not_equal(labels, ignore);
      labels = where(kept, labels, Tensor::zeros({}, labels.dtype()));
    }
    // On probabilities, log(p / sum p) are logits with the same softmax.
    const Tensor scores = logits ? y_pred : log(cut(over_sum(y_pred)));
    Tensor each = sparse_softmax_cross_entropy(scores, labels);
    if (s != 0) {
      const Tensor all = logits ? log_softmax(scores) : scores;
      each = each * number(1 - s, each) - mean(all, {-1}) * number(s, each);
    }
    if (kept.defined()) each = where(kept, each, Tensor::zeros({}, each.dtype()));
    return SampleLosses{each, kept};
  };
  Config options{{"from_logits", from_logits}, {"ignore_class", ignore_class ? Config(*ignore_class) : Config()}};
  if (label_smoothing != 0) options.set("label_smoothing", label_smoothing);
  return Loss("sparse_categorical_crossentropy", Loss::Values(values), reduction, described("SparseCategoricalCrossentropy", options, reduction), from_logits);
}

BinaryFocalCrossentropy::operator Loss() const {
  require_smoothing("BinaryFocalCrossentropy", label_smoothing);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("binary_focal_crossentropy", y_true, y_pred);
    const Tensor t = smooth(detail::targets_like(y_true, y_pred), o.label_smoothing, 0.5);
    const Tensor p = o.from_logits ? sigmoid(y_pred) : cut(y_pred), one(1);
    Tensor each = o.from_logits ? sigmoid_cross_entropy(y_pred, t) : -(t * log(p) + (one - t) * log(one - p));
    each = each * power(one - (t * p + (one - t) * (one - p)), number(o.gamma, p));
    if (o.apply_class_balancing) each = each * (t * number(o.alpha, t) + (one - t) * number(1 - o.alpha, t));
    return SampleLosses{mean_last(each)};
  };
  const Config options{{"apply_class_balancing", apply_class_balancing}, {"alpha", alpha}, {"gamma", gamma}, {"from_logits", from_logits}, {"label_smoothing", label_smoothing}};
  return Loss("binary_focal_crossentropy", Loss::Values(values), reduction, described("BinaryFocalCrossentropy", options, reduction), from_logits);
}

CategoricalFocalCrossentropy::operator Loss() const {
  require_smoothing("CategoricalFocalCrossentropy", label_smoothing);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("categorical_focal_crossentropy", y_true, y_pred);
    const Tensor t = smooth(detail::targets_like(y_true, y_pred), o.label_smoothing, 1.0 / static_cast<double>(y_pred.shape(-1)));
    const Tensor p = cut(o.from_logits ? softmax(y_pred) : over_sum(y_pred));
    return SampleLosses{-sum(power(Tensor(1) - p, number(o.gamma, p)) * number(o.alpha, p) * t * log(p), {-1})};
  };
  const Config options{{"alpha", alpha}, {"gamma", gamma}, {"from_logits", from_logits}, {"label_smoothing", label_smoothing}};
  return Loss("categorical_focal_crossentropy", Loss::Values(values), reduction, described("CategoricalFocalCrossentropy", options, reduction), from_logits);
}

KLDivergence::operator Loss() const {
  const auto values = [](const Tensor& y_true, const Tensor& y_pred) {
    detail::require_same_shape("kl_divergence", y_true, y_pred);
    const Tensor t = clip(detail::targets_like(y_true, y_pred), epsilon, 1), p = clip(y_pred, epsilon, 1);
    return SampleLosses{sum(t * log(t / p), {-1})};
  };
  return Loss("kl_divergence", Loss::Values(values), reduction, described("KLDivergence", Config::map(), reduction));
}

Tensor cross_entropy(const Tensor& logits, const Tensor& targets) {
  if (is_floating(targets.dtype())) return CategoricalCrossentropy{.from_logits = true}(targets, logits);
  return SparseCategoricalCrossentropy{.from_logits = true}(targets, logits);
}

}  // namespace candor
