// AdamW without a schedule.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct ScheduleFreeAdamWOptions {
  double beta_1 = 0.9;    ///< of the interpolation, in (0, 1)
  double beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-8;
  std::int64_t warmup_steps = 0;  ///< the rate rises along a straight line over these
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool exact_mean = false;  ///< x is taken out of y with the z before the step, as in the paper; else with the z after it, as Keras on TensorFlow does
};
/// Defazio et al. 2024, as Keras computes it: z takes Adam's steps (without momentum), x is the mean of all z, and the weights during training
/// are y = (1 - beta_1) z + beta_1 x; x is not stored. States: momentum (z, the weight at first), velocity.
class ScheduleFreeAdamW : public Optimizer {
 public:
  explicit ScheduleFreeAdamW(const LearningRate& learning_rate = 0.0025, const ScheduleFreeAdamWOptions& options = {});
};

}  // namespace candor
