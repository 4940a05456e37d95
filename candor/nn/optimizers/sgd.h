// Stochastic gradient descent, with momentum.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct SGDOptions {
  double momentum = 0;  ///< in [0, 1]
  bool nesterov = false;
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  double dampening = 0;  ///< PyTorch's: all gradients but the first enter the momentum times 1 - dampening; not with nesterov
};
/// w -= rate g; with momentum v = momentum v - rate g, w += v, or with nesterov (Sutskever et al. 2013) w += momentum v - rate g. State: momentum (v).
class SGD : public Optimizer {
 public:
  explicit SGD(const LearningRate& learning_rate = 0.01, const SGDOptions& options = {});
};

}  // namespace candor
