// Losses that learn a distribution: negative log-likelihoods of the targets.
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// mean((log v + (t - m)^2 / v) / 2) over the last axis. Predictions [..., 2 k] are k means m, then k logarithms of the variances v, for targets [..., k].
/// `full` adds log(2 pi) / 2, which changes no gradient. Variances are at least `epsilon`.
struct GaussianNLL {
  bool full = false;
  double epsilon = 1e-6;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "gaussian_nll";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// -log sum_c w_c N(t; m_c, s_c^2) (Bishop 1994: mixture density networks). Predictions [..., components (1 + 2 k)] for targets [..., k]: logits of the weights,
/// then the means, then the logarithms of the deviations (each component after component). One value a sample.
struct MixtureDensity {
  int components = 5;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mixture_density";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean((log v + (t - m)^2 / v) / 2) for given variances, all of one shape; `full` as in GaussianNLL. A variance below epsilon counts as epsilon.
Tensor gaussian_nll(const Tensor& y_true, const Tensor& mean, const Tensor& variance, bool full = false, double epsilon = 1e-6,
                    Reduction reduction = Reduction::sum_over_batch_size);

}  // namespace candor
