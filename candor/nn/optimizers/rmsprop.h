// RMSprop.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct RMSpropOptions {
  double rho = 0.9;     ///< in [0, 1)
  double momentum = 0;  ///< in [0, 1]
  double epsilon = 1e-7;
  bool centered = false;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool torch_epsilon = false;  ///< epsilon outside the root, and the rate outside the momentum, as in PyTorch
};
/// Hinton 2012: v = rho v + (1 - rho) g^2; w -= rate g / sqrt(v + epsilon); centered: v - mean(g)^2 in place of v; with momentum a running sum of
/// steps. States: velocity (v), momentum, average_gradient.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(const LearningRate& learning_rate = 0.001, const RMSpropOptions& options = {});
};

}  // namespace candor
