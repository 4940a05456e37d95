// PNG through libpng: any depth becomes 8 bits a sample, palettes become colour, transparency becomes alpha.
#include "candor/data/image.h"

#include "candor/base/error.h"
#include "candor/base/gzip.h"
#include "candor/base/text.h"

#if CANDOR_IMAGES
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <png.h>
#endif

namespace candor::data::detail {

bool is_png(std::span<const std::byte> bytes) {
  constexpr unsigned char magic[] = {0x89, 'P', 'N', 'G'};
  for (std::size_t i = 0; i < 4; ++i)
    if (bytes.size() <= i || std::to_integer<unsigned char>(bytes[i]) != magic[i]) return false;
  return true;
}

#if CANDOR_IMAGES

namespace {

struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  const std::byte* data = nullptr;
  std::size_t left = 0;
  int orientation = 1;
  char text[160] = "damaged";
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void on_error(png_structp png, png_const_charp message) {
  auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
  std::snprintf(decoder->text, sizeof decoder->text, "%s", message);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
  if (count > decoder->left) png_error(png, "the file is cut off");
  std::memcpy(out, decoder->data, count);
  decoder->data += count;
  decoder->left -= count;
}

/// Reads the header and asks for 8-bit output; false with decoder.text set.
bool read_header(Decoder& decoder, std::span<const std::byte> bytes, ImageSize* size) {
  decoder.data = bytes.data();
  decoder.left = bytes.size();
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning);
  if (!decoder.png) return false;
  decoder.info = png_create_info_struct(decoder.png);
  if (!decoder.info) return false;
  if (setjmp(png_jmpbuf(decoder.png))) return false;
  png_set_read_fn(decoder.png, &decoder, read_bytes);
  png_set_user_limits(decoder.png, 0x7fffffff, 0x7fffffff);  // check_image_size says it more clearly
  png_set_chunk_malloc_max(decoder.png, 1 << 24);
  png_read_info(decoder.png, decoder.info);
  png_set_scale_16(decoder.png);
  png_set_expand(decoder.png);
  size->height = png_get_image_height(decoder.png, decoder.info);
  size->width = png_get_image_width(decoder.png, decoder.info);
  const int type = png_get_color_type(decoder.png, decoder.info);
  const bool colour = (type & PNG_COLOR_MASK_COLOR) != 0;
  const bool alpha = (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(decoder.png, decoder.info, PNG_INFO_tRNS) != 0;
  size->channels = (colour ? 3 : 1) + (alpha ? 1 : 0);
#ifdef PNG_eXIf_SUPPORTED
  png_uint_32 exif_size = 0;
  png_bytep exif = nullptr;
  if (png_get_eXIf_1(decoder.png, decoder.info, &exif_size, &exif) != 0 && exif) decoder.orientation = exif_orientation({reinterpret_cast<const std::byte*>(exif), exif_size});
#endif
  return true;
}

bool read_pixels(Decoder& decoder, const ImageSize* size, std::uint8_t* pixels) {
  if (setjmp(png_jmpbuf(decoder.png))) return false;
  const int passes = png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  const std::size_t row = static_cast<std::size_t>(size->width) * static_cast<std::size_t>(size->channels);
  if (png_get_rowbytes(decoder.png, decoder.info) != row) png_error(decoder.png, "unexpected row size");
  for (int pass = 0; pass < passes; ++pass)
    for (std::int64_t y = 0; y < size->height; ++y) png_read_row(decoder.png, pixels + static_cast<std::size_t>(y) * row, nullptr);
  png_read_end(decoder.png, nullptr);
  return true;
}

[[noreturn]] void fail_png(const std::string& name, const Decoder& decoder) {
  fail(ErrorKind::corrupt, name + ": damaged PNG image (" + decoder.text + ")");
}

}  // namespace

ImageSize png_header(std::span<const std::byte> bytes, const std::string& name) {
  Decoder decoder;
  ImageSize size;
  if (!read_header(decoder, bytes, &size)) fail_png(name, decoder);
  check_image_size(size.height, size.width, name);
  return oriented(size, decoder.orientation);
}

Image decode_png(std::span<const std::byte> bytes, const std::string& name) {
  Decoder decoder;
  ImageSize size;
  if (!read_header(decoder, bytes, &size)) fail_png(name, decoder);
  check_image_size(size.height, size.width, name);
  // One bit a sample is the least PNG stores before packing.
  if (static_cast<std::size_t>(size.height * size.width) / 8 > gzip_upper_bound(bytes.size()))
    fail(ErrorKind::corrupt, name + ": truncated or damaged PNG image: " + with_thousands(static_cast<std::int64_t>(bytes.size())) +
                                 " bytes cannot hold the " + to_string(size) + " of the header");
  Image image{size.height, size.width, size.channels, {}};
  image.pixels.resize(static_cast<std::size_t>(size.height * size.width) * static_cast<std::size_t>(size.channels));
  if (!read_pixels(decoder, &size, image.pixels.data())) fail_png(name, decoder);
  return data::oriented(std::move(image), decoder.orientation);
}

#else

namespace {
[[noreturn]] void fail_build(const std::string& name) {
  fail(ErrorKind::unsupported, name + ": a PNG image, but this build reads only PPM, PGM, PBM and BMP; build with -DCANDOR_IMAGES=ON and libpng");
}
}  // namespace
ImageSize png_header(std::span<const std::byte>, const std::string& name) { fail_build(name); }
Image decode_png(std::span<const std::byte>, const std::string& name) { fail_build(name); }

#endif

}  // namespace candor::data::detail
