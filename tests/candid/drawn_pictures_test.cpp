// Pictures drawn on an even ground resemble one another by themselves: nothing above a note may be said of that.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/candid/data/checks.h"
#include "candor/data/generators.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

/// Square grey pictures: paint(i, draw, pixels) paints number i; draw(k, low, high) is the k-th of its `numbers` random numbers; its class is i % 2.
template <class Paint>
data::Dataset drawn(std::int64_t count, std::int64_t side, const RandomStream& random, std::uint64_t numbers, const std::string& name, const std::vector<std::string>& classes, Paint paint) {
  Tensor features = Tensor::full({count, side, side, 1}, 0, DType::u8);
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    paint(i, [&](std::uint64_t k, double low, double high) { return low + (high - low) * random.uniform(static_cast<std::uint64_t>(i) * numbers + k); },
          features.mutable_data<std::uint8_t>() + i * side * side);
    labels.push_back(static_cast<std::int32_t>(i % 2));
  }
  data::Dataset set = data::from_arrays(features, Tensor::from(labels), name);
  set.class_names = classes;
  return set;
}

/// Discs and squares of many sizes at many places, as a newcomer draws them to try things out.
data::Dataset shapes(std::int64_t count, std::uint64_t seed) {
  constexpr std::int64_t side = 24;
  return drawn(count, side, {seed, 77}, 8, "shapes", {"disc", "square"}, [](std::int64_t i, const auto& draw, std::uint8_t* pixels) {
    const double size = draw(0, 4, 9), x = draw(1, 9, 15), y = draw(2, 9, 15);
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) {
        const double dx = std::abs(static_cast<double>(c) - x), dy = std::abs(static_cast<double>(r) - y);
        const double edge = i % 2 == 0 ? size - std::hypot(dx, dy) : size - std::max(dx, dy);
        pixels[r * side + c] = static_cast<std::uint8_t>(255 * std::clamp(edge + .5, 0.0, 1.0));
      }
  });
}

/// Land below a sky, each horizon at its own height and with its own waves, and the grain of a camera: windows of two agree well where the horizons are brought together.
data::Dataset landscapes(std::int64_t count, std::uint64_t seed) {
  constexpr std::int64_t side = 48;
  return drawn(count, side, {seed, 78}, 8192, "landscapes", {"sea", "forest"}, [](std::int64_t i, const auto& draw, std::uint8_t* pixels) {
    const double horizon = draw(0, .4, .7), waves = draw(1, 5, 25), phase = draw(2, 0, 6), sky = draw(3, 150, 220), land = i % 2 ? draw(4, 40, 70) : draw(4, 80, 120);
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) {
        const double y = static_cast<double>(r) / side, x = static_cast<double>(c) / side;
        const double light = y > horizon + .05 * std::sin(x * waves + phase) ? land : sky;
        pixels[r * side + c] = static_cast<std::uint8_t>(std::clamp(light + draw(static_cast<std::uint64_t>(16 + r * side + c), -14, 14), 0.0, 255.0));
      }
  });
}

void expect_nothing_above_a_note(const data::Dataset& train, const data::Dataset& test, const std::string& what) {
  const candid::Checkup said = candid::check_subject(candid::set_subject({{candid::PartKind::train, "train", train}, {candid::PartKind::test, "test", test}}));
  for (const Finding& f : said.findings) EXPECT_LE(f.severity, Severity::note) << what << ": " << f.id << ": " << f.message;
}

TEST(DrawnPictures, RaiseNoAlarm) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) expect_nothing_above_a_note(shapes(300, seed), shapes(80, seed + 100), "shapes " + std::to_string(seed));
}

TEST(DrawnPictures, NorDoLandscapes) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) expect_nothing_above_a_note(landscapes(200, seed), landscapes(80, seed + 100), "landscapes " + std::to_string(seed));
}

TEST(DrawnPictures, NorDoGeneratedDigits) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const data::Dataset all = data::digits(900, seed);
    expect_nothing_above_a_note(all.slice(0, 700), all.slice(700, 900), "digits " + std::to_string(seed));
  }
}

}  // namespace
}  // namespace candor
