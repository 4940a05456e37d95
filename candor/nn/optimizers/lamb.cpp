#include "candor/nn/optimizers/lamb.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class LambRule final : public detail::RuleOf<LambRule, LambOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
    visit("epsilon", o.epsilon);
    visit.ours("decay_in_ratio", o.decay_in_ratio, false);
  }
  LambRule(const char* kind, const LearningRate& rate, const LambOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "beta_1", o.beta_1);
    detail::require_share(kind, "beta_2", o.beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override { return {{"momentum", {}}, {"velocity", {}}}; }
  void update_group(Tensors& w, const Tensors& g, std::vector<Tensors>& s, const UpdateStep& at) const override {
    if (!o_.decay_in_ratio) return UpdateRule::update_group(w, g, s, at);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = update(w[i], g[i], s[i], at);
  }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    s[0] = s[0] + (g - s[0]) * scalar(1 - o_.beta_1, g);
    s[1] = s[1] + (square(g) - s[1]) * scalar(1 - o_.beta_2, g);
    const auto corrected = [&](const Tensor& mean, double beta) { return mean / scalar(scalar(1) - power(scalar(beta), at.step), mean); };
    Tensor step = corrected(s[0], o_.beta_1) / (sqrt(corrected(s[1], o_.beta_2)) + scalar(o_.epsilon, g));
    if (o_.decay_in_ratio && at.weight_decay > 0) step = step + w * scalar(at.weight_decay, w);
    const Tensor of_weight = sqrt(sum(square(w))), of_step = sqrt(sum(square(step))), zero = scalar(0, g), one = scalar(1, g);
    const Tensor both = logical_and(greater(of_weight, zero), greater(of_step, zero));
    const Tensor ratio = where(both, of_weight / where(both, of_step, one), one);
    return w - ratio * scalar(at.rate, g) * step;
  }
};

}  // namespace

Lamb::Lamb(const LearningRate& learning_rate, const LambOptions& options) : Optimizer(std::make_shared<LambRule>("Lamb", learning_rate, options)) {}

namespace detail {
Optimizer lamb_from_config(const Config& config) { return read_rule<LambRule>("Lamb", config, 0.001, LambOptions{}); }
}  // namespace detail

}  // namespace candor
