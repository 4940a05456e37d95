// Adafactor.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct AdafactorOptions {
  double beta_2_decay = -0.8;   ///< beta_2 of step t is 1 - t^beta_2_decay
  double epsilon_1 = 1e-30;     ///< added to g^2
  double epsilon_2 = 1e-3;      ///< least size of a weight
  double clip_threshold = 1;    ///< of the step's root mean square
  bool relative_step = true;    ///< the rate is at most 1 / sqrt(t); not with a schedule
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool torch_epsilon = false;   ///< epsilon_1 bounds the root of the second moment from below in place of the sum, as in PyTorch
};
/// Shazeer, Stern 2018: second moments of matrices as the product of their row and column means R, C: V = R C / mean(R); U = g / sqrt(V), divided by
/// max(1, rms(U) / clip_threshold); w -= max(epsilon_2, rms(w)) min(rate, 1 / sqrt(t)) U. States: r, c (of the last two axes; one number, unused, for
/// vectors), velocity (V).
class Adafactor : public Optimizer {
 public:
  explicit Adafactor(const LearningRate& learning_rate = 0.001, const AdafactorOptions& options = {});
};

}  // namespace candor
