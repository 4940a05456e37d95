#include "candor/data/image.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/errors.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

using testing::pattern;

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }
Image decode(const std::string& text) { return decode_image(bytes(text), "p"); }

bool has_png() {
  try {
    decode(testing::as_png(pattern(1, 1, 1)));
    return true;
  } catch (const Error&) {
    return false;
  }
}

void expect_same(const Image& got, const Image& want) {
  EXPECT_EQ(got.height, want.height);
  EXPECT_EQ(got.width, want.width);
  EXPECT_EQ(got.channels, want.channels);
  EXPECT_EQ(got.pixels, want.pixels);
}

TEST(Image, EveryFormatGivesThePixelsBack) {
  for (int channels : {1, 3}) {
    const Image image = pattern(5, 7, channels);
    std::vector<std::string> files{testing::as_pnm(image), testing::as_text_pnm(image), testing::as_bmp(image)};
    if (has_png()) files.push_back(testing::as_png(image));
    for (const std::string& text : files) {
      expect_same(decode(text), image);
      EXPECT_EQ(read_image_header(bytes(text), "p"), (ImageSize{5, 7, channels}));
    }
  }
  for (int channels : {2, 4})
    if (has_png()) expect_same(decode(testing::as_png(pattern(3, 4, channels))), pattern(3, 4, channels));
}

TEST(Image, JpegIsNearlyTheSame) {
  for (bool progressive : {false, true})
    for (int channels : {1, 3}) {
      Image image = pattern(16, 16, channels);
      for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(100 + i / static_cast<std::size_t>(channels) % 16);
      const std::string text = testing::as_jpeg(image, 95, progressive);
      if (text.empty()) GTEST_SKIP() << "built without libjpeg";
      const Image got = decode(text);
      EXPECT_EQ(read_image_header(bytes(text), "p"), (ImageSize{16, 16, channels}));
      for (std::size_t i = 0; i < image.pixels.size(); ++i) EXPECT_LE(std::abs(got.pixels[i] - image.pixels[i]), 4);
    }
}

TEST(Image, PnmVariants) {
  EXPECT_EQ(decode("P1 3 2 1 0 1 010").pixels, (std::vector<std::uint8_t>{0, 255, 0, 255, 0, 255}));
  EXPECT_EQ(decode(std::string("P4 3 2\n\xa0\x40")).pixels, (std::vector<std::uint8_t>{0, 255, 0, 255, 0, 255}));
  EXPECT_EQ(decode("P2 2 1 # two\n 15 # white is 15\n 0 15").pixels, (std::vector<std::uint8_t>{0, 255}));
  EXPECT_EQ(decode(std::string("P5 2 1 65535\n\x80\x00\xff\xff", 17)).pixels, (std::vector<std::uint8_t>{128, 255}));
}

