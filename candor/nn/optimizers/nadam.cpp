#include "candor/nn/optimizers/nadam.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class NadamRule final : public detail::RuleOf<NadamRule, NadamOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
    visit("epsilon", o.epsilon);
    visit.ours("momentum_decay", o.momentum_decay, 1.0);
  }
  NadamRule(const char* kind, const LearningRate& rate, const NadamOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "beta_1", o.beta_1);
    detail::require_share(kind, "beta_2", o.beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
    detail::require_not_negative(kind, "momentum_decay", o.momentum_decay);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override { return {{"momentum", {}}, {"velocity", {}}}; }
  std::vector<StateSpec> shared_states() const override { return {{"variable", scalar(1)}}; }
  void begin(Tensors& shared, const Tensor& step) const override { shared[0] = shared[0] * momentum_of(step); }
  /// mu_t.
  Tensor momentum_of(const Tensor& step) const {
    return scalar(o_.beta_1) * (scalar(1) - scalar(0.5) * power(scalar(0.96), step * scalar(o_.momentum_decay)));
  }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    s[0] = s[0] + (g - s[0]) * scalar(1 - o_.beta_1, g);
    s[1] = s[1] + (square(g) - s[1]) * scalar(1 - o_.beta_2, g);
    const Tensor now = momentum_of(at.step), later = momentum_of(at.step + scalar(1)), &product = at.shared[0];
    const Tensor of_mean = at.rate * later / (scalar(1) - product * later), of_gradient = at.rate * (scalar(1) - now) / (scalar(1) - product);
    const Tensor root = sqrt(s[1] / scalar(scalar(1) - power(scalar(o_.beta_2), at.step), g)) + scalar(o_.epsilon, g);
    return w - (s[0] * scalar(of_mean, g) + g * scalar(of_gradient, g)) / root;
  }
};

}  // namespace

Nadam::Nadam(const LearningRate& learning_rate, const NadamOptions& options) : Optimizer(std::make_shared<NadamRule>("Nadam", learning_rate, options)) {}

namespace detail {
Optimizer nadam_from_config(const Config& config) { return read_rule<NadamRule>("Nadam", config, 0.001, NadamOptions{}); }
}  // namespace detail

}  // namespace candor
