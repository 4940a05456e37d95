// Images of another size. Spatial axes lie between the first (batch) and the last (channels): [N, spatial..., C].
#pragma once

#include <string>

#include "candor/ops/conv.h"
#include "candor/tensor/tensor.h"

namespace candor {

struct ResizeOptions {
  std::string interpolation = "bilinear";  ///< "nearest", "bilinear" (linear in every axis) or "bicubic"
  bool antialias = false;                  ///< widens the filter when an axis shrinks; not for "nearest"
  double cubic_coefficient = -0.75;        ///< of Keys's kernel; PyTorch -0.75 (-0.5 with antialias), TensorFlow -0.5
};
/// Half-pixel centres: output i lies at (i + 0.5) in / out - 0.5; places outside repeat the edge. `size` has one extent a spatial
/// axis. Throws Error (shape) for other numbers of axes or extents below 1.
Tensor resize(const Tensor& x, const Ints& size, const ResizeOptions& options = {});
/// Every spatial axis `factors` times as long.
Tensor upsample(const Tensor& x, const Ints& factors, const std::string& interpolation = "nearest");

/// Bin i of an axis covers floor(i n / m) to ceil((i + 1) n / m) (PyTorch's adaptive pooling); `size` has the m of each spatial axis.
Tensor adaptive_average_pool(const Tensor& x, const Ints& size);
Tensor adaptive_max_pool(const Tensor& x, const Ints& size);

}  // namespace candor
