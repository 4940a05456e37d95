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
  if (name == "none") return Reduction::none;
  if (name == "sum_over_batch_size" || name == "mean") return Reduction::sum_over_batch_size;
  fail(ErrorKind::corrupt, "loss: reduction must be sum_over_batch_size, sum, mean_with_sample_weight or none, not '" + name + "'");
}

Loss::Loss(std::string name, Values values, Reduction reduction, Config config, bool from_logits)
    : state_(std::make_shared<const State>(State{std::move(name), std::move(values), reduction, std::move(config), from_logits})) {}

Loss::Loss(std::string name, Function<Tensor(const Tensor&, const Tensor&)> values, Reduction reduction)
    : Loss(std::move(name), Values([f = std::move(values)](const Tensor& t, const Tensor& p) { return SampleLosses{f(t, p)}; }), reduction, Config()) {}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const {
  return reduce_losses(values(y_true, y_pred), sample_weight, reduction(), name());
}

SampleLosses Loss::values(const Tensor& y_true, const Tensor& y_pred) const {
  if (!state_) fail(ErrorKind::invalid_argument, "loss: this handle is empty; use a loss such as MeanSquaredError{}");
  if (!y_true.defined() || !y_pred.defined()) fail(ErrorKind::invalid_argument, name() + ": targets and predictions are needed");
  return state_->values(y_true, y_pred);
}

const std::string& Loss::name() const { return state_->name; }
Reduction Loss::reduction() const { return state_->reduction; }
bool Loss::from_logits() const { return state_->from_logits; }

const Config& Loss::config() const {
  if (state_->config.is_null()) fail(ErrorKind::unsupported, "config: the loss '" + name() + "' is a function of one's own and cannot be stored");
  return state_->config;
}

Tensor reduce_losses(const SampleLosses& losses, const Tensor& sample_weight, Reduction reduction, const std::string& who) {
  const Tensor& values = losses.values;
  Tensor weight;
  if (sample_weight.defined()) {
    const Shape &w = sample_weight.shape(), &v = values.shape();
    bool fits = w.rank() <= v.rank();
    for (int axis = 0; fits && axis < w.rank(); ++axis) fits = w[axis] == v[axis];
    if (!fits) fail(ErrorKind::shape, who + ": sample weights " + to_string(w) + " do not fit the losses of the samples " + to_string(v) + "; give one weight a sample");
    weight = sample_weight.dtype() == values.dtype() ? sample_weight : cast(sample_weight, values.dtype());
    std::vector<std::int64_t> full = w.to_vector();
    full.resize(static_cast<std::size_t>(v.rank()), 1);
    if (w.rank() < v.rank()) weight = broadcast_to(reshape(weight, full), v);
  }
  if (losses.kept.defined()) {
    const Tensor kept = cast(losses.kept, values.dtype());
    weight = weight.defined() ? weight * kept : kept;
  }
  const Tensor weighted = weight.defined() ? values * weight : values;
  if (reduction == Reduction::none) return weighted;
  if (reduction == Reduction::sum) return sum(weighted);
  if (reduction == Reduction::mean_with_sample_weight && weight.defined()) return sum(weighted) / sum(weight);
  if (losses.kept.defined()) return sum(weighted) / maximum(sum(cast(losses.kept, values.dtype())), Tensor(1));
  return mean(weighted);
}

namespace detail {

void require_same_shape(const std::string& loss, const Tensor& y_true, const Tensor& y_pred) {
  if (y_true.shape() == y_pred.shape()) return;
  std::string hint;
  if (y_true.size() == y_pred.size()) hint = "; reshape one of them, a loss never broadcasts";
  else hint = "; the model's output must have the shape of the targets, a loss never broadcasts";
  fail(ErrorKind::shape, loss + ": targets " + to_string(y_true.shape()) + " and predictions " + to_string(y_pred.shape()) + " differ" + hint);
}

Tensor targets_like(const Tensor& y_true, const Tensor& y_pred) {
  if (!is_floating(y_pred.dtype())) fail(ErrorKind::dtype, "loss: predictions must be floating, not " + std::string(to_string(y_pred.dtype())));
  return y_true.dtype() == y_pred.dtype() ? y_true : cast(y_true, y_pred.dtype());
}

}  // namespace detail
}  // namespace candor
