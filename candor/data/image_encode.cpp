#include "candor/data/image_encode.h"

#include <zlib.h>

#include "candor/base/error.h"

namespace candor::data {
namespace {

std::string big_endian(std::uint32_t v) { return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8), static_cast<char>(v)}; }

std::string chunk(const std::string& kind, const std::string& data) {
  const std::string body = kind + data;
  const uLong sum = ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(static_cast<std::uint32_t>(sum));
}

}  // namespace

std::string encode_png(const Image& image) {
  const auto row = static_cast<std::size_t>(image.width * image.channels);
  if (image.height < 1 || image.width < 1 || image.channels < 1 || image.channels > 4 || image.pixels.size() != row * static_cast<std::size_t>(image.height)) {
    fail(ErrorKind::shape, "encode_png: " + std::to_string(image.pixels.size()) + " bytes for " + to_string(ImageSize{image.height, image.width, image.channels}));
  }
  // Each row is stored as the difference to the one above it (filter 2), which packs well for most pictures.
  std::string rows;
  rows.reserve((row + 1) * static_cast<std::size_t>(image.height));
  for (std::size_t r = 0; r < static_cast<std::size_t>(image.height); ++r) {
    rows += r ? '\2' : '\0';
    for (std::size_t i = 0; i < row; ++i) rows += static_cast<char>(image.pixels[r * row + i] - (r ? image.pixels[(r - 1) * row + i] : 0));
  }
  uLongf size = ::compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()), 6) != Z_OK) {
    fail(ErrorKind::memory, "encode_png: there is not enough memory to pack " + to_string(ImageSize{image.height, image.width, image.channels}));
  }
  packed.resize(size);
  constexpr char colours[] = {0, 0, 4, 2, 6};
  const std::string header = big_endian(static_cast<std::uint32_t>(image.width)) + big_endian(static_cast<std::uint32_t>(image.height)) + '\b' + colours[image.channels] + std::string(3, '\0');
  return std::string("\x89PNG\r\n\x1a\n", 8) + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", "");
}

}  // namespace candor::data
