// Moves between channels and places of images [N, H, W, C].
#pragma once

#include "candor/tensor/tensor.h"

namespace candor {

/// [N, H, W, block^2 C] -> [N, H block, W block, C]; channel (dy block + dx) C + c goes to place (dy, dx) (TensorFlow's order).
/// Throws Error (shape) when the channels do not divide.
Tensor depth_to_space(const Tensor& x, std::int64_t block);
/// The inverse. Throws Error (shape) when height or width do not divide.
Tensor space_to_depth(const Tensor& x, std::int64_t block);

}  // namespace candor
