// Maps of what matters, drawn over the picture they belong to.
#pragma once

#include <span>
#include <vector>

#include "candor/data/image.h"

namespace candor::explain {

/// The picture in grey with a map [rows, columns] of any size over it: red where it is above 0, blue below, the stronger the further from 0 (the 99th percentile
/// of the absolute values is full colour). Pictures smaller than `side` are enlarged by a whole factor. Throws Error (shape) when the map has not rows * columns numbers.
data::Image heat_overlay(const data::Image& picture, std::span<const double> map, std::int64_t rows, std::int64_t columns, std::int64_t side = 256);

/// Pictures of one height beside each other, with a white gap.
data::Image side_by_side(const std::vector<data::Image>& pictures, std::int64_t gap = 8);

}  // namespace candor::explain
