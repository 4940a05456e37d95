#include "candor/data/encode_png.h"

#include <zlib.h>

#include "candor/base/error.h"

namespace candor::data {
namespace {

void append_number(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

// Length, name, contents, checksum of name and contents.
void append_chunk(std::string& out, const std::string& name, const std::string& contents) {
  append_number(out, static_cast<std::uint32_t>(contents.size()));
  const std::size_t begin = out.size();
  out += name + contents;
  append_number(out, static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(out.data() + begin), static_cast<uInt>(out.size() - begin))));
}

}  // namespace

std::string encode_png(const Image& image) {
  constexpr char kinds[] = {0, 0, 4, 2, 6};  // by channels: grey, grey and alpha, colour, colour and alpha
  const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height), channels = static_cast<std::size_t>(image.channels);
  if (image.channels < 1 || image.channels > 4 || image.width < 1 || image.height < 1 || image.pixels.size() != width * height * channels)
    fail(ErrorKind::invalid_argument, "encode_png: " + std::to_string(image.pixels.size()) + " samples are no picture of " + std::to_string(image.width) + " x " +
                                          std::to_string(image.height) + " pixels with " + std::to_string(image.channels) + " channels");
  detail::check_image_size(image.height, image.width, "encode_png");
  const std::size_t row = width * channels;
  std::string lines;
  lines.reserve((row + 1) * height);
  for (std::size_t y = 0; y < height; ++y) {
    // Each sample less the one to its left packs better than the sample itself.
    lines += '\1';
    const std::uint8_t* pixels = image.pixels.data() + y * row;
    for (std::size_t x = 0; x < row; ++x) lines += static_cast<char>(pixels[x] - (x < channels ? 0 : pixels[x - channels]));
  }
  uLongf size = ::compressBound(static_cast<uLong>(lines.size()));
  std::string packed(size, '\0');
  if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(lines.data()), static_cast<uLong>(lines.size()), 6) != Z_OK)
    fail(ErrorKind::memory, "encode_png: zlib could not pack the picture");
  packed.resize(size);

  std::string header;
  append_number(header, static_cast<std::uint32_t>(image.width));
  append_number(header, static_cast<std::uint32_t>(image.height));
  header += {8, kinds[image.channels], 0, 0, 0};
  std::string out = "\x89PNG\r\n\x1a\n";
  append_chunk(out, "IHDR", header);
  append_chunk(out, "IDAT", packed);
  append_chunk(out, "IEND", "");
  return out;
}

}  // namespace candor::data
