// Layers that add places at the ends of the spatial axes, or cut some off.
#pragma once

#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct MarginOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string name{};
};

/// Cuts places off the ends of each axis of [batch, spatial..., channels]: Cropping2D{{{1, 0}, {2, 1}}}. One number is cut off every end; a number
/// for each axis (Cropping1D: for each end) is possible, too. Throws Error (invalid_argument) for negative numbers; the call throws Error (shape)
/// when nothing would be left.
class Cropping1D : public Layer {
 public:
  explicit Cropping1D(const Margins& cropping = 1, MarginOptions options = {});
  static Layer from_config(const Config& options);
};
class Cropping2D : public Layer {
 public:
  explicit Cropping2D(const Margins& cropping = 0, MarginOptions options = {});
  static Layer from_config(const Config& options);
};
class Cropping3D : public Layer {
 public:
  explicit Cropping3D(const Margins& cropping = 1, MarginOptions options = {});
  static Layer from_config(const Config& options);
};

/// Adds zeros at the ends of each axis of [batch, spatial..., channels]; the argument is as for Cropping.
class ZeroPadding1D : public Layer {
 public:
  explicit ZeroPadding1D(const Margins& padding = 1, MarginOptions options = {});
  static Layer from_config(const Config& options);
};
class ZeroPadding2D : public Layer {
 public:
  explicit ZeroPadding2D(const Margins& padding = 1, MarginOptions options = {});
  static Layer from_config(const Config& options);
};
class ZeroPadding3D : public Layer {
 public:
  explicit ZeroPadding3D(const Margins& padding = 1, MarginOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
