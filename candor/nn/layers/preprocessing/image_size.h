// Images cut and resized.
#pragma once

#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor {

struct ResizingOptions {
  std::string interpolation = "bilinear";  ///< "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5" or "area"
  bool crop_to_aspect_ratio = false;       ///< the middle of the image with the target's shape is resized
  bool pad_to_aspect_ratio = false;        ///< the image is padded to the target's shape, then resized
  std::string fill_mode = "constant";      ///< the only one
  double fill_value = 0;                   ///< of the padding
  bool antialias = false;                  ///< widens the filter when an image shrinks
  std::string data_format = "channels_last";
  std::string name{};
};
/// To height x width, in training and outside. Whole numbers stay whole (rounded). Keras's Resizing with TensorFlow's numbers.
class Resizing : public ImageLayer {
 public:
  Resizing(std::int64_t height, std::int64_t width, ResizingOptions options = {});
  static Layer from_config(const Config& options);
};

struct CenterCropOptions {
  std::string data_format = "channels_last";
  std::string name{};
};
/// The middle height x width; images smaller than that are cut to its shape and resized (bilinear). Keras's CenterCrop.
class CenterCrop : public ImageLayer {
 public:
  CenterCrop(std::int64_t height, std::int64_t width, CenterCropOptions options = {});
  static Layer from_config(const Config& options);
};

namespace detail {
/// The largest window of height : width in the middle of x [N, H, W, C], resized to height x width; Keras's smart_resize.
Tensor smart_resize(const Tensor& x, std::int64_t height, std::int64_t width);
}  // namespace detail

}  // namespace candor
