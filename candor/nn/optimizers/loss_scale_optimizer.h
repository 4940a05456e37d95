// Dynamic loss scaling, for gradients in 16 bits.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct LossScaleOptions {
  double initial_scale = 32768;
  std::int64_t dynamic_growth_steps = 2000;
  std::string name{};
};
/// scale_loss multiplies the loss by the scale, apply divides the gradients by it and lets the inner optimizer step. When a gradient is not finite
/// the step is left out and the scale halved; after dynamic_growth_steps good steps in a row it is doubled (Micikevicius et al. 2018, Keras's
/// rule). The inner optimizer's loss_scale_factor is switched off. States: step_counter, dynamic_scale, then the inner optimizer's.
class LossScaleOptimizer : public Optimizer {
 public:
  explicit LossScaleOptimizer(const Optimizer& inner_optimizer, const LossScaleOptions& options = {});
};

}  // namespace candor
