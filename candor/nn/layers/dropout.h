// Layers that drop or disturb in training and pass on in inference.
#pragma once

#include <optional>

#include "candor/nn/layer.h"

namespace candor {

struct DropoutOptions {
  /// Extents of the decisions, -1 for the input's own: {-1, 1, 64} or, without the batch axis, {1, 64}. Extents 1 share a decision; empty: every
  /// element on its own.
  std::vector<std::int64_t> noise_shape{};
  std::optional<std::uint64_t> seed{};  ///< of this layer's numbers; none: they follow the run's seed
  std::string name{};
};
/// In training zeroes a share `rate` in [0, 1) of the elements and scales the rest by 1 / (1 - rate) (Srivastava et al. 2014).
class Dropout : public Layer {
 public:
  explicit Dropout(double rate, DropoutOptions options = {});
  static Layer from_config(const Config& options);
};

/// Dropout for networks with selu: in training a share `rate` becomes -1.7581, what selu tends to, and all are then stretched and moved so that
/// mean 0 and variance 1 stay (Klambauer et al. 2017).
class AlphaDropout : public Layer {
 public:
  explicit AlphaDropout(double rate, DropoutOptions options = {});
  static Layer from_config(const Config& options);
};

struct SpatialDropoutOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"; of SpatialDropout2D and 3D
  std::optional<std::uint64_t> seed{};
  std::string name{};
};
/// Dropout of whole channels of [batch, spatial..., channels] (Tompson et al. 2015).
class SpatialDropout1D : public Layer {
 public:
  explicit SpatialDropout1D(double rate, SpatialDropoutOptions options = {});
  static Layer from_config(const Config& options);
};
class SpatialDropout2D : public Layer {
 public:
  explicit SpatialDropout2D(double rate, SpatialDropoutOptions options = {});
  static Layer from_config(const Config& options);
};
class SpatialDropout3D : public Layer {
 public:
  explicit SpatialDropout3D(double rate, SpatialDropoutOptions options = {});
  static Layer from_config(const Config& options);
};

struct NoiseOptions {
  std::optional<std::uint64_t> seed{};  ///< as in DropoutOptions
  std::string name{};
};
/// In training times normal numbers of mean 1 and deviation sqrt(rate / (1 - rate)), rate in [0, 1) (Srivastava et al. 2014).
class GaussianDropout : public Layer {
 public:
  explicit GaussianDropout(double rate, NoiseOptions options = {});
  static Layer from_config(const Config& options);
};
/// In training plus normal numbers of mean 0 and deviation stddev >= 0.
class GaussianNoise : public Layer {
 public:
  explicit GaussianNoise(double stddev, NoiseOptions options = {});
  static Layer from_config(const Config& options);
};

struct ActivityRegularizationOptions { std::string name = {}; };
/// Gives its input and adds l1 * sum(|x|) + l2 * sum(x^2), divided by the batch, to the loss.
class ActivityRegularization : public Layer {
 public:
  explicit ActivityRegularization(double l1 = 0, double l2 = 0, ActivityRegularizationOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
