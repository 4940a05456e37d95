#include "candor/nn/losses/similarity.h"

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/loss.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::loss_number;

/// So low that its exponential is 0, so near that sums of it stay finite: for entries that must not count in a maximum or logsumexp.
constexpr double never = -1e30;

void require_embeddings(const std::string& name, const Tensor& x, const char* what) {
  if (x.rank() != 2) fail(ErrorKind::shape, name + ": " + what + " must be [batch, features], got " + to_string(x.shape()));
}

/// Which pairs of rows have one class: bool [batch, batch].
Tensor same_class(const std::string& name, const Tensor& y_true, const Tensor& y_pred) {
  require_embeddings(name, y_pred, "predictions");
  const Tensor labels = is_floating(y_true.dtype()) ? cast(y_true, DType::i32) : y_true;
  const Tensor flat = detail::class_numbers(name, labels, y_pred);
  return equal(expand_dims(flat, 1), expand_dims(flat, 0));
}

Tensor diagonal_mask(std::int64_t n) {
  const Tensor at = Tensor::arange(n, DType::i64);
  return equal(expand_dims(at, 1), expand_dims(at, 0));
}

/// Rows of length 1.
Tensor unit_rows(const Tensor& x) { return x * rsqrt(maximum(sum(square(x), {-1}, true), loss_number(1e-24, x))); }

/// [n, n] Euclidean distances, with a root that has a gradient at 0.
Tensor distances(const Tensor& x) {
  const Tensor squares = sum(square(x), {-1}, true);
  const Tensor d2 = maximum(squares + transpose(squares) - matmul(x, x, false, true) * Tensor(2), loss_number(1e-12, x));
  return sqrt(d2);
}

}  // namespace

Contrastive::operator Loss() const {
  const auto values = [m = margin, name = name](const Tensor& y_true, const Tensor& y_pred) {
    const auto [t, d] = detail::fit_targets(name, y_true, y_pred);
    return SampleLosses{t * square(d) + (Tensor(1) - t) * square(maximum(loss_number(m, d) - d, loss_number(0, d)))};
  };
  return detail::make_loss("Contrastive", name, reduction, {{"margin", margin}}, values);
}

Circle::operator Loss() const {
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) {
    const Tensor same = same_class(o.name, y_true, y_pred), zero = loss_number(0, y_pred), none = loss_number(never, y_pred);
    const Tensor positive = o.remove_diagonal ? logical_and(same, logical_not(diagonal_mask(y_pred.shape(0)))) : same;
    const auto num = [&](double v) { return loss_number(v, y_pred); };
    const Tensor d = maximum(num(1) - matmul(y_pred, y_pred, false, true), zero);
    const Tensor near = maximum(num(o.margin) + d, zero) * (d - num(o.margin)) * num(o.gamma);
    const Tensor far = maximum(num(1 + o.margin) - d, zero) * (num(1 - o.margin) - d) * num(o.gamma);
    const Tensor each = softplus(logsumexp(where(positive, near, none), {1}) + logsumexp(where(same, none, far), {1}));
    return SampleLosses{each, greater(each, zero)};
  };
  return detail::make_loss("Circle", name, reduction, {{"gamma", gamma}, {"margin", margin}, {"remove_diagonal", remove_diagonal}}, values);
}

TripletHard::operator Loss() const {
  const auto values = [m = margin, name = name](const Tensor& y_true, const Tensor& y_pred) {
    const Tensor same = same_class(name, y_true, y_pred), partner = logical_and(same, logical_not(diagonal_mask(y_pred.shape(0))));
    const Tensor d = distances(y_pred), zero = loss_number(0, d);
    const Tensor farthest = max(where(partner, d, loss_number(never, d)), {1}), nearest = min(where(same, loss_number(-never, d), d), {1});
    // Without a partner the first is never, without another class the second: both make the difference negative.
    return SampleLosses{maximum(farthest - nearest + loss_number(m, d), zero)};
  };
  return detail::make_loss("TripletHard", name, reduction, {{"margin", margin}}, values);
}

InfoNCE::operator Loss() const {
  detail::require_option(temperature > 0, "InfoNCE", "temperature must be positive", temperature);
  const auto values = [tau = temperature, name = name](const Tensor& y_true, const Tensor& y_pred) {
    require_embeddings(name, y_pred, "predictions");
    const auto [key, query] = detail::fit_targets(name, y_true, y_pred);
    const Tensor scores = matmul(unit_rows(query), unit_rows(key), false, true) / loss_number(tau, query);
    return SampleLosses{sparse_softmax_cross_entropy(scores, Tensor::arange(query.shape(0), DType::i64))};
  };
  return detail::make_loss("InfoNCE", name, reduction, {{"temperature", temperature}}, values);
}

NTXent::operator Loss() const {
  detail::require_option(temperature > 0, "NTXent", "temperature must be positive", temperature);
  const auto values = [tau = temperature, name = name](const Tensor& y_true, const Tensor& y_pred) {
    require_embeddings(name, y_pred, "predictions");
    const auto [other, own] = detail::fit_targets(name, y_true, y_pred);
    const std::int64_t n = own.shape(0);
    const Tensor views = unit_rows(concatenate({own, other}, 0));
    const Tensor scores = where(diagonal_mask(2 * n), loss_number(never, own), matmul(views, views, false, true) / loss_number(tau, own));
    const Tensor first = Tensor::arange(n, DType::i64), partners = concatenate({first + Tensor::full({}, static_cast<double>(n), DType::i64), first}, 0);
    return SampleLosses{sparse_softmax_cross_entropy(scores, partners)};
  };
  return detail::make_loss("NTXent", name, reduction, {{"temperature", temperature}}, values);
}

Tensor triplet_margin(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin, Reduction reduction) {
  require_embeddings("triplet_margin", anchor, "the anchors");
  detail::require_same_shape("triplet_margin", positive, anchor);
  detail::require_same_shape("triplet_margin", negative, anchor);
  const auto d = [](const Tensor& u, const Tensor& v) { return sqrt(sum(square(u - v + loss_number(1e-6, u)), {-1})); };
  const Tensor each = maximum(d(anchor, positive) - d(anchor, negative) + loss_number(margin, anchor), loss_number(0, anchor));
  return reduce_losses({each}, {}, reduction, "triplet_margin");
}

Tensor Contrastive::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor Circle::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor TripletHard::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor InfoNCE::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor NTXent::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
