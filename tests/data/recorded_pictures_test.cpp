// Colours and turned pictures against recorded ones.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "candor/data/augment_picture.h"
#include "candor/data/image.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::data {
namespace {

using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

/// Grey as Pillow rounds it; what else the case holds is no business of this half.
void colours(const StatCase& c, StatCheck& check) {
  const json& rgb = c.value("rgb");
  Image image{static_cast<std::int64_t>(rgb.size()), static_cast<std::int64_t>(rgb[0].size()), 3, {}};
  for (const double v : c.numbers("rgb")) image.pixels.push_back(static_cast<std::uint8_t>(v));
  const Image grey = with_channels(image, 1);
  const json& want = c.expected.at("pil_L");
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) EXPECT_NEAR(grey.pixels[i], want[i / rgb[0].size()][i % rgb[0].size()].get<double>(), 1) << i;
  for (const auto& [key, value] : c.expected.items()) check.passed_over(key);
}

/// The map of an augmentation, in floats, black beyond the edge.
void turned(const StatCase& c, StatCheck& check) {
  const candid::Matrix x = c.matrix("x");
  const double cy = static_cast<double>(x.rows - 1) / 2, cx = static_cast<double>(x.columns - 1) / 2;
  const auto compare = [&](const std::string& key, const detail::Map& map) {
    detail::Plan plan;
    plan.map = map;
    detail::Working work;
    work.pixels.assign(x.values.begin(), x.values.end());
    detail::run_plan(plan, x.rows, x.columns, 1, Border::black, 1, work);
    const json& want = c.expected.at(key);
    for (std::int64_t i = 0; i < x.rows * x.columns; ++i)
      EXPECT_NEAR(work.pixels[static_cast<std::size_t>(i)], want[static_cast<std::size_t>(i / x.columns)][static_cast<std::size_t>(i % x.columns)].get<double>(), 1e-5) << c.name << " " << key << " " << i;
  };
  for (const auto& [key, value] : c.expected.items()) {
    check.passed_over(key);  // compared here, since floats need a tolerance of their own
    if (key.ends_with("nearest")) continue;
    if (key.starts_with("rotate_")) {
      const double angle = std::stod(key.substr(7)) * std::numbers::pi / 180, co = std::cos(angle), si = std::sin(angle);
      compare(key, {co, -si, 0, si, co, 0});
    } else if (key == "affine") {
      const std::vector<double> a = c.numbers("affine");
      compare(key, {a[0], a[1], a[0] * cx + a[1] * cy + a[2] - cx, a[3], a[4], a[3] * cx + a[4] * cy + a[5] - cy});
    } else if (key.starts_with("translate_x")) {
      const std::size_t y = key.find("_y");
      compare(key, {1, 0, -std::stod(key.substr(11, y - 11)), 0, 1, -std::stod(key.substr(y + 2))});
    } else {
      ADD_FAILURE() << "nothing for " << key << " of " << c.name;
    }
  }
}

std::vector<StatCase> picture_cases() {
  std::vector<StatCase> all = testing::stat_cases("signal_image");
  std::erase_if(all, [](const StatCase& one) { return !one.name.starts_with("colour") && !one.name.starts_with("rotate"); });
  return all;
}

class RecordedPictures : public ::testing::TestWithParam<StatCase> {};
TEST_P(RecordedPictures, AsRecorded) {
  StatCheck check(GetParam());
  (GetParam().name.starts_with("colour") ? colours : turned)(GetParam(), check);
}
INSTANTIATE_TEST_SUITE_P(Fixtures, RecordedPictures, ::testing::ValuesIn(picture_cases()), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RecordedPictures);

}  // namespace
}  // namespace candor::data
