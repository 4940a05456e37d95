// Pictures side by side on one.
#pragma once

#include <vector>

#include "candor/data/image.h"

namespace candor::data {

struct SheetOptions {
  std::int64_t least_side = 128;  ///< pictures smaller than this on their longer side are enlarged, pixel by pixel
  std::int64_t gap = 6;
  std::int64_t first_gap = 18;   ///< behind the first column, which shows pictures as they are
};

/// Rows of pictures, all of one size, on light grey: RGB. Missing ones at the end of a row stay empty. Throws Error (shape) for pictures that differ in
/// size, Error (invalid_argument) when there are none.
Image contact_sheet(const std::vector<std::vector<Image>>& rows, const SheetOptions& options = {});

}  // namespace candor::data
