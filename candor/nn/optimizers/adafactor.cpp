#include "candor/nn/optimizers/adafactor.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

Tensor rms(const Tensor& x) { return sqrt(mean(square(x))); }

std::vector<StateSpec> vector_states() {
  const Tensor unused = Tensor::zeros({}, DType::i32);
  return {{"r", unused}, {"c", unused}, {"velocity", {}}};
}
std::vector<StateSpec> matrix_states(const Variable& v) {
  const DType dtype = v.type().dtype;
  return {{"r", Tensor::zeros(v.shape().without(-1), dtype)}, {"c", Tensor::zeros(v.shape().without(-2), dtype)}, {"velocity", {}}};
}

class AdafactorRule final : public detail::RuleOf<AdafactorRule, AdafactorOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_2_decay", o.beta_2_decay);
    visit("epsilon_1", o.epsilon_1);
    visit("epsilon_2", o.epsilon_2);
    visit("clip_threshold", o.clip_threshold);
    visit("relative_step", o.relative_step);
    visit.ours("torch_epsilon", o.torch_epsilon, false);
  }
  AdafactorRule(const char* kind, const LearningRate& rate, const AdafactorOptions& o) : RuleOf(kind, rate, o) {
    detail::require_not_negative(kind, "epsilon_1", o.epsilon_1);
    detail::require_not_negative(kind, "epsilon_2", o.epsilon_2);
    if (!(o.clip_threshold > 0)) complain("clip_threshold must be positive, not " + to_string(Config(o.clip_threshold)));
    if (!(o.beta_2_decay <= 0)) complain("beta_2_decay must not be positive, is " + to_string(Config(o.beta_2_decay)));
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& v) const override { return v.shape().rank() < 2 ? vector_states() : matrix_states(v); }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    const Tensor fresh = scalar(power(at.step, scalar(o_.beta_2_decay)), g), kept = scalar(1, g) - fresh;
    const Tensor squares = o_.torch_epsilon ? square(g) : square(g) + scalar(o_.epsilon_1, g);
    if (w.rank() < 2) s[2] = kept * s[2] + fresh * squares;
    else {
      s[0] = kept * s[0] + fresh * mean(squares, {-1});
      s[1] = kept * s[1] + fresh * mean(squares, {-2});
      Tensor total = mean(s[0], {-1}, true);
      if (o_.torch_epsilon) total = maximum(total, scalar(o_.epsilon_1, g));
      s[2] = expand_dims(s[0] / total, -1) * expand_dims(s[1], -2);
    }
    const Tensor moment = o_.torch_epsilon ? maximum(s[2], scalar(o_.epsilon_1 * o_.epsilon_1, g)) : s[2];
    const Tensor step = g / sqrt(moment);
    const Tensor bounded = step / maximum(rms(step) / scalar(o_.clip_threshold, g), scalar(1, g));
    const Tensor rate = minimum(at.rate, scalar(1) / sqrt(at.step));
    return w - maximum(rms(w), scalar(o_.epsilon_2, w)) * scalar(rate, w) * bounded;
  }
};

}  // namespace

Adafactor::Adafactor(const LearningRate& learning_rate, const AdafactorOptions& options) : Optimizer(std::make_shared<AdafactorRule>("Adafactor", learning_rate, options)) {}

namespace detail {
Optimizer adafactor_from_config(const Config& config) { return read_rule<AdafactorRule>("Adafactor", config, 0.001, AdafactorOptions{}); }
}  // namespace detail

}  // namespace candor
