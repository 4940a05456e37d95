// Pooling layers over one, two or three spatial axes.
#pragma once

#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct PoolingOptions {
  Extents strides{};             ///< empty: pool_size
  WindowPadding padding = "valid";  ///< "valid", "same", or margins such as {{1, 1}, {1, 1}} as in PyTorch
  std::string data_format = "channels_last";  ///< or "channels_first"
  bool count_include_pad = false;   ///< of average pooling: divide by the whole window, padding included (not in Keras)
  std::string name{};
};

namespace detail {
/// kind: "MaxPooling2D" or "AveragePooling1D".
std::shared_ptr<LayerBody> make_pooling(bool max, int axes, const Extents& pool_size, PoolingOptions options);
Layer pooling_from_config(bool max, int axes, const Config& options);
struct GlobalPoolingSettings {
  std::string data_format = "channels_last";
  bool keepdims = false;
  std::string name{};
};
std::shared_ptr<LayerBody> make_global_pooling(bool max, int axes, GlobalPoolingSettings options);
Layer global_pooling_from_config(bool max, int axes, const Config& options);

template <bool max, int axes>
class Pooling : public Layer {
 public:
  /// Throws Error (invalid_argument) for sizes or strides below 1.
  explicit Pooling(const Extents& pool_size = 2, PoolingOptions options = {}) : Layer(make_pooling(max, axes, pool_size, std::move(options))) {}
  static Layer from_config(const Config& options) { return pooling_from_config(max, axes, options); }
};

template <bool max, int axes>
class GlobalPooling : public Layer {
 public:
  explicit GlobalPooling(GlobalPoolingSettings options = {}) : Layer(make_global_pooling(max, axes, std::move(options))) {}
  static Layer from_config(const Config& options) { return global_pooling_from_config(max, axes, options); }
};
}  // namespace detail

/// The largest of each window, each channel on its own: [batch, spatial..., C] -> [batch, spatial'..., C].
using MaxPooling1D = detail::Pooling<true, 1>;
using MaxPooling2D = detail::Pooling<true, 2>;
using MaxPooling3D = detail::Pooling<true, 3>;
/// The mean of each window; with "same" padding, of the cells inside the image.
using AveragePooling1D = detail::Pooling<false, 1>;
using AveragePooling2D = detail::Pooling<false, 2>;
using AveragePooling3D = detail::Pooling<false, 3>;
using MaxPool1D = MaxPooling1D;
using MaxPool2D = MaxPooling2D;
using MaxPool3D = MaxPooling3D;
using AvgPool1D = AveragePooling1D;
using AvgPool2D = AveragePooling2D;
using AvgPool3D = AveragePooling3D;

using GlobalPoolingOptions = detail::GlobalPoolingSettings;
/// Over all places: [batch, spatial..., C] -> [batch, C], or [batch, 1..., C] with keepdims. GlobalAveragePooling1D takes the mean of the steps
/// that the input's mask counts; of a row without any it gives 0 (Keras: NaN).
using GlobalMaxPooling1D = detail::GlobalPooling<true, 1>;
using GlobalMaxPooling2D = detail::GlobalPooling<true, 2>;
using GlobalMaxPooling3D = detail::GlobalPooling<true, 3>;
using GlobalAveragePooling1D = detail::GlobalPooling<false, 1>;
using GlobalAveragePooling2D = detail::GlobalPooling<false, 2>;
using GlobalAveragePooling3D = detail::GlobalPooling<false, 3>;
using GlobalMaxPool1D = GlobalMaxPooling1D;
using GlobalMaxPool2D = GlobalMaxPooling2D;
using GlobalMaxPool3D = GlobalMaxPooling3D;
using GlobalAvgPool1D = GlobalAveragePooling1D;
using GlobalAvgPool2D = GlobalAveragePooling2D;
using GlobalAvgPool3D = GlobalAveragePooling3D;

}  // namespace candor
