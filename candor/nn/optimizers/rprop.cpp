#include "candor/nn/optimizers/rprop.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class RpropRule final : public detail::RuleOf<RpropRule, RpropOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("eta_minus", o.eta_minus);
    visit("eta_plus", o.eta_plus);
    visit("min_step", o.min_step);
    visit("max_step", o.max_step);
  }
  RpropRule(const char* kind, const LearningRate& rate, const RpropOptions& o) : RuleOf(kind, rate, o) {
    detail::require_not_negative(kind, "min_step", o.min_step);
    if (!(o.eta_minus > 0 && o.eta_minus < 1)) complain("eta_minus must lie in (0, 1), not " + to_string(Config(o.eta_minus)));
    if (!(o.eta_plus > 1)) complain("eta_plus must be larger than 1, not " + to_string(Config(o.eta_plus)));
    if (!(o.max_step >= o.min_step)) complain("max_step must be at least min_step, not " + to_string(Config(o.max_step)));
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& v) const override { return {{"previous_gradient", {}}, {"step_size", Tensor::full(v.shape(), learning_rate(), v.type().dtype)}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    const Tensor zero = scalar(0, g), agreement = g * s[0];
    const Tensor turned = less(agreement, zero);
    const Tensor factor = where(turned, scalar(o_.eta_minus, g), where(greater(agreement, zero), scalar(o_.eta_plus, g), scalar(1, g)));
    s[1] = clip(s[1] * factor, o_.min_step, o_.max_step);
    s[0] = where(turned, zero, g);
    return w - sign(s[0]) * s[1] * scalar(at.multiplier, g);
  }
};

}  // namespace

Rprop::Rprop(const LearningRate& learning_rate, const RpropOptions& options) : Optimizer(std::make_shared<RpropRule>("Rprop", learning_rate, options)) {}

namespace detail {
Optimizer rprop_from_config(const Config& config) { return read_rule<RpropRule>("Rprop", config, 0.01, RpropOptions{}); }
}  // namespace detail

}  // namespace candor
