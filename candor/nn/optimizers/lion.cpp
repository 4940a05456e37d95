#include "candor/nn/optimizers/lion.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class LionRule final : public detail::RuleOf<LionRule, LionOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
  }
  LionRule(const char* kind, const LearningRate& rate, const LionOptions& o) : RuleOf(kind, rate, o) {
    if (!(o.beta_1 > 0 && o.beta_1 <= 1)) complain("beta_1 must lie in (0, 1], not " + to_string(Config(o.beta_1)));
    detail::require_share(kind, "beta_2", o.beta_2);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override { return {{"momentum", {}}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    const Tensor direction = sign(s[0] * scalar(o_.beta_1, g) + g * scalar(1 - o_.beta_1, g));
    s[0] = s[0] * scalar(o_.beta_2, g) + g * scalar(1 - o_.beta_2, g);
    return w - scalar(at.rate, g) * direction;
  }
};

}  // namespace

Lion::Lion(const LearningRate& learning_rate, const LionOptions& options) : Optimizer(std::make_shared<LionRule>("Lion", learning_rate, options)) {}

namespace detail {
Optimizer lion_from_config(const Config& config) { return read_rule<LionRule>("Lion", config, 0.001, LionOptions{}); }
}  // namespace detail

}  // namespace candor
