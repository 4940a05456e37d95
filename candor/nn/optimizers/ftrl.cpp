#include "candor/nn/optimizers/ftrl.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class FtrlRule final : public detail::RuleOf<FtrlRule, FtrlOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("learning_rate_power", o.learning_rate_power);
    visit("initial_accumulator_value", o.initial_accumulator_value);
    visit("l1_regularization_strength", o.l1_regularization_strength);
    visit("l2_regularization_strength", o.l2_regularization_strength);
    visit("l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength);
    visit("beta", o.beta);
  }
  FtrlRule(const char* kind, const LearningRate& rate, const FtrlOptions& o) : RuleOf(kind, rate, o) {
    detail::require_not_negative(kind, "initial_accumulator_value", o.initial_accumulator_value);
    detail::require_not_negative(kind, "l1_regularization_strength", o.l1_regularization_strength);
    detail::require_not_negative(kind, "l2_regularization_strength", o.l2_regularization_strength);
    detail::require_not_negative(kind, "l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength);
    detail::require_not_negative(kind, "beta", o.beta);
    if (!(o.learning_rate_power <= 0)) complain("learning_rate_power must not be positive, is " + to_string(Config(o.learning_rate_power)));
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& v) const override { return {{"accumulator", Tensor::full(v.shape(), o_.initial_accumulator_value, v.type().dtype)}, {"linear", {}}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    const auto raised = [&](const Tensor& n) { return o_.learning_rate_power == -0.5 ? sqrt(n) : power(n, scalar(-o_.learning_rate_power, n)); };
    const Tensor rate = scalar(at.rate, g), sum = s[0] + square(g), root = raised(sum);
    const Tensor pulled = g + w * scalar(2 * o_.l2_shrinkage_regularization_strength, g);
    s[1] = s[1] + pulled - (root - raised(s[0])) / rate * w;
    s[0] = sum;
    const Tensor curvature = root / rate + scalar(scalar(2 * o_.l2_regularization_strength) + scalar(o_.beta) / at.rate, g);
    const double l1 = o_.l1_regularization_strength;
    return (clip(s[1], -l1, l1) - s[1]) / curvature;
  }
};

}  // namespace

Ftrl::Ftrl(const LearningRate& learning_rate, const FtrlOptions& options) : Optimizer(std::make_shared<FtrlRule>("Ftrl", learning_rate, options)) {}

namespace detail {
Optimizer ftrl_from_config(const Config& config) { return read_rule<FtrlRule>("Ftrl", config, 0.001, FtrlOptions{}); }
}  // namespace detail

}  // namespace candor
