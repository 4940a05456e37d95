#include "candor/nn/losses/loss.h"

#include "candor/base/error.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {

struct Loss::State {
  std::string name;
  Values values;
  Reduction reduction;
  Config config;
  bool from_logits;
};

std::string to_string(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum: return "sum";
    case Reduction::mean_with_sample_weight: return "mean_with_sample_weight";
    case Reduction::none: return "none";
    default: return "sum_over_batch_size";
  }
}

Reduction reduction_from_string(const std::string& name) {
  if (name == "sum") return Reduction::sum;
  if (name == "mean_with_sample_weight") return Reduction::mean_with_sample_weight;
  if (name == "none" || name == "None") return Reduction::none;
  if (name == "sum_over_batch_size" || name == "mean") return Reduction::sum_over_batch_size;
  fail(ErrorKind::corrupt, "loss: reduction must be sum_over_batch_size, sum, mean_with_sample_weight or none, not '" + name + "'");
}

Loss::Loss(std::string name, Values values, Reduction reduction, Config config, bool from_logits)
    : state_(Shared<State>::make(State{std::move(name), std::move(values), reduction, std::move(config), from_logits})) {}

Loss::Loss(std::string name, Function<Tensor(const Tensor&, const Tensor&)> values, Reduction reduction)
    : Loss(std::move(name), Values([f = std::move(values)](const Tensor& t, const Tensor& p) { return SampleLosses{f(t, p)}; }), reduction, Config()) {}

Loss::Loss(const char* name) : Loss(loss_from_config(name)) {}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const {
  return reduce_losses(values(y_true, y_pred), sample_weight, reduction(), name(), y_pred.mask());
}

SampleLosses Loss::values(const Tensor& y_true, const Tensor& y_pred) const {
  if (!state_) fail(ErrorKind::invalid_argument, "loss: this handle is empty; use a loss such as MeanSquaredError{}");
  if (!y_true.defined() || !y_pred.defined()) fail(ErrorKind::invalid_argument, name() + ": targets and predictions are needed");
  const auto in_f32 = [](const Tensor& x) { return is_floating(x.dtype()) && size_of(x.dtype()) == 2 ? cast(x, DType::f32).with_mask(x.mask()) : x; };
  return state_->values(in_f32(y_true), in_f32(y_pred));
}

const std::string& Loss::name() const { return state_->name; }
Reduction Loss::reduction() const { return state_->reduction; }
bool Loss::from_logits() const { return state_->from_logits; }

bool Loss::stored() const { return state_ && !state_->config.is_null(); }

const Config& Loss::config() const {
  if (state_->config.is_null()) fail(ErrorKind::unsupported, "config: the loss '" + name() + "' is a function of one's own and cannot be stored");
  return state_->config;
}

Tensor reduce_losses(const SampleLosses& losses, const Tensor& sample_weight, Reduction reduction, const std::string& who, const Tensor& mask) {
  const Tensor& values = losses.values;
  const Tensor zero = Tensor::zeros({}, values.dtype()), one = Tensor::full({}, 1, values.dtype());
  Tensor weight, factor;
  const auto times = [&](const Tensor& more) { weight = weight.defined() ? weight * more : more; };
  if (sample_weight.defined()) times(detail::fit_weights(who, "sample weights", sample_weight, values));
  Tensor kept = losses.kept;
  if (mask.defined()) {
    // A mask of fewer axes than the values counts its own entries, as in Keras.
    const Tensor fitted = cast(detail::fit_weights(who, "the mask", mask, values), DType::boolean);
    kept = !kept.defined() ? fitted : logical_and(kept, fitted);
  }
  if (kept.defined()) {
    const Tensor counts = cast(kept, values.dtype());
    times(counts);
    const Tensor all = Tensor::full({}, static_cast<double>(counts.size()), values.dtype()), some = sum(counts);
    factor = where(greater(some, zero), all / maximum(some, one), zero);
  }
  const Tensor weighted = weight.defined() ? values * weight : values;
  if (reduction == Reduction::none) return weighted;
  if (reduction == Reduction::sum) return sum(weighted);
  if (reduction == Reduction::mean_with_sample_weight && weight.defined()) {
    const Tensor total = sum(weight.shape() == values.shape() ? weight : broadcast_to(weight, values.shape()));
    return where(equal(total, zero), zero, sum(weighted) / where(equal(total, zero), one, total));
  }
  return factor.defined() ? mean(weighted) * factor : mean(weighted);
}

namespace detail {

void require_same_shape(const std::string& loss, const Tensor& y_true, const Tensor& y_pred) {
  if (y_true.shape() == y_pred.shape()) return;
  std::string hint;
  if (y_true.size() == y_pred.size()) hint = "; reshape one of them, a loss never broadcasts";
  else hint = "; the model's output must have the shape of the targets, a loss never broadcasts";
  fail(ErrorKind::shape, loss + ": targets " + to_string(y_true.shape()) + " and predictions " + to_string(y_pred.shape()) + " differ" + hint + " (model.loss-shape)");
}

Tensor fit_weights(const std::string& who, const char* what, const Tensor& weights, const Tensor& values) {
  Tensor w = weights;
  const Shape& v = values.shape();
  if (w.rank() == v.rank() + 1 && w.shape()[-1] == 1) w = reshape(w, w.shape().without(-1));
  bool fits = w.rank() <= v.rank();
  for (int axis = 0; fits && axis < w.rank(); ++axis) fits = w.shape()[axis] == v[axis] || (axis > 0 && w.shape()[axis] == 1);
  if (!fits) fail(ErrorKind::shape, who + ": " + what + " " + to_string(weights.shape()) + " do not fit the losses of the samples " + to_string(v) + "; give one weight a sample");
  if (w.rank() < v.rank()) {
    std::vector<std::int64_t> full = w.shape().to_vector();
    full.resize(static_cast<std::size_t>(v.rank()), 1);
    w = reshape(w, full);
  }
  return w.dtype() == values.dtype() ? w : cast(w, values.dtype());
}

Tensor targets_like(const Tensor& y_true, const Tensor& y_pred) {
  if (!is_floating(y_pred.dtype())) fail(ErrorKind::dtype, "loss: predictions must be floating, not " + std::string(to_string(y_pred.dtype())));
  return y_true.dtype() == y_pred.dtype() ? y_true : cast(y_true, y_pred.dtype());
}

}  // namespace detail
}  // namespace candor
