// Layers that add places at the ends of the spatial axes, or cut some off.
#pragma once

#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct MarginOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string name = {};
};

namespace detail {
std::shared_ptr<LayerBody> make_cropping(int axes, const Margins& cropping, MarginOptions options);
Layer cropping_from_config(int axes, const Config& options);
std::shared_ptr<LayerBody> make_zero_padding(int axes, const Margins& padding, MarginOptions options);
Layer zero_padding_from_config(int axes, const Config& options);
}  // namespace detail

/// Cuts places off the ends of each axis of [batch, spatial..., channels]: Cropping2D{{{1, 0}, {2, 1}}}. One number is cut off every end; a number
/// for each axis (Cropping1D: for each end) is possible, too. Throws Error (invalid_argument) for negative numbers; the call throws Error (shape)
/// when nothing would be left.
class Cropping1D : public Layer {
 public:
  explicit Cropping1D(const Margins& cropping = 1, MarginOptions options = {}) : Layer(detail::make_cropping(1, cropping, std::move(options))) {}
  static Layer from_config(const Config& options) { return detail::cropping_from_config(1, options); }
};
class Cropping2D : public Layer {
 public:
  explicit Cropping2D(const Margins& cropping = 0, MarginOptions options = {}) : Layer(detail::make_cropping(2, cropping, std::move(options))) {}
  static Layer from_config(const Config& options) { return detail::cropping_from_config(2, options); }
};
class Cropping3D : public Layer {
 public:
  explicit Cropping3D(const Margins& cropping = 1, MarginOptions options = {}) : Layer(detail::make_cropping(3, cropping, std::move(options))) {}
  static Layer from_config(const Config& options) { return detail::cropping_from_config(3, options); }
};

/// Adds zeros at the ends of each axis of [batch, spatial..., channels]; the argument is as for Cropping.
class ZeroPadding1D : public Layer {
 public:
  explicit ZeroPadding1D(const Margins& padding = 1, MarginOptions options = {}) : Layer(detail::make_zero_padding(1, padding, std::move(options))) {}
  static Layer from_config(const Config& options) { return detail::zero_padding_from_config(1, options); }
};
class ZeroPadding2D : public Layer {
 public:
  explicit ZeroPadding2D(const Margins& padding = 1, MarginOptions options = {}) : Layer(detail::make_zero_padding(2, padding, std::move(options))) {}
  static Layer from_config(const Config& options) { return detail::zero_padding_from_config(2, options); }
};
class ZeroPadding3D : public Layer {
 public:
  explicit ZeroPadding3D(const Margins& padding = 1, MarginOptions options = {}) : Layer(detail::make_zero_padding(3, padding, std::move(options))) {}
  static Layer from_config(const Config& options) { return detail::zero_padding_from_config(3, options); }
};

}  // namespace candor
