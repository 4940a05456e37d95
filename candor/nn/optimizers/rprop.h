// Resilient propagation.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct RpropOptions {
  double eta_minus = 0.5, eta_plus = 1.2;     ///< 0 < eta_minus < 1 < eta_plus
  double min_step = 1e-6, max_step = 50;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
};
/// Riedmiller, Braun 1993, as PyTorch computes it: each entry has a step size, learning_rate at first, which grows by eta_plus while its gradient
/// keeps its sign and shrinks by eta_minus when it turns (then the entry rests for one step); w -= size sign(g). For full batches. States:
/// previous_gradient, step_size.
class Rprop : public Optimizer {
 public:
  explicit Rprop(const LearningRate& learning_rate = 0.01, const RpropOptions& options = {});
};

}  // namespace candor