TEST(Image, Channels) {
  const Image colour{1, 1, 3, {255, 0, 0}};
  EXPECT_EQ(with_channels(colour, 1).pixels, (std::vector<std::uint8_t>{76}));
  EXPECT_EQ(with_channels({1, 1, 1, {9}}, 3).pixels, (std::vector<std::uint8_t>{9, 9, 9}));
  EXPECT_EQ(with_channels({1, 1, 4, {1, 2, 3, 4}}, 3).pixels, (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(with_channels({1, 1, 1, {9}}, 4).pixels, (std::vector<std::uint8_t>{9, 9, 9, 255}));
}

TEST(Image, Resizing) {
  Image flat{6, 9, 3, std::vector<std::uint8_t>(6 * 9 * 3, 77)};
  EXPECT_EQ(resized(flat, 4, 20).pixels, std::vector<std::uint8_t>(4 * 20 * 3, 77));
  // Halving with the widened filter: weights 1 3 3 1 over eight, the edge renormalised.
  EXPECT_EQ(resized({1, 4, 1, {0, 0, 255, 255}}, 1, 2).pixels, (std::vector<std::uint8_t>{36, 219}));
  EXPECT_EQ(resized({1, 2, 1, {0, 200}}, 1, 4).pixels, (std::vector<std::uint8_t>{0, 50, 150, 200}));
  expect_same(resized(pattern(5, 7, 3), 5, 7), pattern(5, 7, 3));
  EXPECT_EQ(resized({1, 1, 1, {5}}, 3, 3).pixels, std::vector<std::uint8_t>(9, 5));
}

// Bad input.

TEST(ImageBad, EmptyAndUnknown) {
  EXPECT_ERROR(corrupt, decode(""), "p: the file is empty");
  EXPECT_ERROR(corrupt, decode("GIF89a..."), "p: not a picture that can be read", "GIF89a");
}

TEST(ImageBad, CutAnywhere) {
  std::vector<std::string> files{testing::as_pnm(pattern(4, 5, 3)), testing::as_bmp(pattern(4, 5, 1)), testing::as_bmp(pattern(4, 5, 3))};
  if (has_png()) files.push_back(testing::as_png(pattern(4, 5, 3)));
  for (const std::string& whole : files)
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      const std::string part = whole.substr(0, cut);
      EXPECT_ERROR(corrupt, decode(part), "p: ") << cut;
    }
  EXPECT_ERROR(corrupt, decode("P6 10 10 255\nabc"), "truncated image (3 of 300 bytes)");
}

TEST(ImageBad, ACutOrGarbledJpegIsNamed) {
  const std::string whole = testing::as_jpeg(pattern(64, 64, 3));
  if (whole.empty()) GTEST_SKIP() << "built without libjpeg";
  for (std::size_t cut : {std::size_t{2}, std::size_t{20}, std::size_t{300}, whole.size() / 2, whole.size() - 20})
    EXPECT_ERROR(corrupt, decode(whole.substr(0, cut)), "p: ") << cut;
  std::string garbled = whole;
  garbled.replace(garbled.size() / 2, 2, "\xff\xd9");  // the end marker in the middle
  EXPECT_ERROR(corrupt, decode(garbled), "p: damaged JPEG image");
}

TEST(ImageBad, HugeClaimsTakeNoMemory) {
  EXPECT_ERROR(unsupported, decode("P6 999999 999999 255\n"), "999,999 x 999,999", "at most");
  EXPECT_ERROR(corrupt, decode("P6 10000 10000 255\nabc"), "truncated image");
  EXPECT_ERROR(corrupt, decode("P6 0 10 255\n"), "0 x 10 pixels");
  std::string bmp = testing::as_bmp(pattern(2, 2, 3));
  bmp.replace(18, 8, std::string("\xff\xff\xff\x7f\xff\xff\xff\x7f", 8));
  EXPECT_ERROR(unsupported, decode(bmp), "2,147,483,647 x 2,147,483,647");
  bmp.replace(18, 8, std::string("\xff\xff\xff\xff\x00\x00\x00\x80", 8));
  EXPECT_ERROR(corrupt, decode(bmp), "damaged picture");
  if (!has_png()) return;
  std::string png = testing::as_png(pattern(2, 2, 1));
  const std::string header = std::string("IHDR\0\0\x2a\xf8\0\0\x2a\xf8\x08\0\0\0\0", 17);
  png.replace(12, 17, header);  // the checksum is wrong now, which libpng refuses
  EXPECT_ERROR(corrupt, decode(png), "p: ");
}

TEST(ImageBad, Pnm) {
  EXPECT_ERROR(corrupt, decode("P5 x 1 255\n"), "expected the width, got \"x 1 255");
  EXPECT_ERROR(corrupt, decode("P5 1 1 0\n1"), "highest value must be 1 to 65535");
  EXPECT_ERROR(corrupt, decode("P2 2 1 255\n1 -1"), "got \"-1\"");
  EXPECT_ERROR(corrupt, decode("P1 2 1 1 2"), "expected 0 or 1");
}

TEST(ImageBad, Bmp) {
  std::string bmp = testing::as_bmp(pattern(2, 2, 3));
  bmp[30] = 1;
  EXPECT_ERROR(unsupported, decode(bmp), "24 bits a pixel and compression 1");
  bmp[14] = 12;
  EXPECT_ERROR(unsupported, decode(bmp), "OS/2");
}

TEST(ImageBad, Arguments) {
  EXPECT_ERROR(invalid_argument, with_channels({1, 1, 1, {9}}, 5), "got 5");
  EXPECT_ERROR(corrupt, resized({1, 1, 1, {9}}, 0, 1), "resize");
}

}  // namespace
}  // namespace candor::data
