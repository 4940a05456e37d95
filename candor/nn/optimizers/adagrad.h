// Adagrad.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct AdagradOptions {
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool torch_epsilon = false;  ///< sqrt(s) + epsilon, as in PyTorch
};
/// Duchi, Hazan, Singer 2011: s += g^2, w -= rate g / sqrt(s + epsilon). State: accumulator (s).
class Adagrad : public Optimizer {
 public:
  explicit Adagrad(const LearningRate& learning_rate = 0.001, const AdagradOptions& options = {});
};

}  // namespace candor
