#include "candor/data/image.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

struct Format {
  bool (*recognised)(std::span<const std::byte>);
  ImageSize (*header)(std::span<const std::byte>, const std::string&);
  Image (*decode)(std::span<const std::byte>, const std::string&);
};

constexpr Format formats[] = {
    {detail::is_jpeg, detail::jpeg_header, [](std::span<const std::byte> bytes, const std::string& name) { return detail::decode_jpeg(bytes, name); }},
    {detail::is_png, detail::png_header, detail::decode_png},
    {detail::is_webp, detail::webp_header, detail::decode_webp},
    {detail::is_tiff, detail::tiff_header, detail::decode_tiff},
    {detail::is_pnm, detail::pnm_header, detail::decode_pnm},
    {detail::is_bmp, detail::bmp_header, detail::decode_bmp},
};

const Format& find_format(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) fail(ErrorKind::corrupt, name + ": the file is empty, a picture is expected");
  for (const Format& format : formats)
    if (format.recognised(bytes)) return format;
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 8));
  fail(ErrorKind::corrupt, name + ": not a picture that can be read: it starts with " + quoted(start) + "; JPEG, PNG, WebP, TIFF, PPM, PGM, PBM and BMP are");
}

std::uint8_t grey(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

}  // namespace

std::string to_string(const ImageSize& size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels, " + std::to_string(size.channels) +
         (size.channels == 1 ? " channel" : " channels");
}

void detail::check_image_size(std::int64_t height, std::int64_t width, const std::string& name) {
  if (height < 1 || width < 1)
    fail(ErrorKind::corrupt, name + ": damaged picture: the header claims " + std::to_string(width) + " x " + std::to_string(height) + " pixels");
  if (std::max(height, width) > max_image_side)
    fail(ErrorKind::unsupported, name + ": the header claims " + with_thousands(width) + " x " + with_thousands(height) + " pixels; at most " +
                                     with_thousands(max_image_side) + " in a row or column are read; cut or shrink it first");
  if (height > max_image_pixels / width)
    fail(ErrorKind::unsupported, name + ": the header claims " + with_thousands(width) + " x " + with_thousands(height) + " pixels; at most " +
                                     with_thousands(max_image_pixels) + " are read");
}

ImageSize read_image_header(std::span<const std::byte> bytes, const std::string& name) {
  const ImageSize size = find_format(bytes, name).header(bytes, name);
  detail::check_image_size(size.height, size.width, name);
  return size;
}

Image decode_image(std::span<const std::byte> bytes, const std::string& name, const ImageSize& wanted) {
  if (wanted.height > 0 && detail::is_jpeg(bytes)) return detail::decode_jpeg(bytes, name, wanted);
  return find_format(bytes, name).decode(bytes, name);
}

Image with_channels(Image image, int channels) {
  if (channels < 1 || channels > 4)
    fail(ErrorKind::invalid_argument, "with_channels: 1 to 4 channels are possible, got " + std::to_string(channels));
  if (image.channels == channels) return image;
  Image result{image.height, image.width, channels, {}};
  const auto count = static_cast<std::size_t>(image.height * image.width);
  const auto from = static_cast<std::size_t>(image.channels), to = static_cast<std::size_t>(channels);
  result.pixels.resize(count * to);
  const bool from_alpha = image.channels % 2 == 0, to_alpha = channels % 2 == 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* in = image.pixels.data() + i * from;
    std::uint8_t* out = result.pixels.data() + i * to;
    if (channels <= 2) out[0] = image.channels >= 3 ? grey(in) : in[0];
    else
      for (std::size_t c = 0; c < 3; ++c) out[c] = image.channels >= 3 ? in[c] : in[0];
    if (to_alpha) out[to - 1] = from_alpha ? in[from - 1] : 255;
  }
  return result;
}

}  // namespace candor::data
