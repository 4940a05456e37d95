// Muon.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct MuonOptions {
  double adam_beta_1 = 0.9, adam_beta_2 = 0.999;        ///< of the weights that Adam updates
  std::optional<double> adam_weight_decay = 0.004;      ///< of those
  double epsilon = 1e-7;
  std::optional<double> weight_decay = 0.004;           ///< of the matrices
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};  ///< these and the following: see OptimizerOptions
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency{};
  std::optional<double> loss_scale_factor{};
  std::optional<std::int64_t> gradient_accumulation_steps{};
  std::string name{};
  std::vector<std::string> exclude_layers{};         ///< regular expressions: weights whose path has a match are Adam's
  bool exclude_embeddings = true;                       ///< so are those with "embedding" in their path
  double muon_a = 3.4445, muon_b = -4.775, muon_c = 2.0315;  ///< of the iteration X = a X + (b A + c A A) X, A = X X^T
  double adam_lr_ratio = 1;                             ///< Adam's rate is this times the rate
  double momentum = 0.95;
  std::int64_t ns_steps = 5;                            ///< iterations
  bool nesterov = true;
  std::optional<double> rms_rate = 0.2;                 ///< the step is sqrt(max(rows, columns)) rms_rate X; unset: X
  bool torch_scale = false;                             ///< the step is sqrt(max(1, rows / columns)) X, as PyTorch has it at first
};
/// Jordan et al. 2024: matrices move by their momentum (b = momentum b + g; nesterov: g + momentum b) made orthogonal by a Newton-Schulz iteration,
/// w -= rate * scale * X. All that is no matrix, and embeddings, are updated by Adam. States: momentum, for Adam's velocity.
class Muon : public Optimizer {
 public:
  explicit Muon(const LearningRate& learning_rate = 0.001, const MuonOptions& options = {});
};

}  // namespace candor
