// Pictures as PNG files: lossless, and readable everywhere.
#pragma once

#include <string>

#include "candor/data/image.h"

namespace candor::data {

/// The bytes of a PNG file (8 bits, 1 to 4 channels, no interlacing). Throws Error (shape) when the pixels are not height * width * channels.
std::string encode_png(const Image& image);

}  // namespace candor::data
