// Pictures of a dataset as text for a page.
#pragma once

#include <string>

#include "candor/data/dataset.h"

namespace candor::pipeline {

/// PNG bytes in base64 of one row of u8 or f32 pixels [height, width, 1, 3 or 4]; larger sides than `side` are made smaller. Empty for rows that are no picture.
std::string picture_text(const data::Dataset& set, std::int64_t row, std::int64_t side = 96);

}  // namespace candor::pipeline
