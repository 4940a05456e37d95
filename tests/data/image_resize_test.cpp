#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "candor/data/image.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

using nlohmann::json;

std::vector<double> numbers(const json& rows) {
  std::vector<double> out;
  for (const json& row : rows)
    for (const json& v : row) out.push_back(v.get<double>());
  return out;
}

/// Resized pictures of another library, by method.
TEST(ImageResize, FixturesOfPillowAndTensorFlow) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  std::ifstream in(testing::environment("CANDOR_FIXTURES") + "/stats/signal_image/cases.json");
  if (!in) GTEST_SKIP() << "no stats/signal_image/cases.json";
  int compared = 0;
  const json all = json::parse(in);
  for (const json& one : all.at("cases")) {
    const std::string name = one.at("name");
    if (!name.starts_with("resize-") || !one.at("inputs").at("x").is_array()) continue;
    const json& x = one.at("inputs").at("x");
    const std::vector<double> values = numbers(x);
    const ImageSize size{static_cast<std::int64_t>(x.size()), static_cast<std::int64_t>(x[0].size()), 1};
    const std::int64_t height = one.at("params").at("to")[0], width = one.at("params").at("to")[1];
    Image image{size.height, size.width, 1, {}};
    for (const double v : values) image.pixels.push_back(static_cast<std::uint8_t>(v));
    const json& expected = one.at("expected");
    const struct {
      const char* key;
      ResizeOptions options;
    } exact[] = {{"bilinear", {Resampling::bilinear, false}}, {"bilinear_antialias", {Resampling::bilinear, true}}, {"bicubic", {Resampling::bicubic, false}},
                 {"bicubic_antialias", {Resampling::bicubic, true}}, {"lanczos3_antialias", {Resampling::lanczos, true}}, {"area", {Resampling::area, true}}, {"nearest_half_pixel", {Resampling::nearest, true}}};
    for (const auto& [key, options] : exact) {
      const std::vector<double> want = numbers(expected.at(key)), got = resized(values, size, height, width, options);
      ASSERT_EQ(got.size(), want.size()) << name << " " << key;
      for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-6 + 1e-6 * std::fabs(want[i])) << name << " " << key << " " << i;
      ++compared;
    }
    for (const auto& [key, rows] : expected.at("pil_uint8").items()) {
      if (key != "BILINEAR" && key != "BICUBIC" && key != "LANCZOS") continue;
      const Resampling method = key == "BILINEAR" ? Resampling::bilinear : key == "BICUBIC" ? Resampling::bicubic : Resampling::lanczos;
      const std::vector<double> want = numbers(rows);
      const Image got = resized(image, height, width, {.method = method});
      ASSERT_EQ(got.pixels.size(), want.size()) << name << " " << key;
      for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(static_cast<double>(got.pixels[i]), want[i]) << name << " Pillow " << key << " " << i;
      ++compared;
    }
  }
  EXPECT_GE(compared, 4 * 10);
}

TEST(ImageResize, EveryDepthAndTheSameForPixelsAndNumbers) {
  for (const Resampling method : {Resampling::nearest, Resampling::bilinear, Resampling::bicubic, Resampling::lanczos, Resampling::area})
    for (int channels : {1, 2, 3, 4}) {
      const Image image = testing::pattern(13, 17, channels);
      const std::vector<double> values(image.pixels.begin(), image.pixels.end());
      for (const auto& [height, width] : {std::pair{7, 5}, {13, 40}, {26, 17}, {1, 1}}) {
        const Image got = resized(image, height, width, {.method = method});
        const std::vector<double> want = resized(values, {13, 17, channels}, height, width, {.method = method});
        ASSERT_EQ(got.pixels.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(static_cast<double>(got.pixels[i]), std::clamp(want[i], 0.0, 255.0), 1.1) << i;
      }
    }
}

TEST(ImageResize, CropAndPad) {
  const Image image{2, 3, 1, {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(cropped(image, 0, 1, 2, 2).pixels, (std::vector<std::uint8_t>{2, 3, 5, 6}));
  EXPECT_EQ(cropped(image, -1, -1, 3, 3, 9).pixels, (std::vector<std::uint8_t>{9, 9, 9, 9, 1, 2, 9, 4, 5}));
  EXPECT_EQ(cropped(image, 5, 5, 1, 1, 7).pixels, (std::vector<std::uint8_t>{7}));
  EXPECT_ERROR(corrupt, cropped(image, 0, 0, 0, 1), "crop");
}

TEST(ImageResize, AShapeThatFits) {
  const Image image{20, 40, 1, std::vector<std::uint8_t>(800, 100)};
  const Image padded = fitted(image, 30, 30, Fit::pad);
  EXPECT_EQ(padded.pixels[0], 0);
  EXPECT_EQ(padded.pixels[15 * 30 + 15], 100);
  EXPECT_EQ(padded.pixels[29 * 30 + 29], 0);
  const Image cut = fitted(image, 30, 30, Fit::crop), stretched = fitted(image, 30, 30, Fit::stretch);
  for (const std::uint8_t p : cut.pixels) EXPECT_EQ(p, 100);
  EXPECT_EQ(stretched.pixels.size(), 900u);
  EXPECT_EQ(fit_from_string("crop"), Fit::crop);
  EXPECT_ERROR(invalid_argument, fit_from_string("squash"), "stretch, crop or pad");
}

}  // namespace
}  // namespace candor::data
