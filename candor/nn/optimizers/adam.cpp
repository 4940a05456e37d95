#include "candor/nn/optimizers/adam.h"

#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/optimizer.h"

namespace candor {
namespace {

using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class AdamRule final : public detail::RuleOf<AdamRule, AdamOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("beta_1", o.beta_1);
    visit("beta_2", o.beta_2);
    visit("epsilon", o.epsilon);
    visit("amsgrad", o.amsgrad);
    visit.ours("torch_epsilon", o.torch_epsilon, false);
    visit.ours("bf16_state", o.bf16_state, false);
  }
  AdamRule(const char* kind, const LearningRate& rate, const AdamOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "beta_1", o.beta_1);
    detail::require_share(kind, "beta_2", o.beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& weight) const override {
    const auto zeros = [&] { return o_.bf16_state && weight.type().dtype == DType::f32 ? Tensor::zeros(weight.shape(), DType::bf16) : Tensor(); };
    std::vector<StateSpec> states{{"momentum", zeros()}, {"velocity", zeros()}};
    if (o_.amsgrad) states.push_back({"velocity_hat", zeros(), 1});
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
    std::vector<Tensors> lists(o_.amsgrad ? 3 : 2);
    for (std::size_t k = 0; k < lists.size(); ++k) {
      for (const Tensors& own : s) lists[k].push_back(own[k]);
    }
    const Tensors out = ops::adam_update(w, g, lists[0], lists[1], at.rate, at.step,
                                         {.beta1 = o_.beta_1, .beta2 = o_.beta_2, .epsilon = o_.epsilon, .weight_decay = at.weight_decay, .torch_epsilon = o_.torch_epsilon},
                                         o_.amsgrad ? lists[2] : Tensors{});
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] = out[i];
      for (std::size_t k = 0; k < lists.size(); ++k) s[i][k] = out[(k + 1) * w.size() + i];
    }
  }
};

AdamOptions adam_options(const AdamWOptions& o) {
  return {.beta_1 = o.beta_1, .beta_2 = o.beta_2, .epsilon = o.epsilon, .amsgrad = o.amsgrad, .weight_decay = o.weight_decay, .clipnorm = o.clipnorm,
          .clipvalue = o.clipvalue, .global_clipnorm = o.global_clipnorm, .use_ema = o.use_ema, .ema_momentum = o.ema_momentum,
          .ema_overwrite_frequency = o.ema_overwrite_frequency, .loss_scale_factor = o.loss_scale_factor,
          .gradient_accumulation_steps = o.gradient_accumulation_steps, .name = o.name, .torch_epsilon = o.torch_epsilon, .bf16_state = o.bf16_state};
}

}  // namespace

Adam::Adam(const LearningRate& learning_rate, const AdamOptions& options) : Optimizer(std::make_shared<AdamRule>("Adam", learning_rate, options)) {}
AdamW::AdamW(const LearningRate& learning_rate, const AdamWOptions& options) : Optimizer(std::make_shared<AdamRule>("AdamW", learning_rate, adam_options(options))) {}

namespace detail {
Optimizer adam_from_config(const Config& config) { return read_rule<AdamRule>("Adam", config, 0.001, AdamOptions{}); }
Optimizer adamw_from_config(const Config& config) { return read_rule<AdamRule>("AdamW", config, 0.001, adam_options({})); }
}  // namespace detail

}  // namespace candor
