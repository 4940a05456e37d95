// One picture: reading its header, decoding it, changing size and channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

/// Pictures beyond this many pixels, or this many in a row or column, are refused before memory is taken.
constexpr std::int64_t max_image_pixels = 1 << 27, max_image_side = 65535;

/// Size and channels from the header alone; JPEG, PNG, WebP, TIFF, PPM/PGM/PBM and BMP are told apart by content. The size is that of the picture
/// as it is meant to be seen: EXIF and TIFF say how a camera was held. Throws Error: corrupt for a damaged or unknown format, unsupported for a
/// kind this build cannot decode. `name` stands in errors.
ImageSize read_image_header(std::span<const std::byte> bytes, const std::string& name);

/// The whole picture, turned upright, with the size and channels that read_image_header gives; 16 bits a sample become 8, CMYK becomes RGB. A JPEG
/// far larger than `wanted` (height and width; 0: all of it) may come smaller, at half, a quarter or an eighth, never below twice
/// `wanted`: what is thrown away need not be decoded. Errors as above.
Image decode_image(std::span<const std::byte> bytes, const std::string& name, const ImageSize& wanted = {});

/// Another number of channels: grey from colour by ITU-R 601 weights, colour from grey by repeating, alpha dropped or opaque.
Image with_channels(Image image, int channels);

/// How new pixels come from old ones.
enum class Resampling {
  nearest,   ///< the pixel at the centre
  bilinear,  ///< a triangle over 2 pixels
  bicubic,   ///< Catmull-Rom, a = -0.5, over 4 pixels
  lanczos,   ///< a windowed sinc over 6 pixels
  area,      ///< the mean of what is covered, edge pixels by their share
};
struct ResizeOptions {
  Resampling method = Resampling::bilinear;
  bool antialias = true;  ///< bilinear, bicubic, lanczos: the filter widens when the picture shrinks, so that no pixel is passed over
};
/// Another size. Bilinear, bicubic and lanczos with antialias give Pillow's numbers (Image.resize; some by one off where it takes height and width in the other order), without it TensorFlow's (tf.image.resize). Throws Error
/// (corrupt, unsupported) for sizes below 1 and beyond the limits.
Image resized(const Image& image, std::int64_t height, std::int64_t width, const ResizeOptions& options = {});

/// The same for numbers of any range, [height, width, channels] row by row, without rounding.
std::vector<double> resized(std::span<const double> values, const ImageSize& size, std::int64_t height, std::int64_t width, const ResizeOptions& options = {});

/// The part of `height` x `width` pixels from (top, left) on; what lies outside of the picture is `fill`. So it crops and pads.
Image cropped(const Image& image, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width, std::uint8_t fill = 0);

/// How a picture comes to a size of another shape.
enum class Fit {
  stretch,  ///< height and width on their own
  crop,     ///< as large as covers the size, and what stands out is cut off on both sides
  pad,      ///< as large as fits into the size, with black beside it
};
/// "stretch", "crop", "pad"; the other way round, throws Error (invalid_argument) for another word.
std::string_view to_string(Fit fit);
Fit fit_from_string(std::string_view word);
/// Brought to a size.
Image fitted(const Image& image, std::int64_t height, std::int64_t width, Fit fit = Fit::stretch, const ResizeOptions& options = {});

/// Turned and mirrored as EXIF orientation 1 to 8 says the picture is to be seen; any other number is 1, which changes nothing.
Image oriented(Image image, int orientation);

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
Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const ImageSize& wanted = {});

bool is_webp(std::span<const std::byte> bytes);
ImageSize webp_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_webp(std::span<const std::byte> bytes, const std::string& name);

bool is_tiff(std::span<const std::byte> bytes);
ImageSize tiff_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_tiff(std::span<const std::byte> bytes, const std::string& name);

bool is_png(std::span<const std::byte> bytes);
ImageSize png_header(std::span<const std::byte> bytes, const std::string& name);
Image decode_png(std::span<const std::byte> bytes, const std::string& name);

/// The orientation, 1 to 8, that EXIF data say (a TIFF header and what it points to, with or without "Exif\0\0" in front); 1 for none and for nonsense.
int exif_orientation(std::span<const std::byte> exif);
/// The size after turning.
ImageSize oriented(ImageSize size, int orientation);

/// Throws Error (corrupt) for sizes below 1, Error (unsupported) beyond max_image_pixels and max_image_side.
void check_image_size(std::int64_t height, std::int64_t width, const std::string& name);
}  // namespace detail

}  // namespace candor::data
