// Pictures small and grey: what near-duplicates are looked for with.
#pragma once

#include <cstdint>
#include <span>

#include "candor/candid/baselines/matrix.h"
#include "candor/tensor/tensor.h"

namespace candor::candid::detail {

inline constexpr std::int64_t thumbnail_side = 12;

/// Grey pixels [rows, side * side] of pictures [n, height, width(, channels)], each the mean of what it covers. Colours count as ITU-R 601 says; `channel`: one of them alone.
Matrix thumbnails(const Tensor& pictures, std::span<const std::int64_t> rows, std::int64_t side = thumbnail_side, std::int64_t channel = -1);

/// Each row with mean 0 and length 1; a row without any contrast becomes 0.
void normalise(Matrix& rows);

/// Rows of pixels mirrored left to right.
Matrix mirrored(const Matrix& rows, std::int64_t side);

}  // namespace candor::candid::detail
