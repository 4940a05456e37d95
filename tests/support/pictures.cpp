#include "tests/support/pictures.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include <zlib.h>

#include "candor/base/error.h"
#include "candor/base/shared_library.h"

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

std::string as_cmyk_jpeg(const data::Image& image) {
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
  info.input_components = 4;
  info.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  info.write_Adobe_marker = FALSE;
  jpeg_start_compress(&info, TRUE);
  for (std::int64_t y = 0; y < image.height; ++y) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + y * image.width * 4);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string text(reinterpret_cast<char*>(memory), size);
  std::free(memory);
  return text;
#else
  (void)image;
  return {};
#endif
}

std::string with_exif(const std::string& jpeg, int orientation) {
  if (jpeg.size() < 2) return jpeg;
  const std::string exif = std::string("Exif\0\0II*\0", 10) + little(8, 4) + little(1, 2) + little(0x0112, 2) + little(3, 2) + little(1, 4) +
                           little(static_cast<std::uint32_t>(orientation), 4) + little(0, 4);
  const auto size = static_cast<std::uint32_t>(exif.size() + 2);
  return jpeg.substr(0, 2) + "\xff\xe1" + std::string{static_cast<char>(size >> 8), static_cast<char>(size)} + exif + jpeg.substr(2);
}

std::string as_png16(const data::Image& image) {
  const auto row = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  std::string rows;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    if (i % row == 0) rows += '\0';
    rows.append(2, static_cast<char>(image.pixels[i]));
  }
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()));
  packed.resize(size);
  constexpr char types[] = {0, 0, 4, 2, 6};
  const std::string header = big(static_cast<std::uint32_t>(image.width)) + big(static_cast<std::uint32_t>(image.height)) + std::string{16, types[image.channels], 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", "");
}

std::string as_pnm16(const data::Image& image) {
  std::string text = std::string(image.channels == 3 ? "P6" : "P5") + " " + std::to_string(image.width) + " " + std::to_string(image.height) + " 65535\n";
  for (const std::uint8_t pixel : image.pixels) text.append(2, static_cast<char>(pixel));
  return text;
}

std::string as_tiff(const data::Image& image, int bits, int orientation) {
  std::string pixels;
  for (const std::uint8_t pixel : image.pixels) pixels.append(static_cast<std::size_t>(bits / 8), static_cast<char>(pixel));
  const auto channels = static_cast<std::uint32_t>(image.channels);
  const bool colour = channels >= 3, alpha = channels % 2 == 0;
  const std::uint32_t entries = alpha ? 11 : 10, depths = 8 + 2 + entries * 12 + 4, start = depths + 2 * channels;
  std::string directory;
  const auto entry = [&](std::uint32_t tag, std::uint32_t kind, std::uint32_t count, std::uint32_t value) { directory += little(tag, 2) + little(kind, 2) + little(count, 4) + little(value, 4); };
  entry(256, 4, 1, static_cast<std::uint32_t>(image.width));
  entry(257, 4, 1, static_cast<std::uint32_t>(image.height));
  const auto depth = static_cast<std::uint32_t>(bits);
  if (channels == 1) entry(258, 3, 1, depth);
  else if (channels == 2) entry(258, 3, 2, depth | depth << 16);
  else entry(258, 3, channels, depths);
  entry(259, 3, 1, 1);
  entry(262, 3, 1, colour ? 2 : 1);
  entry(273, 4, 1, start);
  entry(274, 3, 1, static_cast<std::uint32_t>(orientation));
  entry(277, 3, 1, channels);
  entry(278, 4, 1, static_cast<std::uint32_t>(image.height));
  entry(279, 4, 1, static_cast<std::uint32_t>(pixels.size()));
  if (alpha) entry(338, 3, 1, 2);  // not multiplied into the colours
  std::string text = std::string("II*\0", 4) + little(8, 4) + little(entries, 2) + directory + little(0, 4);
  for (std::uint32_t c = 0; c < channels; ++c) text += little(depth, 2);
  return text + pixels;
}

std::string as_webp(const data::Image& image) {
  using Encode = std::size_t(const std::uint8_t*, int, int, int, std::uint8_t**);
  try {
    const SharedLibrary library({"libwebp.so.7", "libwebp.7.dylib", "libwebp.so"}, "writing WebP", "libwebp7");
    auto* encode = library.get<Encode>(image.channels == 4 ? "WebPEncodeLosslessRGBA" : "WebPEncodeLosslessRGB");
    std::uint8_t* memory = nullptr;
    const std::size_t size = encode(image.pixels.data(), static_cast<int>(image.width), static_cast<int>(image.height), static_cast<int>(image.width * image.channels), &memory);
    std::string text(reinterpret_cast<char*>(memory), size);
    library.get<void(void*)>("WebPFree")(memory);
    return text;
  } catch (const Error&) {
    return {};
  }
}

std::string as_zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string text, directory;
  for (const auto& [name, contents] : files) {
    const auto sum = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(contents.data()), static_cast<uInt>(contents.size())));
    const auto size = static_cast<std::uint32_t>(contents.size()), offset = static_cast<std::uint32_t>(text.size());
    const std::string common = little(0, 2) + little(0, 2) + little(0, 2) + little(0x5821, 2) + little(sum, 4) + little(size, 4) + little(size, 4) + little(static_cast<std::uint32_t>(name.size()), 2) + little(0, 2);
    text += "PK\x03\x04" + little(20, 2) + common + name + contents;
    directory += "PK\x01\x02" + little(20, 2) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(offset, 4) + name;
  }
  const auto count = static_cast<std::uint32_t>(files.size());
  return text + directory + "PK\x05\x06" + little(0, 4) + little(count, 2) + little(count, 2) + little(static_cast<std::uint32_t>(directory.size()), 4) +
         little(static_cast<std::uint32_t>(text.size()), 4) + little(0, 2);
}

std::string as_tar(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string text;
  for (const auto& [name, contents] : files) {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, const std::string& value) { header.replace(at, value.size(), value); };
    const auto octal = [](std::size_t value, int digits) {
      char out[24];
      std::snprintf(out, sizeof out, "%0*zo", digits, value);
      return std::string(out);
    };
    put(0, name.substr(0, 100));
    put(100, "0000644"), put(108, "0000000"), put(116, "0000000"), put(124, octal(contents.size(), 11)), put(136, octal(0, 11)), put(156, "0"), put(257, "ustar"), put(263, "00");
    put(148, "        ");
    std::size_t sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put(148, octal(sum, 6) + std::string("\0 ", 2));
    text += header + contents + std::string((512 - contents.size() % 512) % 512, '\0');
  }
  return text + std::string(1024, '\0');
}

}  // namespace candor::testing
