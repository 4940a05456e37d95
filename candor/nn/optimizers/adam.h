// Adam and AdamW.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct AdamOptions {
  double beta_1 = 0.9, beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-7;
  bool amsgrad = false;  ///< the largest v so far in place of v (Reddi, Kale, Kumar 2018)
  std::optional<double> weight_decay{}, clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool torch_epsilon = false;  ///< epsilon as PyTorch adds it, after the bias correction of the root
  bool bf16_state = false;     ///< the states of f32 weights take 16 bits a number, half of the memory; see ops::adam_update for their rounding
};
/// Kingma, Ba 2014: m and v are running means of g and g^2; w -= rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt v + epsilon).
/// States: momentum (m), velocity (v), with amsgrad velocity_hat.
class Adam : public Optimizer {
 public:
  explicit Adam(const LearningRate& learning_rate = 0.001, const AdamOptions& options = {});
};

struct AdamWOptions {
  std::optional<double> weight_decay = 0.004;
  double beta_1 = 0.9, beta_2 = 0.999;  ///< in [0, 1)
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  bool torch_epsilon = false;
  bool bf16_state = false;  ///< as in AdamOptions
};
/// Adam with decoupled weight decay (Loshchilov, Hutter 2017): first w -= rate * weight_decay * w.
class AdamW : public Optimizer {
 public:
  explicit AdamW(const LearningRate& learning_rate = 0.001, const AdamWOptions& options = {});
};

}  // namespace candor
