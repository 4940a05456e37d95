#include "candor/nn/metrics/confusion.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::detail {
namespace {

constexpr double out_of_reach = -1e10;  ///< Keras's NEG_INF

Tensor number(double value, DType dtype) { return Tensor::full({}, value, dtype); }

/// Within 1e-7 + 1e-5 |even| of 0, 1 / (n - 1), ..., 1: then a prediction's place is a product, as in Keras, not n comparisons.
bool evenly_distributed(const std::vector<double>& thresholds) {
  if (thresholds.size() < 3) return false;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const double even = static_cast<double>(i) / static_cast<double>(thresholds.size() - 1);
    if (std::fabs(thresholds[i] - even) > 1e-7 + 1e-5 * even) return false;
  }
  return true;
}

/// Sums of weights above each threshold: p and weights are [n, labels]; the result is [thresholds, labels] and the sums of all [1, labels].
std::pair<Tensor, Tensor> above_even(const Tensor& p, const Tensor& weights, std::int64_t thresholds, bool margin) {
  const std::int64_t labels = p.shape(1);
  Tensor place = ceil(clip(p, 0, 1) * number(static_cast<double>(thresholds - 1), p.dtype()));  // 1 more than the last threshold below p
  if (margin) place = maximum(place, number(1, p.dtype()));
  const Tensor offset = Tensor::arange(labels, DType::i64) * number(static_cast<double>(thresholds + 1), DType::i64);
  const Tensor index = reshape(cast(place, DType::i64) + offset, Shape{p.size()});
  const Tensor counts = reshape(segment_sum(reshape(weights, Shape{p.size()}), index, labels * (thresholds + 1)), Shape{labels, thresholds + 1});
  const Tensor sums = transpose(cumsum(counts, 1, true));
  return {narrow(sums, 0, 1, thresholds + 1), narrow(sums, 0, 0, 1)};
}

std::pair<Tensor, Tensor> above_each(const Tensor& p, const Tensor& weights, const std::vector<double>& thresholds) {
  const Tensor levels = reshape(Tensor::from(thresholds).to(p.dtype()), Shape{static_cast<std::int64_t>(thresholds.size()), 1, 1});
  const Tensor zero = number(0, weights.dtype());
  return {sum(where(greater(expand_dims(p, 0), levels), expand_dims(weights, 0), zero), {1}), sum(weights, {0}, true)};
}

}  // namespace

std::vector<double> even_thresholds(int count, bool margin) {
  std::vector<double> all{margin ? -loss_epsilon : 0.0};
  for (int i = 1; i + 1 < count; ++i) all.push_back(static_cast<double>(i) / (count - 1));
  all.push_back(margin ? 1 + loss_epsilon : 1.0);
  return all;
}

Confusion count_confusion(const std::string& who, const ConfusionOptions& o, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  const Tensor scores = is_floating(y_pred.dtype()) && y_pred.dtype() != DType::f16 && y_pred.dtype() != DType::bf16 ? y_pred : cast(y_pred, DType::f32);
  const Fitted fit = fit_targets(who, y_true, scores);
  Tensor t = fit.t, p = fit.p, w = Tensor::full(p.shape(), 1, DType::f64);
  if (sample_weight.defined()) w = w * cast(fit_weights(who, "sample weights", sample_weight, p), DType::f64);
  if (o.top_k) {
    if (p.rank() < 1 || *o.top_k > p.shape(-1)) fail(ErrorKind::shape, who + ": top_k " + std::to_string(*o.top_k) + " is more than the classes of predictions " + to_string(p.shape()));
    const Tensor chosen = sum(one_hot(top_k(p, *o.top_k).second, p.shape(-1), -1, p.dtype()), {-2});
    p = where(greater(chosen, number(0, p.dtype())), p, number(out_of_reach, p.dtype()));
  }
  if (o.class_id) {
    if (p.rank() < 2 || *o.class_id >= p.shape(-1)) fail(ErrorKind::shape, who + ": class_id " + std::to_string(*o.class_id) + " is no class of predictions " + to_string(p.shape()));
    const auto one_class = [&](const Tensor& x) { return narrow(x, -1, *o.class_id, *o.class_id + 1); };
    t = one_class(t), p = one_class(p), w = one_class(w);
  }
  if (!o.label_weights.empty()) {
    if (p.rank() < 1 || p.shape(-1) != static_cast<std::int64_t>(o.label_weights.size())) {
      fail(ErrorKind::shape, who + ": there are " + std::to_string(o.label_weights.size()) + " label_weights for predictions " + to_string(p.shape()));
    }
    w = w * Tensor::from(o.label_weights);
  }
  if (o.multi_label && p.rank() != 2) fail(ErrorKind::shape, who + ": with multi_label predictions must be [batch, labels], got " + to_string(p.shape()));
  const Shape flat = o.multi_label ? p.shape() : Shape{p.size(), 1};
  t = reshape(t, flat), p = reshape(p, flat), w = reshape(w, flat);
  const Tensor yes = where(not_equal(t, number(0, t.dtype())), w, number(0, DType::f64)), no = w - yes;
  const bool even = evenly_distributed(o.thresholds), margin = o.thresholds.front() < 0 || o.thresholds.back() > 1;
  const auto above = [&](const Tensor& weights) {
    return even ? above_even(p, weights, static_cast<std::int64_t>(o.thresholds.size()), margin) : above_each(p, weights, o.thresholds);
  };
  const auto [tp, positives] = above(yes);
  const auto [fp, negatives] = above(no);
  const Shape shape = o.multi_label ? tp.shape() : Shape{tp.shape(0)};
  return {reshape(tp, shape), reshape(fp, shape), reshape(negatives - fp, shape), reshape(positives - tp, shape)};
}

}  // namespace candor::detail
