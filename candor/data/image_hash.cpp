#include "candor/data/image_hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "candor/base/error.h"

namespace candor::data {
namespace {

constexpr std::size_t side = 8, waves = 32;

void require(std::span<const double> values, std::size_t count) {
  if (values.size() != count) fail(ErrorKind::shape, "picture hash: " + std::to_string(values.size()) + " grey values, " + std::to_string(count) + " are expected");
}

std::vector<double> small_grey(const Image& image, std::int64_t height, std::int64_t width) {
  // Along the rows first, whatever the shape: edges overshoot otherwise in the other order.
  const ResizeOptions lanczos{.method = Resampling::lanczos};
  const Image small = resized(resized(with_channels(image, 1), image.height, width, lanczos), height, width, lanczos);
  return {small.pixels.begin(), small.pixels.end()};
}

/// above(i) for each of 64 places, the first as the most significant bit.
template <class Above>
std::uint64_t bits(Above&& above) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < side * side; ++i) hash = hash << 1 | static_cast<std::uint64_t>(above(i));
  return hash;
}

}  // namespace

std::uint64_t average_hash(std::span<const double> values) {
  require(values, side * side);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return bits([&](std::size_t i) { return values[i] > mean; });
}

std::uint64_t difference_hash(std::span<const double> values) {
  require(values, side * (side + 1));
  return bits([&](std::size_t i) {
    const std::size_t at = i / side * (side + 1) + i % side;
    return values[at + 1] > values[at];
  });
}

std::uint64_t perceptual_hash(std::span<const double> values) {
  require(values, waves * waves);
  std::array<double, side * waves> cosine{}, rows{};
  for (std::size_t k = 0; k < side; ++k)
    for (std::size_t n = 0; n < waves; ++n) cosine[k * waves + n] = 2 * std::cos(std::numbers::pi * static_cast<double>(k * (2 * n + 1)) / (2.0 * waves));
  // Down the columns, then along the rows, as far as the slowest waves go.
  for (std::size_t k = 0; k < side; ++k)
    for (std::size_t y = 0; y < waves; ++y)
      for (std::size_t x = 0; x < waves; ++x) rows[k * waves + x] += cosine[k * waves + y] * values[y * waves + x];
  std::array<double, side * side> slow{};
  for (std::size_t k = 0; k < side; ++k)
    for (std::size_t l = 0; l < side; ++l)
      for (std::size_t x = 0; x < waves; ++x) slow[k * side + l] += cosine[l * waves + x] * rows[k * waves + x];
  std::array<double, side * side> sorted = slow;
  std::sort(sorted.begin(), sorted.end());
  const double median = (sorted[side * side / 2 - 1] + sorted[side * side / 2]) / 2;
  return bits([&](std::size_t i) { return slow[i] > median; });
}

std::uint64_t average_hash(const Image& image) { return average_hash(small_grey(image, side, side)); }
std::uint64_t difference_hash(const Image& image) { return difference_hash(small_grey(image, side, side + 1)); }
std::uint64_t perceptual_hash(const Image& image) { return perceptual_hash(small_grey(image, waves, waves)); }

int hash_distance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

}  // namespace candor::data
