// Pooling to a given number of places.
#pragma once

#include "candor/nn/layer.h"
#include "candor/nn/layers/extents.h"

namespace candor {

struct AdaptivePoolingOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string name{};
};

namespace detail {
std::shared_ptr<LayerBody> make_adaptive_pooling(bool max, int axes, const Extents& output_size, AdaptivePoolingOptions options);
Layer adaptive_pooling_from_config(bool max, int axes, const Config& options);

template <bool max, int axes>
class AdaptivePooling : public Layer {
 public:
  /// Throws Error (invalid_argument) for sizes below 1.
  explicit AdaptivePooling(const Extents& output_size, AdaptivePoolingOptions options = {})
      : Layer(make_adaptive_pooling(max, axes, output_size, std::move(options))) {}
  static Layer from_config(const Config& options) { return adaptive_pooling_from_config(max, axes, options); }
};
}  // namespace detail

/// The mean (largest) of each of output_size bins an axis: [batch, spatial..., C] -> [batch, *output_size, C]. Bin i of an axis of n places covers
/// floor(i n / m) to ceil((i + 1) n / m), as in PyTorch and Keras.
using AdaptiveAveragePooling1D = detail::AdaptivePooling<false, 1>;
using AdaptiveAveragePooling2D = detail::AdaptivePooling<false, 2>;
using AdaptiveAveragePooling3D = detail::AdaptivePooling<false, 3>;
using AdaptiveMaxPooling1D = detail::AdaptivePooling<true, 1>;
using AdaptiveMaxPooling2D = detail::AdaptivePooling<true, 2>;
using AdaptiveMaxPooling3D = detail::AdaptivePooling<true, 3>;

}  // namespace candor
