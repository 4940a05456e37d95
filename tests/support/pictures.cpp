#include "tests/support/pictures.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include <zlib.h>

#if __has_include(<jpeglib.h>) && CANDOR_IMAGES
#include <jpeglib.h>
#define CANDOR_TEST_JPEG 1
#endif

namespace candor::testing {
namespace {

std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string big(std::uint32_t value) {
  const std::string text = little(value, 4);
  return {text.rbegin(), text.rend()};
}
std::string chunk(const std::string& kind, const std::string& data) {
  const std::string body = kind + data;
  return big(static_cast<std::uint32_t>(data.size())) + body +
         big(static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}
std::string bytes_of(const data::Image& image) { return {image.pixels.begin(), image.pixels.end()}; }

}  // namespace

data::Image pattern(std::int64_t height, std::int64_t width, int channels, int seed) {
  data::Image image{height, width, channels, {}};
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) image.pixels.push_back(static_cast<std::uint8_t>(7 * y + 11 * x + 60 * c + 31 * seed));
  return image;
}

std::string as_pnm(const data::Image& image) {
  return std::string(image.channels == 3 ? "P6" : "P5") + "\n# made for a test\n" + std::to_string(image.width) + " " + std::to_string(image.height) +
         "\n255\n" + bytes_of(image);
}

std::string as_text_pnm(const data::Image& image) {
  std::string text = std::string(image.channels == 3 ? "P3" : "P2") + " " + std::to_string(image.width) + " " + std::to_string(image.height) + " 255\n";
  for (std::uint8_t pixel : image.pixels) text += std::to_string(pixel) + "\n";
  return text;
}

std::string as_bmp(const data::Image& image) {
  const bool grey = image.channels == 1;
  const auto channels = static_cast<std::size_t>(image.channels), width = static_cast<std::size_t>(image.width);
  const std::size_t row = (width * channels + 3) / 4 * 4;
  std::string palette, rows;
  if (grey)
    for (std::uint32_t i = 0; i < 256; ++i) palette += little(i * 0x010101u, 4);
  for (std::size_t y = static_cast<std::size_t>(image.height); y-- > 0;) {
    std::string line;
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t c = channels; c-- > 0;) line += static_cast<char>(image.pixels[(y * width + x) * channels + c]);
    line.resize(row, '\0');
    rows += line;
  }
  const auto start = static_cast<std::uint32_t>(54 + palette.size());
  return "BM" + little(start + static_cast<std::uint32_t>(rows.size()), 4) + little(0, 4) + little(start, 4) + little(40, 4) +
         little(static_cast<std::uint32_t>(image.width), 4) + little(static_cast<std::uint32_t>(image.height), 4) + little(1, 2) +
         little(grey ? 8 : 24, 2) + little(0, 4) + little(static_cast<std::uint32_t>(rows.size()), 4) + little(2835, 4) + little(2835, 4) +
         little(0, 4) + little(0, 4) + palette + rows;
}

std::string as_png(const data::Image& image) {
  const auto row = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  std::string rows;
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    rows += '\0';
    rows.append(reinterpret_cast<const char*>(image.pixels.data()) + y * row, row);
  }
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()));
  packed.resize(size);
  constexpr char types[] = {0, 0, 4, 2, 6};
  const std::string header = big(static_cast<std::uint32_t>(image.width)) + big(static_cast<std::uint32_t>(image.height)) +
                             std::string{8, types[image.channels], 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", "");
}

std::string as_jpeg(const data::Image& image, int quality, bool progressive) {
#if CANDOR_TEST_JPEG
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = image.channels;
  info.in_color_space = image.channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (std::int64_t y = 0; y < image.height; ++y) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + y * image.width * image.channels);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string text(reinterpret_cast<char*>(memory), size);
  std::free(memory);
  return text;
#else
  (void)image, (void)quality, (void)progressive;
  return {};
#endif
}

}  // namespace candor::testing
