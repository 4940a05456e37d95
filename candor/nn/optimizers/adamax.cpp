#include "candor/nn/optimizers/adamax.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class AdamaxRule final : public detail::RuleOf<AdamaxRule, AdamaxOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
    visit("epsilon", o.epsilon);
    visit.ours("torch_epsilon", o.torch_epsilon, false);
  }
  AdamaxRule(const char* kind, const LearningRate& rate, const AdamaxOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "beta_1", o.beta_1);
    detail::require_share(kind, "beta_2", o.beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override { return {{"momentum", {}}, {"norm", {}}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    s[0] = s[0] + (g - s[0]) * scalar(1 - o_.beta_1, g);
    const Tensor epsilon = scalar(o_.epsilon, g), size = abs(g);
    s[1] = maximum(s[1] * scalar(o_.beta_2, g), o_.torch_epsilon ? size + epsilon : size);
    const Tensor rate = scalar(at.rate / (scalar(1) - power(scalar(o_.beta_1), at.step)), g);
    return w - rate * s[0] / (o_.torch_epsilon ? s[1] : s[1] + epsilon);
  }
};

}  // namespace

Adamax::Adamax(const LearningRate& learning_rate, const AdamaxOptions& options) : Optimizer(std::make_shared<AdamaxRule>("Adamax", learning_rate, options)) {}

namespace detail {
Optimizer adamax_from_config(const Config& config) { return read_rule<AdamaxRule>("Adamax", config, 0.001, AdamaxOptions{}); }
}  // namespace detail

}  // namespace candor
