#include "candor/candid/data/picture_pairs.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace candor::candid::detail {
namespace {

#if defined(__x86_64__)
#define CANDOR_WITH_POPCNT __attribute__((target("popcnt")))
bool counts_bits() { return __builtin_cpu_supports("popcnt"); }
#else
#define CANDOR_WITH_POPCNT
bool counts_bits() { return true; }
#endif

// Appends without a jump: which rows are near is known to nobody beforehand. The instruction that counts bits is old, and still not one that every x86 processor must have.
CANDOR_WITH_POPCNT std::size_t near_rows(std::span<const PictureHash> hashes, std::int64_t first, const PictureHash& own, int limit, std::int32_t* out) {
  std::size_t by_first_word = 0, n = 0;
  for (auto j = static_cast<std::size_t>(first); j < hashes.size(); ++j) {
    out[by_first_word] = static_cast<std::int32_t>(j);
    by_first_word += __builtin_popcountll(hashes[j][0] ^ own[0]) <= limit;
  }
  for (std::size_t k = 0; k < by_first_word; ++k) {
    const PictureHash& other = hashes[static_cast<std::size_t>(out[k])];
    out[n] = out[k];
    n += __builtin_popcountll(other[0] ^ own[0]) + __builtin_popcountll(other[1] ^ own[1]) + __builtin_popcountll(other[2] ^ own[2]) <= limit;
  }
  return n;
}
#undef CANDOR_WITH_POPCNT

/// Block sums of a square picture, so scaled that lengths can only become shorter.
std::vector<float> blocks_of(const Matrix& pixels, std::int64_t side, std::int64_t blocks) {
  const std::int64_t width = side / blocks;
  std::vector<float> out(static_cast<std::size_t>(pixels.rows * blocks * blocks));
  std::vector<double> sums(static_cast<std::size_t>(blocks * blocks));
  for (std::int64_t i = 0; i < pixels.rows; ++i) {
    std::fill(sums.begin(), sums.end(), 0.);
    const std::span<const double> row = pixels.row(i);
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) sums[static_cast<std::size_t>(r / width * blocks + c / width)] += row[static_cast<std::size_t>(r * side + c)];
    for (std::size_t k = 0; k < sums.size(); ++k) out[static_cast<std::size_t>(i) * sums.size() + k] = static_cast<float>(sums[k] / static_cast<double>(width));
  }
  return out;
}

float square_distance(const float* a, const float* b, std::size_t n) {
  float sum[4] = {0, 0, 0, 0};
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4)
    for (std::size_t lane = 0; lane < 4; ++lane) sum[lane] += (a[k + lane] - b[k + lane]) * (a[k + lane] - b[k + lane]);
  for (; k < n; ++k) sum[0] += (a[k] - b[k]) * (a[k] - b[k]);
  return sum[0] + sum[1] + sum[2] + sum[3];
}

}  // namespace

int hash_distance(const PictureHash& a, const PictureHash& b) { return std::popcount(a[0] ^ b[0]) + std::popcount(a[1] ^ b[1]) + std::popcount(a[2] ^ b[2]); }

void near_hashes(std::span<const PictureHash> hashes, std::int64_t first, const PictureHash& own, int limit, std::vector<std::int32_t>& out) {
  out.resize(hashes.size() + 1);
  std::size_t n = 0;
  if (counts_bits()) {
    n = near_rows(hashes, first, own, limit, out.data());
  } else {
    for (auto j = static_cast<std::size_t>(first); j < hashes.size(); ++j)
      if (hash_distance(hashes[j], own) <= limit) out[n++] = static_cast<std::int32_t>(j);
  }
  out.resize(n);
}

double row_product(std::span<const double> a, std::span<const double> b) {
  double sum[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4)
    for (std::size_t lane = 0; lane < 4; ++lane) sum[lane] += a[i + lane] * b[i + lane];
  for (; i < a.size(); ++i) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

AlikePictures::AlikePictures(const Matrix& pixels, std::int64_t side)
    : pixels_(pixels), coarse_cells_(static_cast<std::size_t>((side / 3) * (side / 3))), rough_(blocks_of(pixels, side, 4)), coarse_(blocks_of(pixels, side, side / 3)) {}

double AlikePictures::above(std::int64_t i, const AlikePictures& other, std::int64_t j, double least) const {
  const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
  const auto far = static_cast<float>(2 * (1 - least) + 1e-4);  // of two rows of length 1, and a little for what floats round
  if (square_distance(rough_.data() + a * rough_cells, other.rough_.data() + b * rough_cells, rough_cells) > far) return 0;
  if (square_distance(coarse_.data() + a * coarse_cells_, other.coarse_.data() + b * coarse_cells_, coarse_cells_) > far) return 0;
  const double r = row_product(pixels_.row(i), other.pixels_.row(j));
  return r > least ? r : 0;
}

}  // namespace candor::candid::detail
