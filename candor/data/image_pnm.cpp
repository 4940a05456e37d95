// PBM, PGM and PPM, text (P1 to P3) and binary (P4 to P6): the Netpbm formats.
#include <cstring>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/image.h"

namespace candor::data::detail {
namespace {

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& name)
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()), name_(name) {}

  /// The next whole number, after blanks and comments.
  std::int64_t number(const char* what) {
    skip_blanks();
    if (at_ >= text_.size()) truncated(what);
    std::int64_t value = 0;
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && at_ - start < 9) value = value * 10 + (text_[at_++] - '0');
    if (at_ == start) fail(ErrorKind::corrupt, name_ + ": damaged picture: expected the " + what + ", got " + quoted(text_.substr(at_, 8)));
    return value;
  }
  /// One digit 0 or 1 of a text bitmap, which may stand without blanks.
  int bit() {
    skip_blanks();
    if (at_ >= text_.size()) truncated("pixels");
    const char c = text_[at_++];
    if (c != '0' && c != '1') fail(ErrorKind::corrupt, name_ + ": damaged picture: expected 0 or 1, got " + quoted(std::string_view(&c, 1)));
    return c - '0';
  }
  /// The single blank between header and binary pixels.
  void one_blank() {
    if (at_ < text_.size()) ++at_;
  }
  void skip(std::size_t count) { at_ += count; }
  std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }

 private:
  [[noreturn]] void truncated(const char* what) {
    fail(ErrorKind::corrupt, name_ + ": truncated picture: the file ends before the " + what);
  }
  void skip_blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') at_ = std::min(text_.find('\n', at_), text_.size());
      else if (std::strchr(" \t\r\n\v\f", text_[at_]) && text_[at_] != 0) ++at_;
      else return;
    }
  }
  std::string_view text_;
  std::string name_;
  std::size_t at_ = 0;
};

struct Header {
  char kind = 0;  // '1' to '6'
  ImageSize size;
  std::int64_t highest = 1;  // the value of white
};

Header parse(Reader& reader, std::span<const std::byte> bytes, const std::string& name) {
  Header header;
  header.kind = static_cast<char>(bytes[1]);
  reader.skip(2);
  header.size.width = reader.number("width");
  header.size.height = reader.number("height");
  header.size.channels = header.kind == '3' || header.kind == '6' ? 3 : 1;
  if (header.kind != '1' && header.kind != '4') {
    header.highest = reader.number("highest value");
    if (header.highest < 1 || header.highest > 65535)
      fail(ErrorKind::corrupt, name + ": damaged picture: the highest value must be 1 to 65535, got " + std::to_string(header.highest));
  }
  check_image_size(header.size.height, header.size.width, name);
  return header;
}

std::uint8_t scaled(std::int64_t value, std::int64_t highest) {
  return static_cast<std::uint8_t>((std::min(value, highest) * 255 + highest / 2) / highest);
}

}  // namespace

bool is_pnm(std::span<const std::byte> bytes) {
  if (bytes.size() < 3 || static_cast<char>(bytes[0]) != 'P') return false;
  const char kind = static_cast<char>(bytes[1]), blank = static_cast<char>(bytes[2]);
  return kind >= '1' && kind <= '6' && (blank == ' ' || blank == '\n' || blank == '\r' || blank == '\t' || blank == '#');
}

ImageSize pnm_header(std::span<const std::byte> bytes, const std::string& name) {
  Reader reader(bytes, name);
  return parse(reader, bytes, name).size;
}

Image decode_pnm(std::span<const std::byte> bytes, const std::string& name) {
  Reader reader(bytes, name);
  const Header header = parse(reader, bytes, name);
  const auto [height, width, channels] = header.size;
  const auto samples = static_cast<std::size_t>(height * width) * static_cast<std::size_t>(channels);
  const bool binary = header.kind >= '4';
  if (binary) reader.one_blank();
  const std::size_t row_bits = static_cast<std::size_t>(width + 7) / 8;
  const std::size_t needed = header.kind == '4' ? row_bits * static_cast<std::size_t>(height)
                             : binary           ? samples * (header.highest > 255 ? 2 : 1)
                                                : samples;  // text: at least one character each
  const std::string_view data = reader.rest();
  if (data.size() < needed)
    fail(ErrorKind::corrupt, name + ": truncated image (" + with_thousands(static_cast<std::int64_t>(data.size())) + " of " + (binary ? "" : "at least ") +
                                 with_thousands(static_cast<std::int64_t>(needed)) + " bytes)");
  Image image{height, width, channels, std::vector<std::uint8_t>(samples)};
  const auto byte = [&](std::size_t i) { return static_cast<std::int64_t>(static_cast<unsigned char>(data[i])); };
  if (header.kind == '1') {
    for (auto& pixel : image.pixels) pixel = reader.bit() ? 0 : 255;  // 1 is ink
  } else if (header.kind == '4') {
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
      for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x)
        image.pixels[y * static_cast<std::size_t>(width) + x] = byte(y * row_bits + x / 8) >> (7 - x % 8) & 1 ? 0 : 255;
  } else if (!binary) {
    for (auto& pixel : image.pixels) pixel = scaled(reader.number("pixels"), header.highest);
  } else if (header.highest == 255) {
    std::memcpy(image.pixels.data(), data.data(), samples);
  } else if (header.highest < 255) {
    for (std::size_t i = 0; i < samples; ++i) image.pixels[i] = scaled(byte(i), header.highest);
  } else {
    for (std::size_t i = 0; i < samples; ++i) image.pixels[i] = scaled(byte(2 * i) << 8 | byte(2 * i + 1), header.highest);
  }
  return image;
}

}  // namespace candor::data::detail
