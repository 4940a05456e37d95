// How a camera was held: EXIF orientation, and turning pictures upright.
#include "candor/data/image.h"

namespace candor::data {
namespace detail {

int exif_orientation(std::span<const std::byte> exif) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(exif[i]); };
  if (exif.size() >= 6 && at(0) == 'E' && at(1) == 'x' && at(2) == 'i' && at(3) == 'f') exif = exif.subspan(6);
  if (exif.size() < 10) return 1;
  const bool little = at(0) == 'I' && at(1) == 'I';
  if (!little && !(at(0) == 'M' && at(1) == 'M')) return 1;
  const auto two = [&](std::size_t i) { return little ? at(i) | at(i + 1) << 8 : at(i) << 8 | at(i + 1); };
  const auto four = [&](std::size_t i) { return little ? two(i) | two(i + 2) << 16 : two(i) << 16 | two(i + 2); };
  const std::size_t directory = four(4), size = exif.size();
  if (two(2) != 42 || directory > size - 2) return 1;
  const std::size_t entries = two(directory);
  for (std::size_t e = 0; e < entries; ++e) {
    const std::size_t entry = directory + 2 + 12 * e;
    if (entry + 12 > size) return 1;
    if (two(entry) != 0x0112) continue;
    const std::uint32_t value = two(entry + 8);
    return two(entry + 2) == 3 && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

ImageSize oriented(ImageSize size, int orientation) {
  if (orientation >= 5 && orientation <= 8) std::swap(size.height, size.width);
  return size;
}

}  // namespace detail

Image oriented(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const ImageSize size = detail::oriented({image.height, image.width, image.channels}, orientation);
  Image result{size.height, size.width, size.channels, std::vector<std::uint8_t>(image.pixels.size())};
  // 2 mirrored, 3 half a turn, 4 upside down, 5 to 8 the same of the picture with rows and columns exchanged.
  const bool exchanged = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  std::uint8_t* out = result.pixels.data();
  for (std::int64_t y = 0; y < size.height; ++y)
    for (std::int64_t x = 0; x < size.width; ++x) {
      std::int64_t row = exchanged ? x : y, column = exchanged ? y : x;
      if (from_below) row = image.height - 1 - row;
      if (from_right) column = image.width - 1 - column;
      const std::uint8_t* in = image.pixels.data() + static_cast<std::size_t>((row * image.width + column) * image.channels);
      for (int c = 0; c < image.channels; ++c) *out++ = in[c];
    }
  return result;
}

}  // namespace candor::data
