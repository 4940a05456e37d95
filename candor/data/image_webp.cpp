// WebP through libwebp, which is opened when the first such picture comes.
#include "candor/data/image.h"

#include <cstring>

#include "candor/base/error.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"

#ifdef CANDOR_WEBP
#include <webp/decode.h>
#endif

namespace candor::data::detail {

bool is_webp(std::span<const std::byte> bytes) {
  return bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 && std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
}

#ifdef CANDOR_WEBP

namespace {

struct Library {
  SharedLibrary library{{"libwebp.so.7", "libwebp.so.6", "libwebp.7.dylib", "libwebp.so"}, "reading WebP pictures", "libwebp7 (Debian, Ubuntu) or libwebp"};
  decltype(::WebPGetFeaturesInternal)* features = library.get<decltype(::WebPGetFeaturesInternal)>("WebPGetFeaturesInternal");
  decltype(::WebPDecodeRGBInto)* rgb = library.get<decltype(::WebPDecodeRGBInto)>("WebPDecodeRGBInto");
  decltype(::WebPDecodeRGBAInto)* rgba = library.get<decltype(::WebPDecodeRGBAInto)>("WebPDecodeRGBAInto");
};

const Library& library() {
  static const Library found;
  return found;
}

const std::uint8_t* raw(std::span<const std::byte> bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

ImageSize stored_size(std::span<const std::byte> bytes, const std::string& name) {
  WebPBitstreamFeatures f;
  const VP8StatusCode status = library().features(raw(bytes), bytes.size(), &f, WEBP_DECODER_ABI_VERSION);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) fail(ErrorKind::corrupt, name + ": truncated WebP image");
  if (status != VP8_STATUS_OK) fail(ErrorKind::corrupt, name + ": damaged WebP image (status " + std::to_string(status) + ")");
  if (f.has_animation) fail(ErrorKind::unsupported, name + ": an animated WebP; save one of its pictures as a file of its own");
  check_image_size(f.height, f.width, name);
  return {f.height, f.width, f.has_alpha ? 4 : 3};
}

/// The EXIF chunk of the file, when there is one: chunks are a name, a size and as many bytes, padded to an even number.
int orientation(std::span<const std::byte> bytes) {
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size |= std::to_integer<std::uint32_t>(bytes[at + 4 + i]) << (8 * i);
    if (size > bytes.size() - at - 8) return 1;
    if (std::memcmp(bytes.data() + at, "EXIF", 4) == 0) return exif_orientation(bytes.subspan(at + 8, size));
    at += 8 + static_cast<std::size_t>(size) + (size & 1);
  }
  return 1;
}

}  // namespace

ImageSize webp_header(std::span<const std::byte> bytes, const std::string& name) { return oriented(stored_size(bytes, name), orientation(bytes)); }

Image decode_webp(std::span<const std::byte> bytes, const std::string& name) {
  const ImageSize size = stored_size(bytes, name);
  const auto stride = static_cast<std::size_t>(size.width * size.channels);
  Image image{size.height, size.width, size.channels, std::vector<std::uint8_t>(stride * static_cast<std::size_t>(size.height))};
  const auto decode = size.channels == 4 ? library().rgba : library().rgb;
  if (!decode(raw(bytes), bytes.size(), image.pixels.data(), image.pixels.size(), static_cast<int>(stride)))
    fail(ErrorKind::corrupt, name + ": truncated or damaged WebP image");
  return data::oriented(std::move(image), orientation(bytes));
}

#else

namespace {
[[noreturn]] void fail_build(const std::string& name) {
  fail(ErrorKind::unsupported, name + ": a WebP image, which this build does not read; build with -DCANDOR_WEBP=ON and libwebp");
}
}  // namespace
ImageSize webp_header(std::span<const std::byte>, const std::string& name) { fail_build(name); }
Image decode_webp(std::span<const std::byte>, const std::string& name) { fail_build(name); }

#endif

}  // namespace candor::data::detail
