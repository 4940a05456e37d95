// Makes pictures in every format that is read, for tests and fuzz seeds.
#pragma once

#include <string>

#include "candor/data/image.h"

namespace candor::testing {

/// A picture whose pixels differ from place to place; the same for the same arguments.
data::Image pattern(std::int64_t height, std::int64_t width, int channels, int seed = 0);

/// Binary PGM or PPM (1 or 3 channels).
std::string as_pnm(const data::Image& image);
/// Text PGM or PPM.
std::string as_text_pnm(const data::Image& image);
/// Uncompressed BMP of 24 bits (3 channels) or 8 bits with a grey palette (1 channel).
std::string as_bmp(const data::Image& image);
/// PNG without filters.
std::string as_png(const data::Image& image);
/// JPEG, or an empty string when this build has no libjpeg.
std::string as_jpeg(const data::Image& image, int quality = 95, bool progressive = false);

}  // namespace candor::testing
