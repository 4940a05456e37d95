// A pooling as numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "candor/backends/cpu/conv_geometry.h"

namespace candor::cpu {

/// The cells of a window that lie inside the image.
struct Window {
  std::array<std::int64_t, 3> first, last;
  std::int64_t count() const { return (last[0] - first[0]) * (last[1] - first[1]) * (last[2] - first[2]); }
};

struct PoolPlan {
  std::int64_t images = 0, channels = 0;
  std::array<ConvAxis, 3> axes;  ///< depth, height, width; kernel is the window's size
  bool count_padding = false;
  bool two_by_two = false;  ///< all windows of an image are two by two, side by side and whole
  std::int64_t tasks = 1;

  std::int64_t in_cells() const { return axes[0].in * axes[1].in * axes[2].in; }
  std::int64_t out_cells() const { return axes[0].out * axes[1].out * axes[2].out; }
  /// Rows of output cells, of all images.
  std::int64_t rows() const { return images * axes[0].out * axes[1].out; }
  std::int64_t window() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
  void limit(Window& window, std::size_t axis, std::int64_t output) const {
    const ConvAxis& a = axes[axis];
    const std::int64_t start = output * a.stride - a.low;
    window.first[axis] = std::max<std::int64_t>(start, 0);
    window.last[axis] = std::min(start + a.kernel, a.in);
  }
};

}  // namespace candor::cpu
