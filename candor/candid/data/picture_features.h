// What pictures are judged by in a moment: edges by place and direction, which change little with light and shade, and a little of their greys and colours.
#pragma once

#include <cstdint>
#include <span>

#include "candor/candid/baselines/matrix.h"
#include "candor/tensor/tensor.h"

namespace candor::candid::detail {

inline constexpr std::int64_t picture_feature_count = 288 + 144 + 48;

/// Numbers [rows, 480] of pictures [n, height, width(, channels)]; of pictures that are too small or too flat for edges those are 0. Histograms of gradients (Dalal and Triggs, 2005: 6 x 6 cells of a picture brought to
/// 24 x 24, eight directions of 360 degrees, each cell beside its neighbours), roots of them as Hellinger's distance wants it; 12 x 12 greys; 4 x 4 x 3 colours. The squared distance of two rows counts edges .8, greys and colours .1
/// each; brightness and contrast of the whole picture do not enter.
Matrix picture_features(const Tensor& pictures, std::span<const std::int64_t> rows);

}  // namespace candor::candid::detail
