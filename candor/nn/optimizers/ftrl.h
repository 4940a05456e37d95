// Follow the regularized leader.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct FtrlOptions {
  double learning_rate_power = -0.5;         ///< at most 0
  double initial_accumulator_value = 0.1;    ///< at least 0
  double l1_regularization_strength = 0, l2_regularization_strength = 0;  ///< penalties on the weights
  double l2_shrinkage_regularization_strength = 0;                        ///< added to the gradient only
  double beta = 0;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
};
/// FTRL-proximal (McMahan et al. 2013): n' = n + g^2, z += g + 2 shrinkage w - (n'^-p - n^-p) / rate w,
/// w = (clip(z, -l1, l1) - z) / (n'^-p / rate + 2 l2 + beta / rate), p = learning_rate_power. The rate must not be 0. States: accumulator (n), linear (z).
class Ftrl : public Optimizer {
 public:
  explicit Ftrl(const LearningRate& learning_rate = 0.001, const FtrlOptions& options = {});
};

}  // namespace candor
