// Batch and layer normalisation.
#pragma once

#include "candor/nn/layer.h"
#include "candor/ops/reduce.h"

namespace candor {

struct BatchNormalizationOptions {
  int axis = -1;
  double momentum = 0.99;
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  std::string name = {};
};
/// Each channel of `axis` to mean 0, variance 1, then times gamma plus beta (Ioffe, Szegedy 2015). In training by the batch's own
/// biased statistics, which also move the running ones: moving = momentum * moving + (1 - momentum) * batch; in inference, or
/// when frozen, by the running ones. Weights: gamma, beta, moving_mean, moving_variance, each [channels].
class BatchNormalization : public Layer {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

struct LayerNormalizationOptions {
  Axes axis = {-1};
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  std::string name = {};
};
/// Each sample to mean 0, variance 1 over `axis`, then times gamma plus beta (Ba, Kiros, Hinton 2016). Weights: gamma, beta with the
/// extents of those axes.
class LayerNormalization : public Layer {
 public:
  explicit LayerNormalization(LayerNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
