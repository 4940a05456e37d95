// Makes pictures in every format that is read, for tests and fuzz seeds.
#pragma once

#include <string>
#include <utility>
#include <vector>

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

/// JPEG of four inks without Adobe's marker (4 channels: cyan, magenta, yellow, black), or an empty string.
std::string as_cmyk_jpeg(const data::Image& image);
/// The same JPEG with an EXIF part that says how the camera was held (any number).
std::string with_exif(const std::string& jpeg, int orientation);
/// PNG and PPM of 16 bits a sample, each the 8 bits times 257.
std::string as_png16(const data::Image& image);
std::string as_pnm16(const data::Image& image);
/// Uncompressed TIFF of 8 or 16 bits a sample.
std::string as_tiff(const data::Image& image, int bits = 8, int orientation = 1);
/// WebP without loss (3 or 4 channels), or an empty string where libwebp is not there.
std::string as_webp(const data::Image& image);

/// Archives of files by name, not packed.
std::string as_zip(const std::vector<std::pair<std::string, std::string>>& files);
std::string as_tar(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace candor::testing
