#include "candor/nn/optimizers/radam.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class RAdamRule final : public detail::RuleOf<RAdamRule, RAdamOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
    visit("epsilon", o.epsilon);
  }
  RAdamRule(const char* kind, const LearningRate& rate, const RAdamOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "beta_1", o.beta_1);
    detail::require_share(kind, "beta_2", o.beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override { return {{"momentum", {}}, {"velocity", {}}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    s[0] = s[0] + (g - s[0]) * scalar(1 - o_.beta_1, g);
    s[1] = s[1] + (square(g) - s[1]) * scalar(1 - o_.beta_2, g);
    const double rho_limit = 2 / (1 - o_.beta_2) - 1;
    const Tensor power_2 = power(scalar(o_.beta_2), at.step), correction_2 = scalar(1) - power_2;
    const Tensor rho = scalar(rho_limit) - scalar(2) * at.step * power_2 / correction_2;
    const Tensor rectified = greater(rho, scalar(5));
    // A rho that is not used is replaced, so that no root of a negative number arises.
    const Tensor safe = where(rectified, rho, scalar(6));
    const Tensor r = sqrt((safe - scalar(4)) * (safe - scalar(2)) * scalar(rho_limit) / (scalar((rho_limit - 4) * (rho_limit - 2)) * safe));
    const Tensor rate = at.rate / (scalar(1) - power(scalar(o_.beta_1), at.step));
    const Tensor divisor = where(rectified, sqrt(s[1]) + scalar(o_.epsilon, g), scalar(1, g));
    return w - scalar(where(rectified, rate * r * sqrt(correction_2), rate), g) * s[0] / divisor;
  }
};

}  // namespace

RAdam::RAdam(const LearningRate& learning_rate, const RAdamOptions& options) : Optimizer(std::make_shared<RAdamRule>("RAdam", learning_rate, options)) {}

namespace detail {
Optimizer radam_from_config(const Config& config) { return read_rule<RAdamRule>("RAdam", config, 0.001, RAdamOptions{}); }
}  // namespace detail

}  // namespace candor
