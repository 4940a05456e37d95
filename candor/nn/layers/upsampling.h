// Layers that repeat or interpolate places.
#pragma once

#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct UpSampling1DOptions { std::string name = {}; };
/// Each step `size` times: [batch, steps, features] -> [batch, size * steps, features].
class UpSampling1D : public Layer {
 public:
  explicit UpSampling1D(int size = 2, UpSampling1DOptions options = {});
  static Layer from_config(const Config& options);
};

struct UpSampling2DOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string interpolation = "nearest";      ///< "nearest", "bilinear", "bicubic" (Keys's, slope -0.5), "lanczos3", "lanczos5"
  std::string name{};
};
/// [batch, height, width, channels] -> [batch, size height, size width, channels].
class UpSampling2D : public Layer {
 public:
  explicit UpSampling2D(const Extents& size = 2, UpSampling2DOptions options = {});
  static Layer from_config(const Config& options);
};

struct UpSampling3DOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string name{};
};
/// Each place of [batch, depth, height, width, channels] `size` times along each axis.
class UpSampling3D : public Layer {
 public:
  explicit UpSampling3D(const Extents& size = 2, UpSampling3DOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
