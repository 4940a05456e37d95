// JPEG through libjpeg-turbo. Its errors leave by longjmp, so nothing with a destructor lives between the call and the jump.
#include "candor/data/image.h"

#include "candor/base/error.h"
#include "candor/base/text.h"

#if CANDOR_IMAGES
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>

#include <jerror.h>
#endif

namespace candor::data::detail {

bool is_jpeg(std::span<const std::byte> bytes) {
  return bytes.size() >= 3 && bytes[0] == std::byte{0xFF} && bytes[1] == std::byte{0xD8} && bytes[2] == std::byte{0xFF};
}

#if CANDOR_IMAGES

namespace {

constexpr int max_scans = 200;  // a progressive file of a few kilobytes can ask for hours of work

struct Failure {
  jpeg_error_mgr manager;  // first: libjpeg knows only this part
  std::jmp_buf back;
  char text[JMSG_LENGTH_MAX];
};

void stop(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  (*info->err->format_message)(info, failure->text);
  std::longjmp(failure->back, 1);
}

/// libjpeg calls data that is cut off or garbled a warning and paints it grey; for training that is a fault.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION: stop(info);
    default: break;
  }
}

void on_progress(j_common_ptr info) {
  if (!info->is_decompressor) return;
  const auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number > max_scans) {
    auto* failure = reinterpret_cast<Failure*>(info->err);
    std::snprintf(failure->text, sizeof failure->text, "more than %d scans", max_scans);
    std::longjmp(failure->back, 1);
  }
}

struct Decoder {
  int orientation = 1;
  jpeg_decompress_struct info;
  jpeg_progress_mgr progress;
  Failure failure;
};

/// Reads the header; false with failure.text set. `size` gets what the picture will decode to.
bool read_header(Decoder& decoder, std::span<const std::byte> bytes, ImageSize* size) {
  decoder.info.err = jpeg_std_error(&decoder.failure.manager);
  decoder.failure.manager.error_exit = stop;
  decoder.failure.manager.emit_message = on_message;
  if (setjmp(decoder.failure.back)) return false;
  jpeg_create_decompress(&decoder.info);
  decoder.progress = {};
  decoder.progress.progress_monitor = on_progress;
  decoder.info.progress = &decoder.progress;
  decoder.info.mem->max_memory_to_use = 1L << 30;
  jpeg_save_markers(&decoder.info, JPEG_APP0 + 1, 0xFFFF);  // EXIF
  jpeg_mem_src(&decoder.info, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&decoder.info, TRUE);
  const bool grey = decoder.info.jpeg_color_space == JCS_GRAYSCALE;
  *size = {decoder.info.image_height, decoder.info.image_width, grey ? 1 : 3};
  for (const jpeg_marker_struct* m = decoder.info.marker_list; m; m = m->next) {
    if (m->data_length < 6 || std::memcmp(m->data, "Exif", 5) != 0) continue;
    decoder.orientation = exif_orientation({reinterpret_cast<const std::byte*>(m->data), m->data_length});
    break;
  }
  return true;
}

bool is_cmyk(const jpeg_decompress_struct& info) { return info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK; }

/// Chooses colours and scale, an eighth to one; false with failure.text set. `size` gets what comes out.
bool prepare(Decoder& decoder, unsigned denominator, ImageSize* size) {
  if (setjmp(decoder.failure.back)) return false;
  jpeg_decompress_struct& info = decoder.info;
  info.out_color_space = is_cmyk(info) ? JCS_CMYK : size->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  info.scale_num = 1;
  info.scale_denom = denominator;
  jpeg_calc_output_dimensions(&info);
  size->height = info.output_height;
  size->width = info.output_width;
  return true;
}

/// Ink to light: 255 is no ink where Adobe's marker stands, else full ink.
void cmyk_to_rgb(const std::uint8_t* line, bool inverted, std::int64_t width, std::uint8_t* rgb) {
  for (std::int64_t x = 0; x < width; ++x, line += 4, rgb += 3)
    for (int c = 0; c < 3; ++c) {
      const unsigned ink = inverted ? line[c] : 255u - line[c], black = inverted ? line[3] : 255u - line[3], t = ink * black + 128;
      rgb[c] = static_cast<std::uint8_t>((t + (t >> 8)) >> 8);
    }
}

