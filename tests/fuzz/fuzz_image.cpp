// Pictures of every format: headers, and the pixels of small ones, resized and converted.
#include "candor/data/image.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace candor::data;
  return candor::fuzz::refuse_or_read([&] {
    const auto bytes = candor::fuzz::as_bytes(data, size);
    const ImageSize header = read_image_header(bytes, "input");
    if (header.height * header.width > 1 << 18) return;
    const Image image = decode_image(bytes, "input");
    if (ImageSize{image.height, image.width, image.channels} != header) __builtin_trap();
    if (image.pixels.size() != static_cast<std::size_t>(header.height * header.width * header.channels)) __builtin_trap();
    resized(with_channels(image, image.channels == 1 ? 3 : 1), 7, 5);
  });
}
