// Images seen through a change of coordinates: rotation, zoom, shear, perspective, elastic distortion.
#pragma once

#include <string>

#include "candor/tensor/tensor.h"

namespace candor {

struct WarpOptions {
  std::string interpolation = "bilinear";  ///< or "nearest"
  std::string fill_mode = "constant";  ///< beyond the edge: "constant", "nearest", "reflect" (d c b a | a b c d | d c b a) or "wrap"
  double fill_value = 0;               ///< for "constant"
};

/// images [N, H, W, C] (floating), x and y [N, h, w] (f32, in pixels) to [N, h, w, C]: pixel (i, j) of sample n is read at column x[n, i, j] and row
/// y[n, i, j]. Differentiable in the images; coordinates that are not finite read fill_value. TensorFlow's ImageProjectiveTransformV3 for
/// given coordinates. Throws Error (shape, dtype, invalid_argument).
Tensor warp(const Tensor& images, const Tensor& x, const Tensor& y, const WarpOptions& options = {});

/// Each sample through its projective map: transforms [N, 8] = (a0, a1, a2, b0, b1, b2, c0, c1), output (x, y) reads the input at
/// ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
Tensor affine_transform(const Tensor& images, const Tensor& transforms, const WarpOptions& options = {});

/// The transforms [N, 8] that put `end` points where `start` points were, both [N, 4, 2] with (x, y) of the corners top left, top right, bottom
/// left, bottom right (Heckbert, "Fundamentals of texture mapping and image warping", 1989). Keras's perspective_transform uses them.
Tensor homography(const Tensor& start, const Tensor& end);

}  // namespace candor
