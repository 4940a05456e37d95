// Normalisation: by the batch, the sample, groups of channels, or the norm.
#pragma once

#include <optional>

#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/ops/reduce.h"

namespace candor {

/// How far batch renormalisation may correct: r in [rmin, rmax], |d| <= dmax; none: unbounded.
struct RenormClipping { std::optional<double> rmax = {}, rmin = {}, dmax = {}; };

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
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};
  bool renorm = false;  ///< batch renormalisation (Ioffe 2017): training sees nearly the running statistics
  RenormClipping renorm_clipping{};
  double renorm_momentum = 0.99;
  bool synchronized = false;  ///< the same on one machine; kept for configurations
  bool unbiased_moving_variance = false;  ///< PyTorch's running variance, n / (n - 1) times the batch's (not in Keras)
  std::string name{};
};
/// Each channel of `axis` to mean 0, variance 1, then times gamma plus beta (Ioffe, Szegedy 2015). In training by the batch's own
/// biased statistics, which also move the running ones: moving = momentum * moving + (1 - momentum) * batch; in inference, or
/// when frozen, by the running ones. Steps that the input's mask does not count are left out of the statistics. Weights: gamma, beta,
/// moving_mean, moving_variance, each [channels], and with renorm moving_stddev, renorm_mean, renorm_stddev.
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
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};
  bool rms_scaling = false;  ///< x / deviation * gamma without centring, as elder Keras has it; RMSNormalization is the real thing
  std::string name{};
};
/// Each sample to mean 0, variance 1 over `axis`, then times gamma plus beta (Ba, Kiros, Hinton 2016). Weights: gamma, beta with the
/// extents of those axes.
class LayerNormalization : public Layer {
 public:
  explicit LayerNormalization(LayerNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

struct GroupNormalizationOptions {
  std::int64_t groups = 32;  ///< that the channels are divided into; -1: one a channel (instance normalisation)
  int axis = -1;             ///< of the channels
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};
  std::string name{};
};
/// Each group of channels of a sample, over all its places, to mean 0, variance 1, then each channel times gamma plus beta (Wu, He 2018).
/// Weights: gamma, beta, each [channels].
class GroupNormalization : public Layer {
 public:
  explicit GroupNormalization(GroupNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

struct RMSNormalizationOptions {
  Axes axis = {-1};
  double epsilon = 1e-6;
  std::string name{};
};
/// x / sqrt(mean(x^2) + epsilon) * scale over `axis` (Zhang, Sennrich 2019). Weight: scale, ones, with the extents of those axes.
class RMSNormalization : public Layer {
 public:
  explicit RMSNormalization(RMSNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

struct UnitNormalizationOptions { std::string name = {}; };
/// x divided by its Euclidean norm over `axis`; zeros stay zeros.
class UnitNormalization : public Layer {
 public:
  explicit UnitNormalization(Axes axis = {-1}, UnitNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
