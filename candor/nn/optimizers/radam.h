// Rectified Adam.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct RAdamOptions {
  double beta_1 = 0.9, beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-8;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
};
/// Liu et al. 2019, as PyTorch computes it: rho_inf = 2 / (1 - beta_2) - 1, rho = rho_inf - 2 t beta_2^t / (1 - beta_2^t), m^ = m / (1 - beta_1^t);
/// rho > 5: w -= rate m^ r sqrt(1 - beta_2^t) / (sqrt v + epsilon), r^2 = (rho - 4)(rho - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho);
/// before that w -= rate m^. States: momentum (m), velocity (v).
class RAdam : public Optimizer {
 public:
  explicit RAdam(const LearningRate& learning_rate = 0.001, const RAdamOptions& options = {});
};

}  // namespace candor
