// LAMB.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct LambOptions {
  double beta_1 = 0.9, beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-7;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool decay_in_ratio = false;  ///< true: weight_decay * w is part of the step that the ratio scales, as in the paper; false: decoupled, Keras's way
};
/// You et al. 2019: r = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon), w -= rate |w| / |r| r with the norms of each weight; the quotient is 1
/// when one of them is 0. States: momentum (m), velocity (v).
class Lamb : public Optimizer {
 public:
  explicit Lamb(const LearningRate& learning_rate = 0.001, const LambOptions& options = {});
};

}  // namespace candor
