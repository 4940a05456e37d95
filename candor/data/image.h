// One picture: reading its header, decoding it, changing size and channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace candor::data {

/// Pixels of 8 bits, row by row, channels last: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
struct Image {
  std::int64_t height = 0, width = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;
};

/// What a header says.
struct ImageSize {
  std::int64_t height = 0, width = 0;
  int channels = 0;
  bool operator==(const ImageSize&) const = default;
};
/// "28 x 30 pixels, 3 channels" (width x height).
std::string to_string(const ImageSize& size);

/// Pictures beyond this many pixels are refused before memory is taken.
constexpr std::int64_t max_image_pixels = 1 << 27;

/// Size and channels from the header alone; JPEG, PNG, PPM/PGM/PBM and BMP are told apart by content. Throws Error: corrupt for a
/// damaged or unknown format, unsupported for a kind this build cannot decode. `name` stands in errors.
ImageSize read_image_header(std::span<const std::byte> bytes, const std::string& name);

/// The whole picture, with the size and channels that read_image_header gives. Errors as there.
Image decode_image(std::span<const std::byte> bytes, const std::string& name);

/// Another number of channels: grey from colour by ITU-R 601 weights, colour from grey by repeating, alpha dropped or opaque.
Image with_channels(Image image, int channels);

/// Another size: bilinear, averaging over all pixels covered when it gets smaller.
Image resized(const Image& image, std::int64_t height, std::int64_t width);

namespace detail {
/// The formats, each with the same two functions. `recognised` looks at the first bytes only.
bool is_pnm(std::span<const std::byte> bytes);
ImageSize pnm_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_pnm(std::span<const std::byte> bytes, const std::string& name);

bool is_bmp(std::span<const std::byte> bytes);
ImageSize bmp_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_bmp(std::span<const std::byte> bytes, const std::string& name);

bool is_jpeg(std::span<const std::byte> bytes);
ImageSize jpeg_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name);

bool is_png(std::span<const std::byte> bytes);
ImageSize png_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_png(std::span<const std::byte> bytes, const std::string& name);

/// Throws Error (corrupt) for sizes below 1, Error (unsupported) beyond max_image_pixels.
void check_image_size(std::int64_t height, std::int64_t width, const std::string& name);
}  // namespace detail

}  // namespace candor::data
