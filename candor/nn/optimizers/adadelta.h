// Adadelta.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct AdadeltaOptions {
  double rho = 0.95;  ///< in [0, 1)
  double epsilon = 1e-7;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
};
/// Zeiler 2012: v = rho v + (1 - rho) g^2, d = sqrt(u + epsilon) / sqrt(v + epsilon) g, u = rho u + (1 - rho) d^2, w -= rate d. The paper's rate is 1.
/// States: accumulated_grad (v), accumulated_delta_var (u).
class Adadelta : public Optimizer {
 public:
  explicit Adadelta(const LearningRate& learning_rate = 0.001, const AdadeltaOptions& options = {});
};

}  // namespace candor
