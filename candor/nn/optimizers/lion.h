// Lion.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct LionOptions {
  double beta_1 = 0.9, beta_2 = 0.99;  ///< beta_1 in (0, 1], beta_2 in [0, 1)
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
};
/// Chen et al. 2023: w -= rate sign(beta_1 m + (1 - beta_1) g); m = beta_2 m + (1 - beta_2) g. Its rate is 3 to 10 times less than Adam's, its
/// weight decay as much more. State: momentum (m).
class Lion : public Optimizer {
 public:
  explicit Lion(const LearningRate& learning_rate = 0.001, const LionOptions& options = {});
};

}  // namespace candor