/// Decodes after prepare into `pixels`; false with failure.text set. `line` has room for a row of CMYK.
bool read_pixels(Decoder& decoder, const ImageSize* size, std::uint8_t* pixels, std::uint8_t* line) {
  if (setjmp(decoder.failure.back)) return false;
  jpeg_decompress_struct& info = decoder.info;
  jpeg_start_decompress(&info);
  const std::size_t row = static_cast<std::size_t>(size->width) * static_cast<std::size_t>(size->channels);
  while (info.output_scanline < info.output_height) {
    std::uint8_t* const to = pixels + info.output_scanline * row;
    JSAMPROW into = line ? line : to;
    jpeg_read_scanlines(&info, &into, 1);
    if (line) cmyk_to_rgb(line, info.saw_Adobe_marker != 0, size->width, to);
  }
  jpeg_finish_decompress(&info);
  return true;
}

[[noreturn]] void fail_jpeg(const std::string& name, const Decoder& decoder) {
  fail(ErrorKind::corrupt, name + ": damaged JPEG image (" + decoder.failure.text + ")");
}

/// Frees libjpeg's memory when the scope ends, also by an exception.
struct Guard {
  Decoder& decoder;
  ~Guard() { jpeg_destroy_decompress(&decoder.info); }
};

}  // namespace

ImageSize jpeg_header(std::span<const std::byte> bytes, const std::string& name) {
  Decoder decoder{};
  const Guard guard{decoder};
  ImageSize size;
  if (!read_header(decoder, bytes, &size)) fail_jpeg(name, decoder);
  check_image_size(size.height, size.width, name);
  return oriented(size, decoder.orientation);
}

Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const ImageSize& wanted) {
  Decoder decoder{};
  const Guard guard{decoder};
  ImageSize size;
  if (!read_header(decoder, bytes, &size)) fail_jpeg(name, decoder);
  check_image_size(size.height, size.width, name);
  // The shortest code for a block of 16 x 16 pixels is one bit; four times that is far beyond any real picture.
  if (size.height * size.width / 8192 > static_cast<std::int64_t>(bytes.size()))
    fail(ErrorKind::corrupt, name + ": truncated or damaged JPEG image: " + with_thousands(static_cast<std::int64_t>(bytes.size())) +
                                 " bytes cannot hold the " + to_string(size) + " of the header");
  const ImageSize least = oriented(wanted, decoder.orientation);  // turning is its own inverse as far as sizes go
  unsigned denominator = 1;
  while (least.height > 0 && denominator < 8 && size.height / (2 * denominator) >= 2 * least.height && size.width / (2 * denominator) >= 2 * least.width) denominator *= 2;
  if (!prepare(decoder, denominator, &size)) fail_jpeg(name, decoder);
  Image image{size.height, size.width, size.channels, {}};
  image.pixels.resize(static_cast<std::size_t>(size.height * size.width) * static_cast<std::size_t>(size.channels));
  std::vector<std::uint8_t> line(is_cmyk(decoder.info) ? static_cast<std::size_t>(size.width) * 4 : 0);
  if (!read_pixels(decoder, &size, image.pixels.data(), line.empty() ? nullptr : line.data())) fail_jpeg(name, decoder);
  return data::oriented(std::move(image), decoder.orientation);
}

#else

namespace {
[[noreturn]] void fail_build(const std::string& name) {
  fail(ErrorKind::unsupported, name + ": a JPEG image, but this build reads only PPM, PGM, PBM and BMP; build with -DCANDOR_IMAGES=ON and libjpeg");
}
}  // namespace
ImageSize jpeg_header(std::span<const std::byte>, const std::string& name) { fail_build(name); }
Image decode_jpeg(std::span<const std::byte>, const std::string& name, const ImageSize&) { fail_build(name); }

#endif

}  // namespace candor::data::detail
