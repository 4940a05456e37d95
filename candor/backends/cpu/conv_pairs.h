// Convolution with max_pool in windows of two by two behind it, without the pool's index: two neighbouring outputs share products. Three taps of two
// outputs take four products instead of six, each two further taps three instead of four:
//   y0 = d0 g0 + d1 g1 + d2 g2 = a + b + c    a = (d0 - d2) g0    b = (d1 + d2) (g0 + g1 + g2) / 2
//   y1 = d1 g0 + d2 g1 + d3 g2 = b - c - e    c = (d2 - d1) (g0 - g1 + g2) / 2    e = (d1 - d3) g2
//   y0 = d0 g0 + d1 g1 = a + b    a = (d0 - d1) g0    b = d1 (g0 + g1)
//   y1 = d1 g0 + d2 g1 = b - e    e = (d1 - d2) g1
// Sums of what enters y0 alone, both, both with opposite signs and y1 alone are kept apart to the end, so that nothing else is added. No number is
// more than twice as large as in the plain sum, so errors stay at rounding level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "candor/backends/cpu/conv_geometry.h"
#include "candor/backends/cpu/kept_kernel.h"
#include "candor/backends/cpu/matmul_finish.h"

namespace candor::cpu {

/// How many products a window of an odd number of taps takes for two outputs.
inline std::int64_t products_of_pair(std::int64_t taps) { return 4 + 3 * ((taps - 3) / 2); }

/// One row of pooled pixels, some of them, for some output channels.
struct PairsBlock {
  const float* x = nullptr;       ///< first tap of the first pixel
  const float* made = nullptr;    ///< the same place in the first of three arrays made of the image, `array` floats apart
  std::int64_t array = 0, line = 0;  ///< floats from one array, one row to the next
  std::int64_t channels = 0, height = 0, extra = 0;  ///< extra: pairs of taps beyond the first three
  const float* kernel = nullptr;  ///< [height, products, channels, outs]
  std::int64_t outs = 0;
  const float* bias = nullptr;    ///< may be null
  float* out = nullptr;           ///< [pixels, outs]
  float lowest = 0;
  int count = 0;                  ///< channels of the block
};

struct ConvPairsPlan {
  static constexpr int most_pixels = 6;

  ConvGeometry geometry;
  bool squares = false;               ///< rows share products, too: see conv_squares.h
  std::vector<std::uint16_t> odd;     ///< its odd columns
  void (*square_blocks[most_pixels + 1])(const struct SquaresBlock&) = {};
  bool bias = false, copies = false;  ///< copies: the image gets zeros around it
  bool constant = false;              ///< the kernel is the same in each run
  KeptKernel kept;
  float lowest = 0;
  int lanes = 1, together = 1;        ///< pooled pixels of a block, at most
  std::int64_t line = 0, rows = 0;    ///< of the image as it is walked
  std::int64_t image_blocks = 1, slots = 1;
  std::size_t kernel_floats = 0, slot_floats = 0;
  void (*blocks[most_pixels + 1])(const PairsBlock&) = {};

  std::size_t scratch() const { return (kernel_floats + static_cast<std::size_t>(slots) * slot_floats) * sizeof(float); }
  std::string describe() const;
};

/// Why this is not the way to compute it; empty: it is.
std::string why_not_by_pairs(const ConvGeometry& g, const Epilogue& epilogue);
ConvPairsPlan plan_conv_pairs(const ConvGeometry& g, bool bias, Epilogue epilogue, bool constant = false);
/// `out` is max_pool's.
void run_conv_pairs(const ConvPairsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch);

/// The sums of taps that go with the products: for each product `n` numbers, from `taps` rows of n numbers `row` apart.
void pair_taps(const float* kernel, std::int64_t row, std::int64_t taps, std::int64_t n, float* to);

}  // namespace candor::cpu
