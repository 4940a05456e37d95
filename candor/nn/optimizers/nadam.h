// Nadam.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct NadamOptions {
  double beta_1 = 0.9, beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-7;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  double momentum_decay = 1;  ///< psi below; PyTorch has 0.004
};
/// Adam with Nesterov momentum (Dozat 2015): mu_t = beta_1 (1 - 0.5 * 0.96^(t psi)), P_t = mu_1 ... mu_t,
/// w -= rate (mu_{t+1} m / (1 - P_{t+1}) + (1 - mu_t) g / (1 - P_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon).
/// States: momentum (m), velocity (v), and one number, variable (P).
class Nadam : public Optimizer {
 public:
  explicit Nadam(const LearningRate& learning_rate = 0.001, const NadamOptions& options = {});
};

}  // namespace candor
