// Pictures drawn on an even ground resemble one another by themselves: nothing above a note may be said of that.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/candid/data/checks.h"
#include "candor/data/generators.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

/// Discs and squares of many sizes at many places, as a newcomer draws them to try things out.
data::Dataset shapes(std::int64_t count, std::uint64_t seed) {
  constexpr std::int64_t side = 24;
  const RandomStream random{seed, 77};
  Tensor features = Tensor::full({count, side, side, 1}, 0, DType::u8);
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto draw = [&](std::uint64_t k, double low, double high) { return low + (high - low) * random.uniform(static_cast<std::uint64_t>(i) * 8 + k); };
    const bool disc = i % 2 == 0;
    const double size = draw(0, 4, 9), x = draw(1, 9, 15), y = draw(2, 9, 15);
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) {
        const double dx = std::abs(static_cast<double>(c) - x), dy = std::abs(static_cast<double>(r) - y);
        const double edge = disc ? size - std::hypot(dx, dy) : size - std::max(dx, dy);
        features.mutable_data<std::uint8_t>()[(i * side + r) * side + c] = static_cast<std::uint8_t>(255 * std::clamp(edge + .5, 0.0, 1.0));
      }
    labels.push_back(disc ? 0 : 1);
  }
  data::Dataset set = data::from_arrays(features, Tensor::from(labels), "shapes");
  set.class_names = {"disc", "square"};
  return set;
}

void expect_nothing_above_a_note(const data::Dataset& train, const data::Dataset& test, const std::string& what) {
  const candid::Checkup said = candid::check_subject(candid::set_subject({{candid::PartKind::train, "train", train}, {candid::PartKind::test, "test", test}}));
  for (const Finding& f : said.findings) EXPECT_LE(f.severity, Severity::note) << what << ": " << f.id << ": " << f.message;
}

TEST(DrawnPictures, RaiseNoAlarm) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) expect_nothing_above_a_note(shapes(300, seed), shapes(80, seed + 100), "shapes " + std::to_string(seed));
}

TEST(DrawnPictures, NorDoGeneratedDigits) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const data::Dataset all = data::digits(900, seed);
    expect_nothing_above_a_note(all.slice(0, 700), all.slice(700, 900), "digits " + std::to_string(seed));
  }
}

}  // namespace
}  // namespace candor
