// Convolution with max_pool in windows of two by two behind it, without the pool's index, where all four outputs of a window share products: the
// scheme of conv_pairs.h along rows and, of its sums, once more along columns. A window of five by five taps takes 49 products for four outputs
// instead of 100. No number is more than four times as large as in the plain sum.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/backends/cpu/conv_pairs.h"
#include "candor/backends/cpu/conv_pixels.h"

namespace candor::cpu {

/// The sums of taps that go with the products, [products of the height, channels, products of the width, outs], from a kernel
/// [height, width, channels, outs] of odd height and width 3, 5 or 7.
void square_taps(const float* kernel, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t outs, float* to);

// ---- channels in vectors

/// Channels in vectors run on processors with vectors of 16 numbers alone.
constexpr std::int64_t square_lanes = 16;
/// Floats of a row of the images below.
inline std::int64_t square_line(std::int64_t line) { return (line + square_lanes - 1) / square_lanes * square_lanes; }
/// For each vector of a row which of its numbers are in odd columns.
std::vector<std::uint16_t> odd_columns(std::int64_t line, std::int64_t channels);
/// Of the rows that two neighbouring rows of outputs read, for each product of the height: the sum of rows that it takes less the next column but one;
/// what it rises to the next; and, in odd columns, it plus the next, in even ones it alone.
constexpr std::int64_t images_of_product = 3;
void make_square_images(const float* x, std::int64_t line, std::int64_t height, std::int64_t channels, const std::uint16_t* odd, float* made);

/// Some neighbouring windows of a row of pooled pixels, for some output channels.
struct SquaresBlock {
  const float* made = nullptr;  ///< of make_square_images, at the first window's first tap
  std::int64_t line = 0;        ///< of the image they were made of
  std::int64_t channels = 0, high = 0;  ///< high: pairs of taps beyond the first three
  const float* kernel = nullptr;  ///< of square_taps
  std::int64_t outs = 0;
  const float* bias = nullptr;    ///< may be null
  float* out = nullptr;           ///< [windows, outs]
  float lowest = 0;
  int count = 0;                  ///< channels of the block
};
using SquaresFn = void (*)(const SquaresBlock&);
/// For 1 to 5 windows; null where there is none.
SquaresFn squares_block(std::int64_t windows, std::int64_t height, std::int64_t width);
constexpr std::int64_t most_squares = 5;

// ---- pixels in vectors

/// The block of a ConvPixelsPlan whose planes have the even columns of each row and then the odd ones; null where there is none.
void (*square_pixels_block(const ConvGeometry& g))(const PixelBlock&);
/// Pooled pixels of such a block.
std::int64_t square_pixels_together(std::int64_t width);
/// An image of one channel into `rows` lines of even and odd columns, half a line of each, with zeros around it; filled: for each line whether it
/// holds more than zeros.
void square_pixels_spread(const float* image, const ConvGeometry& g, std::int64_t rows, std::int64_t line, float* to, float* filled);

}  // namespace candor::cpu
