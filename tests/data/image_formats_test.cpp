// Formats beside the plain ones, and what cameras and scanners do: orientation, 16 bits, four inks.
#include <gtest/gtest.h>

#include "candor/data/image.h"
#include "tests/support/errors.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

using testing::pattern;

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }
Image decode(const std::string& text) { return decode_image(bytes(text), "p"); }
ImageSize header(const std::string& text) { return read_image_header(bytes(text), "p"); }

/// False where the library of a format is not there; other errors are the test's.
bool readable(const std::string& text) {
  if (text.empty()) return false;
  try {
    header(text);
    return true;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unsupported) throw;
    return false;
  }
}
#define NEEDS(text) \
  if (!readable(text)) GTEST_SKIP() << "the library for this format is not there"

TEST(ImageFormats, WebP) {
  NEEDS(testing::as_webp(pattern(2, 2, 3)));
  for (int channels : {3, 4}) {
    Image image = pattern(9, 7, channels);
    if (channels == 4)
      for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] |= 1;  // what cannot be seen has no colour
    const std::string text = testing::as_webp(image);
    EXPECT_EQ(header(text), (ImageSize{9, 7, channels}));
    EXPECT_EQ(decode(text).pixels, image.pixels);
    for (std::size_t cut : {14u, 25u, 40u}) EXPECT_ERROR(corrupt, decode(text.substr(0, std::min(cut, text.size() - 4))), "WebP");
  }
}

TEST(ImageFormats, Tiff) {
  NEEDS(testing::as_tiff(pattern(2, 2, 1)));
  for (int channels : {1, 3, 4})
    for (int bits : {8, 16}) {
      const Image image = pattern(5, 6, channels);
      const std::string text = testing::as_tiff(image, bits);
      EXPECT_EQ(header(text), (ImageSize{5, 6, channels}));
      const Image got = decode(text);
      ASSERT_EQ(got.pixels.size(), image.pixels.size());
      for (std::size_t i = 0; i < got.pixels.size(); ++i) {
        if (channels == 4) break;  // libtiff multiplies colours by their alpha
        EXPECT_EQ(got.pixels[i], image.pixels[i]) << channels << " channels, " << bits << " bits, " << i;
      }
    }
  const std::string text = testing::as_tiff(pattern(5, 6, 3));
  for (std::size_t cut = 8; cut < text.size(); cut += 7) EXPECT_ERROR(corrupt, decode(text.substr(0, cut)), "TIFF");
  // Strips made tiles of 60,000 x 60,000 pixels, which libtiff would unpack at once.
  std::string tiled = text;
  for (const auto& [tag, other] : {std::pair(278, 322), std::pair(279, 323)}) {
    const std::size_t at = text.find(std::string{static_cast<char>(tag & 255), static_cast<char>(tag >> 8), 4, 0, 1, 0, 0, 0});
    ASSERT_NE(at, std::string::npos);
    tiled.replace(at, 2, {static_cast<char>(other & 255), static_cast<char>(other >> 8)});
    tiled.replace(at + 8, 4, std::string("\x60\xea\0\0", 4));
  }
  EXPECT_ERROR(unsupported, decode(tiled), "60,000 x 60,000");
}

TEST(ImageFormats, SixteenBits) {
  for (int channels : {1, 3}) {
    const Image image = pattern(4, 3, channels);
    EXPECT_EQ(decode(testing::as_pnm16(image)).pixels, image.pixels);
    if (readable(testing::as_png16(image))) {
      EXPECT_EQ(decode(testing::as_png16(image)).pixels, image.pixels);
    }
  }
}

TEST(ImageFormats, FourInksBecomeColour) {
  Image inks{16, 16, 4, std::vector<std::uint8_t>(16 * 16 * 4, 0)};
  for (std::size_t i = 0; i < 256; ++i) inks.pixels[4 * i] = 200, inks.pixels[4 * i + 3] = 51;  // cyan 200, black 51
  const std::string text = testing::as_cmyk_jpeg(inks);
  NEEDS(text);
  EXPECT_EQ(header(text), (ImageSize{16, 16, 3}));
  const Image image = decode(text);
  EXPECT_NEAR(image.pixels[0], 55 * 204 / 255, 2);
  EXPECT_NEAR(image.pixels[1], 204, 2);
  EXPECT_NEAR(image.pixels[2], 204, 2);
}

