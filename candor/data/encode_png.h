// Writing pictures: PNG needs zlib alone.
#pragma once

#include <string>

#include "candor/data/image.h"

namespace candor::data {

/// The bytes of a PNG file: 8 bits a sample, 1 to 4 channels. Throws Error (invalid_argument) for other channels or pixels that do not fit the size.
std::string encode_png(const Image& image);

}  // namespace candor::data
