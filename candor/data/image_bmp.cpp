// BMP as programs write it today: uncompressed, 1, 4, 8, 24 or 32 bits a pixel (also with the bit masks of the usual BGRA order).
#include <array>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/image.h"

namespace candor::data::detail {
namespace {

struct Header {
  ImageSize size;
  bool bottom_up = true;
  int bits = 0;
  std::size_t pixels = 0;   // offset of the first row
  std::size_t row = 0;      // bytes of a row, a multiple of 4
  std::vector<std::array<std::uint8_t, 3>> palette;  // RGB
};

class Bytes {
 public:
  Bytes(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}
  std::uint32_t u8(std::size_t at) const {
    if (at >= bytes_.size()) fail(ErrorKind::corrupt, name_ + ": truncated image: the file ends within the header");
    return std::to_integer<std::uint32_t>(bytes_[at]);
  }
  std::uint32_t u16(std::size_t at) const { return u8(at) | u8(at + 1) << 8; }
  std::uint32_t u32(std::size_t at) const { return u16(at) | u16(at + 2) << 16; }

 private:
  std::span<const std::byte> bytes_;
  const std::string& name_;
};

Header parse(std::span<const std::byte> data, const std::string& name) {
  const Bytes bytes(data, name);
  Header header;
  header.pixels = bytes.u32(10);
  const std::uint32_t info = bytes.u32(14);
  if (info < 40 || info > 1024) fail(ErrorKind::unsupported, name + ": a BMP of OS/2 or an unknown kind (header of " + std::to_string(info) + " bytes)");
  const auto width = static_cast<std::int32_t>(bytes.u32(18)), height = static_cast<std::int32_t>(bytes.u32(22));
  header.bottom_up = height >= 0;
  check_image_size(height < 0 ? -static_cast<std::int64_t>(height) : height, width, name);
  header.size.height = height < 0 ? -static_cast<std::int64_t>(height) : height;
  header.size.width = width;
  header.bits = static_cast<int>(bytes.u16(28));
  const std::uint32_t compression = bytes.u32(30);
  const bool known_bits = header.bits == 1 || header.bits == 4 || header.bits == 8 || header.bits == 24 || header.bits == 32;
  bool masks = compression == 3 && header.bits == 32;
  if (masks) masks = bytes.u32(54) == 0x00FF0000 && bytes.u32(58) == 0x0000FF00 && bytes.u32(62) == 0x000000FF;
  if (!known_bits || (compression != 0 && !masks))
    fail(ErrorKind::unsupported, name + ": a BMP with " + std::to_string(header.bits) + " bits a pixel and compression " +
                                     std::to_string(compression) + "; uncompressed ones of 1, 4, 8, 24 or 32 bits are read");
  header.size.channels = 3;  // the fourth byte of 32-bit files is mostly unused, so it is not taken for alpha
  header.row = (static_cast<std::size_t>(width) * static_cast<std::size_t>(header.bits) + 31) / 32 * 4;
  if (header.bits <= 8) {
    const std::uint32_t most = 1u << header.bits, used = bytes.u32(46), count = used == 0 ? most : used;
    if (count > most) fail(ErrorKind::corrupt, name + ": damaged image: " + std::to_string(count) + " colours for " + std::to_string(header.bits) + " bits");
    bool grey = true;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t at = 14 + info + 4 * std::size_t{i};
      const std::array<std::uint8_t, 3> rgb{static_cast<std::uint8_t>(bytes.u8(at + 2)), static_cast<std::uint8_t>(bytes.u8(at + 1)),
                                            static_cast<std::uint8_t>(bytes.u8(at))};
      grey = grey && rgb[0] == rgb[1] && rgb[1] == rgb[2];
      header.palette.push_back(rgb);
    }
    header.palette.resize(most);
    if (grey) header.size.channels = 1;
  }
  return header;
}

}  // namespace

bool is_bmp(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && static_cast<char>(bytes[0]) == 'B' && static_cast<char>(bytes[1]) == 'M';
}

ImageSize bmp_header(std::span<const std::byte> bytes, const std::string& name) { return parse(bytes, name).size; }

Image decode_bmp(std::span<const std::byte> bytes, const std::string& name) {
  const Header header = parse(bytes, name);
  const auto [height, width, channels] = header.size;
  const std::size_t needed = header.row * static_cast<std::size_t>(height);
  const std::size_t there = bytes.size() > header.pixels ? bytes.size() - header.pixels : 0;
  if (there < needed)
    fail(ErrorKind::corrupt, name + ": truncated image (" + with_thousands(static_cast<std::int64_t>(there)) + " of " +
                                 with_thousands(static_cast<std::int64_t>(needed)) + " bytes)");
  const auto depth = static_cast<std::size_t>(channels);
  Image image{height, width, channels, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width) * depth)};
  std::uint8_t* out = image.pixels.data();
  for (std::int64_t y = 0; y < height; ++y) {
    const std::byte* row = bytes.data() + header.pixels + static_cast<std::size_t>(header.bottom_up ? height - 1 - y : y) * header.row;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x, out += depth) {
      if (header.bits >= 24) {
        const std::byte* bgr = row + x * static_cast<std::size_t>(header.bits / 8);
        for (std::size_t c = 0; c < 3; ++c) out[c] = std::to_integer<std::uint8_t>(bgr[2 - c]);
      } else {
        const auto bits = static_cast<std::size_t>(header.bits), per_byte = 8 / bits;
        const unsigned index = std::to_integer<unsigned>(row[x / per_byte]) >> (8 - bits - x % per_byte * bits) & ((1u << bits) - 1);
        for (std::size_t c = 0; c < depth; ++c) out[c] = header.palette[index][c];
      }
    }
  }
  return image;
}

}  // namespace candor::data::detail
