// Images resized with the numbers of TensorFlow's image.resize, which Keras's Resizing uses.
#pragma once

#include <string>

#include "candor/tensor/tensor.h"

namespace candor {

/// x [N, H, W, C], floating, to [N, height, width, C]. `interpolation`: "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5" or "area".
/// With `antialias` the filters of "bilinear", "bicubic", "lanczos3" and "lanczos5" widen when an axis shrinks. Differentiable. Differs from
/// resize() at the edges and in bicubic's coefficient (-0.5, from a table of 1024 steps). Throws Error (shape, invalid_argument).
Tensor resize_image(const Tensor& x, std::int64_t height, std::int64_t width, const std::string& interpolation = "bilinear", bool antialias = false);

}  // namespace candor
