#include "candor/backends/cpu/conv_walk.h"

#include <algorithm>

namespace candor::cpu {

ConvWalk::ConvWalk(const ConvGeometry& g) {
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  const bool spread = depth.spread > 1 || height.spread > 1 || width.spread > 1;
  // Taps beyond the first and last row are left out of the sum; with several planes they would tear holes into it.
  copies_rows = spread || (depth.kernel > 1 && height.padded());
  copies = copies_rows || width.padded();
  rows = copies_rows ? height.reach() : height.in;
  columns = copies ? width.reach() : width.in;
  row_base = copies_rows ? -height.low : 0;
  column_base = copies ? -width.low : 0;
  floats = copies ? depth.spread_in() * rows * columns * g.in_channels : 0;
}

std::int64_t ConvWalk::at(const ConvGeometry& g, std::int64_t plane, std::int64_t row, std::int64_t column) const {
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  const std::int64_t d = plane * depth.stride - depth.low, h = row * height.stride - height.low - row_base;
  return ((d * rows + h) * columns + column * width.stride - width.low - column_base) * g.in_channels;
}

void ConvWalk::copy(const ConvGeometry& g, const float* image, std::int64_t row, std::int64_t row_end, float* to) const {
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  const std::int64_t channels = g.in_channels, line = columns * channels;
  std::int64_t first = row_base, last = row_base + rows;
  if (depth.spread_in() == 1) {
    first = std::max(first, row * height.stride - height.low);
    last = std::min(last, (row_end - 1) * height.stride - height.low + (height.kernel - 1) * height.dilation + 1);
  }
  // Columns [left, right) of the copy come from the image, the rest are zeros.
  const std::int64_t left = std::clamp<std::int64_t>(-column_base, 0, columns);
  const std::int64_t right = std::clamp<std::int64_t>(width.spread_in() - column_base, left, columns);
  for (std::int64_t d = 0; d < depth.spread_in(); ++d) {
    for (std::int64_t h = first; h < last; ++h) {
      float* at = to + (d * rows + h - row_base) * line;
      if (h < 0 || h >= height.spread_in() || h % height.spread != 0 || d % depth.spread != 0) {
        std::fill(at, at + line, 0.f);
        continue;
      }
      const float* from = image + (d / depth.spread * height.in + h / height.spread) * width.in * channels;
      if (width.spread == 1) {
        std::fill(at, at + left * channels, 0.f);
        std::copy(from + (left + column_base) * channels, from + (right + column_base) * channels, at + left * channels);
        std::fill(at + right * channels, at + line, 0.f);
        continue;
      }
      std::fill(at, at + line, 0.f);
      for (std::int64_t w = left; w < right; ++w) {
        const std::int64_t source = w + column_base;
        if (source % width.spread == 0) std::copy_n(from + source / width.spread * channels, channels, at + w * channels);
      }
    }
  }
}

}  // namespace candor::cpu
