#include "candor/nn/optimizers/sgd.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/optimizer.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class SGDRule final : public detail::RuleOf<SGDRule, SGDOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("momentum", o.momentum);
    visit("nesterov", o.nesterov);
    visit.ours("dampening", o.dampening, 0.0);
  }
  SGDRule(const char* kind, const LearningRate& rate, const SGDOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "momentum", o.momentum, true);
    detail::require_share(kind, "dampening", o.dampening, true);
    if (o.nesterov && o.dampening != 0) complain("nesterov and dampening exclude each other");
  }

 protected:
  std::vector<StateSpec> states_of(const Variable&) const override {
    return o_.momentum > 0 ? std::vector<StateSpec>{{"momentum", {}}} : std::vector<StateSpec>{};
  }
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    Tensors weights{w};
    std::vector<Tensors> states{s};
    update_group(weights, {g}, states, at);
    s = states[0];
    return weights[0];
  }
  void update_group(Tensors& w, const Tensors& gradients, std::vector<Tensors>& s, const UpdateStep& at) const override {
    Tensors g = gradients, velocities;
    if (o_.dampening != 0 && o_.momentum > 0) {
      const Tensor share = where(equal(at.step, scalar(1)), scalar(1), scalar(1 - o_.dampening));
      for (Tensor& x : g) x = x * scalar(share, x);
    }
    if (o_.momentum > 0) {
      for (const Tensors& own : s) velocities.push_back(own[0]);
    }
    const Tensors out = ops::sgd_update(w, g, velocities, at.rate, {.momentum = o_.momentum, .nesterov = o_.nesterov, .weight_decay = at.weight_decay});
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] = out[i];
      if (o_.momentum > 0) s[i][0] = out[w.size() + i];
    }
  }
};

}  // namespace

SGD::SGD(const LearningRate& learning_rate, const SGDOptions& options) : Optimizer(std::make_shared<SGDRule>("SGD", learning_rate, options)) {}

namespace detail {
Optimizer sgd_from_config(const Config& config) { return read_rule<SGDRule>("SGD", config, 0.01, SGDOptions{}); }
}  // namespace detail

}  // namespace candor
