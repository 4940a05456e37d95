// Adamax.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct AdamaxOptions {
  double beta_1 = 0.9, beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-7;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool torch_epsilon = false;  ///< u = max(beta_2 u, |g| + epsilon) and no epsilon beside u, as in PyTorch
};
/// Adam by the infinity norm (Kingma, Ba 2014, section 7.1): m = beta_1 m + (1 - beta_1) g, u = max(beta_2 u, |g|),
/// w -= rate / (1 - beta_1^t) m / (u + epsilon). States: momentum (m), norm (u).
class Adamax : public Optimizer {
 public:
  explicit Adamax(const LearningRate& learning_rate = 0.001, const AdamaxOptions& options = {});
};

}  // namespace candor
