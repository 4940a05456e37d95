#include "candor/nn/optimizers/schedule_free_adamw.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class ScheduleFreeAdamWRule final : public detail::RuleOf<ScheduleFreeAdamWRule, ScheduleFreeAdamWOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
    visit("epsilon", o.epsilon);
    visit("warmup_steps", o.warmup_steps);
    visit.ours("exact_mean", o.exact_mean, false);
  }
  ScheduleFreeAdamWRule(const char* kind, const LearningRate& rate, const ScheduleFreeAdamWOptions& o) : RuleOf(kind, rate, o) {
    if (!(o.beta_1 > 0 && o.beta_1 < 1)) complain("beta_1 must lie in (0, 1), not " + to_string(Config(o.beta_1)));
    detail::require_share(kind, "beta_2", o.beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
    if (o.warmup_steps < 0) complain("warmup_steps must not be negative, is " + std::to_string(o.warmup_steps));
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& v) const override { return {{"momentum", v.tensor().clone()}, {"velocity", {}}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    s[1] = s[1] + (square(g) - s[1]) * scalar(1 - o_.beta_2, g);
    Tensor rate = at.rate;
    if (o_.warmup_steps > 0) rate = rate * minimum(at.step / scalar(static_cast<double>(o_.warmup_steps)), scalar(1));
    const Tensor root = sqrt(s[1] / scalar(scalar(1) - power(scalar(o_.beta_2), at.step), g)) + scalar(o_.epsilon, g);
    const Tensor share = scalar(1 - o_.beta_1, g), beta = scalar(o_.beta_1, g);
    const Tensor before = s[0];
    s[0] = s[0] - scalar(rate, g) * g / root;
    const Tensor mean_before = (w - share * (o_.exact_mean ? before : s[0])) / beta;
    const Tensor weight = scalar(scalar(1) / at.step, g);
    const Tensor mean_now = (scalar(1, g) - weight) * mean_before + weight * s[0];
    return share * s[0] + beta * mean_now;
  }
};

}  // namespace

ScheduleFreeAdamW::ScheduleFreeAdamW(const LearningRate& learning_rate, const ScheduleFreeAdamWOptions& options) : Optimizer(std::make_shared<ScheduleFreeAdamWRule>("ScheduleFreeAdamW", learning_rate, options)) {}

namespace detail {
Optimizer schedule_free_adamw_from_config(const Config& config) { return read_rule<ScheduleFreeAdamWRule>("ScheduleFreeAdamW", config, 0.0025, ScheduleFreeAdamWOptions{}); }
}  // namespace detail

}  // namespace candor
