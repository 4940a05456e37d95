#include "candor/nn/optimizers/adagrad.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class AdagradRule final : public detail::RuleOf<AdagradRule, AdagradOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("initial_accumulator_value", o.initial_accumulator_value);
    visit("epsilon", o.epsilon);
    visit.ours("torch_epsilon", o.torch_epsilon, false);
  }
  AdagradRule(const char* kind, const LearningRate& rate, const AdagradOptions& o) : RuleOf(kind, rate, o) {
    detail::require_not_negative(kind, "initial_accumulator_value", o.initial_accumulator_value);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& v) const override { return {{"accumulator", Tensor::full(v.shape(), o_.initial_accumulator_value, v.type().dtype)}}; }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    s[0] = s[0] + square(g);
    const Tensor epsilon = scalar(o_.epsilon, g);
    return w - scalar(at.rate, g) * g / (o_.torch_epsilon ? sqrt(s[0]) + epsilon : sqrt(s[0] + epsilon));
  }
};

}  // namespace

Adagrad::Adagrad(const LearningRate& learning_rate, const AdagradOptions& options) : Optimizer(std::make_shared<AdagradRule>("Adagrad", learning_rate, options)) {}

namespace detail {
Optimizer adagrad_from_config(const Config& config) { return read_rule<AdagradRule>("Adagrad", config, 0.001, AdagradOptions{}); }
}  // namespace detail

}  // namespace candor
