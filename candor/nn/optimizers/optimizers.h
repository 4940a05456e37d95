// The optimizers, with Keras's names, defaults and order of options.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct SGDOptions {
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;  ///< decoupled: w -= rate * weight_decay * w
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};
};
/// v = momentum v - rate g; w += v, or with nesterov w += momentum v - rate g.
class SGD : public Optimizer {
 public:
  explicit SGD(LearningRate learning_rate = 0.01, SGDOptions options = {});
};

struct AdamOptions {
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  double weight_decay = 0;     ///< decoupled
  bool torch_epsilon = false;  ///< epsilon as PyTorch adds it, after the bias correction of the root
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};
};
/// Kingma, Ba 2014: m and v are running means of g and g^2; w -= rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt v + epsilon).
class Adam : public Optimizer {
 public:
  explicit Adam(LearningRate learning_rate = 0.001, AdamOptions options = {});
};

struct AdamWOptions {
  double weight_decay = 0.004;
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  bool torch_epsilon = false;
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};
};
/// Adam with decoupled weight decay (Loshchilov, Hutter 2017): first w -= rate * weight_decay * w.
class AdamW : public Optimizer {
 public:
  explicit AdamW(LearningRate learning_rate = 0.001, AdamWOptions options = {});
};

struct RMSpropOptions {
  double rho = 0.9, momentum = 0, epsilon = 1e-7;
  bool centered = false;
  double weight_decay = 0;  ///< decoupled
  bool torch_epsilon = false;  ///< epsilon outside the root, as PyTorch adds it
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};
};
/// v = rho v + (1 - rho) g^2; w -= rate g / sqrt(v + epsilon); centered: v - mean(g)^2 in place of v; with momentum a running sum of steps.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(LearningRate learning_rate = 0.001, RMSpropOptions options = {});
};

}  // namespace candor
