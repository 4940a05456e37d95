#include "candor/nn/optimizers/weight_average.h"

#include "candor/base/error.h"
#include "candor/nn/config.h"
#include "candor/nn/optimizers/optimizer_body.h"
#include "candor/ops/elementwise.h"

namespace candor {

struct WeightAverage::State {
  std::vector<Variable> weights, averages;
  Variable count;
  std::optional<double> momentum;
};

WeightAverage::WeightAverage(std::span<const Variable> variables, std::optional<double> momentum) : state_(Shared<State>::make()) {
  if (variables.empty()) fail(ErrorKind::invalid_argument, "WeightAverage: there are no variables to average");
  if (momentum) detail::require_share("WeightAverage", "momentum", *momentum);
  state_->momentum = momentum;
  state_->count = Variable(Tensor::zeros({}, DType::i64), "count", false);
  for (const Variable& v : variables) {
    if (!is_floating(v.type().dtype)) fail(ErrorKind::dtype, "WeightAverage: " + v.name() + " is " + to_string(v.type()) + ", not floating point");
    state_->weights.push_back(v);
    state_->averages.emplace_back(v.tensor(), v.name() + "_average", false);
  }
}

void WeightAverage::update() const {
  const Tensor before = state_->count.value(), now = before + Tensor::full({}, 1, DType::i64);
  const Tensor one = Tensor::full({}, 1, DType::f64);
  // The share of the newest weights: 1 at first.
  Tensor share = one / cast(now, DType::f64);
  if (state_->momentum) share = where(equal(before, Tensor::zeros({}, DType::i64)), one, Tensor::full({}, 1 - *state_->momentum, DType::f64));
  for (std::size_t i = 0; i < state_->weights.size(); ++i) {
    const Tensor w = state_->weights[i].value(), mean = state_->averages[i].value();
    state_->averages[i].assign(mean + (w - mean) * cast(share, w.dtype()));
  }
  state_->count.assign(now);
}

void WeightAverage::swap() const {
  if (count() == 0) fail(ErrorKind::invalid_argument, "WeightAverage: there is no average before the first update()");
  for (std::size_t i = 0; i < state_->weights.size(); ++i) {
    const Tensor weight = state_->weights[i].tensor().clone();
    state_->weights[i].assign(state_->averages[i].tensor());
    state_->averages[i].assign(weight);
  }
}

std::int64_t WeightAverage::count() const { return *state_->count.tensor().data<std::int64_t>(); }

std::vector<std::pair<std::string, Variable>> WeightAverage::named_variables() const {
  std::vector<std::pair<std::string, Variable>> out{{"count", state_->count}};
  for (const Variable& v : state_->averages) out.emplace_back(v.name(), v);
  return out;
}

}  // namespace candor