// The picture is 1 2 3 / 4 5 6 as it lies in the file; what is seen is worked out by hand from the EXIF standard.
TEST(ImageFormats, Orientation) {
  const Image image{2, 3, 1, {1, 2, 3, 4, 5, 6}};
  const std::vector<std::vector<std::uint8_t>> seen{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
                                                    {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image turned = oriented(image, orientation);
    EXPECT_EQ(turned.height, orientation < 5 ? 2 : 3);
    EXPECT_EQ(turned.pixels, seen[static_cast<std::size_t>(orientation - 1)]) << orientation;
    const std::string text = testing::as_tiff(image, 8, orientation);
    if (!readable(text)) continue;
    EXPECT_EQ(header(text).height, turned.height);
    EXPECT_EQ(decode(text).pixels, turned.pixels) << orientation;
  }
  EXPECT_EQ(oriented(image, 0).pixels, image.pixels);
  EXPECT_EQ(oriented(image, 99).pixels, image.pixels);
}

TEST(ImageFormats, ExifOfJpegAndItsNonsense) {
  const std::string plain = testing::as_jpeg(pattern(16, 8, 3));
  NEEDS(plain);
  const Image upright = decode(plain);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string text = testing::with_exif(plain, orientation);
    EXPECT_EQ(header(text), (orientation < 5 ? ImageSize{16, 8, 3} : ImageSize{8, 16, 3}));
    EXPECT_EQ(decode(text).pixels, oriented(upright, orientation).pixels) << orientation;
  }
  for (int nonsense : {0, 9, 65535}) EXPECT_EQ(decode(testing::with_exif(plain, nonsense)).pixels, upright.pixels);
  std::string text = testing::with_exif(plain, 6);
  for (std::size_t at = 6; at < 38; ++at) {  // each byte of it wrong: never a fault, the picture stays whole
    std::string wrong = text;
    wrong[at] = static_cast<char>(0xff);
    EXPECT_EQ(decode(wrong).pixels.size(), upright.pixels.size()) << at;
  }
}

TEST(ImageFormats, SizesBeyondTheLimits) {
  EXPECT_ERROR(unsupported, header("P5 70000 10 255\n"), "70,000 x 10", "at most 65,535 in a row");
  EXPECT_ERROR(unsupported, header("P5 10 70000 255\n"), "10 x 70,000");
  EXPECT_ERROR(unsupported, header("P5 60000 60000 255\n"), "at most 134,217,728");
  std::string png = testing::as_png(pattern(2, 2, 1));
  if (readable(png)) {
    png[18] = 1, png[19] = 17, png[16] = 0, png[17] = 1;  // width 70,000 and a bit, with a checksum that no longer fits
    EXPECT_THROW(header(png), Error);
  }
}

TEST(ImageFormats, LargeJpegsComeSmallerWhenThatIsEnough) {
  Image image{256, 320, 3, {}};
  for (std::int64_t y = 0; y < 256; ++y)
    for (std::int64_t x = 0; x < 320; ++x)
      for (int c = 0; c < 3; ++c) image.pixels.push_back(static_cast<std::uint8_t>((x * (c + 1) + y) / 5));
  const std::string text = testing::as_jpeg(image);
  NEEDS(text);
  const Image whole = decode(text), part = decode_image(bytes(text), "p", {32, 40, 3});
  EXPECT_EQ(whole.height, 256);
  EXPECT_EQ(part.height, 64);
  EXPECT_EQ(part.width, 80);
  EXPECT_EQ(decode_image(bytes(text), "p", {200, 40, 3}).height, 256);
  const Image a = resized(whole, 32, 40), b = resized(part, 32, 40);
  for (std::size_t i = 0; i < a.pixels.size(); ++i) EXPECT_NEAR(a.pixels[i], b.pixels[i], 4) << i;
}

}  // namespace
}  // namespace candor::data
