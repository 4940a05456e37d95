#include "candor/nn/optimizers/loss_scale_optimizer.h"

#include "candor/graph/control.h"
#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/nn/optimizers/wrapper.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::StepValues;
using detail::Tensors;

constexpr std::size_t counter_at = 2, scale_at = 3, inner_at = 4;

Tensor whole(std::int64_t value) { return Tensor::full({}, static_cast<double>(value), DType::i64); }
Tensor f32(double value) { return Tensor::full({}, value, DType::f32); }

class LossScaleBody final : public detail::OptimizerWrapper {
 public:
  LossScaleBody(const Optimizer& inner, const LossScaleOptions& o) : OptimizerWrapper("LossScaleOptimizer", o.name, inner), o_(o) {
    if (this->inner().kind() == "SAM") complain("the inner optimizer is a SAM; put the LossScaleOptimizer inside it");
    if (!(o.initial_scale > 0 && o.initial_scale < 3e38)) complain("initial_scale must be positive and finite, not " + to_string(Config(o.initial_scale)));
    if (o.dynamic_growth_steps < 1) complain("dynamic_growth_steps must be at least 1, not " + std::to_string(o.dynamic_growth_steps));
    this->inner().set_loss_scale_factor(std::nullopt);
    add_counters();
  }

  void set_loss_scale_factor(std::optional<double> factor) override {
    if (factor) complain("a loss_scale_factor beside the dynamic scale has no meaning");
  }
  Tensor scale_loss(const Tensor& loss) const override {
    return loss * cast(scale_.value(), loss.dtype());
  }

  StepValues step(const Tensors& gradients, StepValues now) override {
    Tensor finite;
    for (const Tensor& g : gradients) {
      if (!g.defined()) continue;
      const Tensor here = all(isfinite(g));
      finite = finite.defined() ? logical_and(finite, here) : here;
    }
    const Tensor scale = now.state[scale_at], count = now.state[counter_at];
    StepValues inside{now.weights, {now.state.begin() + inner_at, now.state.end()}};
    const auto joined = [](const StepValues& v) {
      Tensors list = v.weights;
      list.insert(list.end(), v.state.begin(), v.state.end());
      return list;
    };
    const auto apply = [&]() -> Tensors {
      Tensors unscaled = gradients;
      for (Tensor& g : unscaled) {
        if (g.defined()) g = g / cast(scale, g.dtype());
      }
      return joined(inner().step(unscaled, inside));
    };
    const Tensors chosen = cond(finite, apply, [&]() -> Tensors { return joined(inside); });
    const auto middle = chosen.begin() + static_cast<std::ptrdiff_t>(now.weights.size());
    now.weights.assign(chosen.begin(), middle);
    std::copy(middle, chosen.end(), now.state.begin() + inner_at);
    const Tensor grown = logical_and(finite, equal(count, whole(o_.dynamic_growth_steps - 1)));
    now.state[counter_at] = where(logical_and(finite, logical_not(grown)), count + whole(1), whole(0));
    now.state[scale_at] = scale * where(grown, f32(2), where(finite, f32(1), f32(0.5)));
    return now;
  }

 protected:
  void make_counters() override {
    inner().reset();
    scale_.assign(f32(o_.initial_scale));
    add_counters();
  }
  void make_state() override {
    add_state("step_counter", Tensor::zeros({}, DType::i64));
    share_state("dynamic_scale", scale_);
    inner().build(weights());
    for (const auto& [name, variable] : inner().state()) share_state(inner().name() + "/" + name, variable);
  }
  Config options() const override {
    return {{"name", name()}, {"inner_optimizer", inner().config()}, {"initial_scale", o_.initial_scale}, {"dynamic_growth_steps", o_.dynamic_growth_steps}};
  }

 private:
  /// Keras's two variables that every optimizer has; the inner one's count.
  void add_counters() {
    add_state("iteration", Tensor::zeros({}, DType::i64));
    add_state("learning_rate", detail::scalar(0));
  }
  LossScaleOptions o_;
  /// There from the start: a step that is traced before the other state is made reads it, too.
  Variable scale_{f32(o_.initial_scale), "dynamic_scale", false};
};

}  // namespace

LossScaleOptimizer::LossScaleOptimizer(const Optimizer& inner_optimizer, const LossScaleOptions& options)
    : Optimizer(std::make_shared<LossScaleBody>(inner_optimizer, options)) {}

namespace detail {

Optimizer loss_scale_optimizer_from_config(const Config& config) {
  LossScaleOptions o;
  FieldReader read(config);
  read("name", o.name);
  read("initial_scale", o.initial_scale);
  read("dynamic_growth_steps", o.dynamic_growth_steps);
  for (const char* own : {"inner_optimizer", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor",
                          "gradient_accumulation_steps"}) {
    read.know(own);  // older files name the common options; they do nothing here
  }
  read.finish("LossScaleOptimizer");
  return LossScaleOptimizer(optimizer_from_config(config.at("inner_optimizer")), o);
}

}  // namespace detail
}  // namespace candor
