#include "candor/nn/optimizers/rmsprop.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/optimizer.h"

namespace candor {
namespace {

using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class RMSpropRule final : public detail::RuleOf<RMSpropRule, RMSpropOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("rho", o.rho);
    visit("momentum", o.momentum);
    visit("epsilon", o.epsilon);
    visit("centered", o.centered);
    visit.ours("torch_epsilon", o.torch_epsilon, false);
  }
  RMSpropRule(const char* kind, const LearningRate& rate, const RMSpropOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "rho", o.rho);
    detail::require_share(kind, "momentum", o.momentum, true);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override {
    std::vector<StateSpec> states{{"velocity", {}}};
    if (o_.momentum > 0) states.push_back({"momentum", {}, 1});
    if (o_.centered) states.push_back({"average_gradient", {}, 2});
    return states;
  }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    Tensors weights{w};
    std::vector<Tensors> states{s};
    update_group(weights, {g}, states, at);
    s = states[0];
    return weights[0];
  }
  void update_group(Tensors& w, const Tensors& g, std::vector<Tensors>& s, const UpdateStep& at) const override {
    if (at.weight_decay > 0) {
      for (Tensor& x : w) x = x - x * detail::scalar(at.rate * detail::scalar(at.weight_decay), x);
    }
    std::vector<Tensors> lists(s[0].size());
    for (std::size_t k = 0; k < lists.size(); ++k) {
      for (const Tensors& own : s) lists[k].push_back(own[k]);
    }
    const Tensors none;
    const Tensors out = ops::rmsprop_update(w, g, lists[0], o_.momentum > 0 ? lists[1] : none, o_.centered ? lists.back() : none, at.rate,
                                            {.rho = o_.rho, .momentum = o_.momentum, .epsilon = o_.epsilon, .centered = o_.centered, .torch_epsilon = o_.torch_epsilon});
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] = out[i];
      for (std::size_t k = 0; k < lists.size(); ++k) s[i][k] = out[(k + 1) * w.size() + i];
    }
  }
};

}  // namespace

RMSprop::RMSprop(const LearningRate& learning_rate, const RMSpropOptions& options) : Optimizer(std::make_shared<RMSpropRule>("RMSprop", learning_rate, options)) {}

namespace detail {
Optimizer rmsprop_from_config(const Config& config) { return read_rule<RMSpropRule>("RMSprop", config, 0.001, RMSpropOptions{}); }
}  // namespace detail

}  // namespace candor
