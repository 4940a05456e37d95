#include "candor/nn/optimizers/adadelta.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class AdadeltaRule final : public detail::RuleOf<AdadeltaRule, AdadeltaOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("rho", o.rho);
    visit("epsilon", o.epsilon);
  }
  AdadeltaRule(const char* kind, const LearningRate& rate, const AdadeltaOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "rho", o.rho);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override { return {{"accumulated_grad", {}}, {"accumulated_delta_var", {}}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    const Tensor keep = scalar(o_.rho, g), rest = scalar(1 - o_.rho, g), epsilon = scalar(o_.epsilon, g);
    s[0] = keep * s[0] + rest * square(g);
    const Tensor delta = sqrt(s[1] + epsilon) * g / sqrt(s[0] + epsilon);
    s[1] = keep * s[1] + rest * square(delta);
    return w - scalar(at.rate, g) * delta;
  }
};

}  // namespace

Adadelta::Adadelta(const LearningRate& learning_rate, const AdadeltaOptions& options) : Optimizer(std::make_shared<AdadeltaRule>("Adadelta", learning_rate, options)) {}

namespace detail {
Optimizer adadelta_from_config(const Config& config) { return read_rule<AdadeltaRule>("Adadelta", config, 0.001, AdadeltaOptions{}); }
}  // namespace detail

}  // namespace candor
