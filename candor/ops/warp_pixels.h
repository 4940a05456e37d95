// The arithmetic of one row of a warped image, shared by the reference kernel and the CPU's. Internal.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "candor/ops/op.h"

namespace candor::reference {

enum class Fill { constant, nearest, reflect, wrap };

struct WarpPlan {
  std::int64_t height, width, channels, rows, columns;  // of the image; of the result
  bool nearest;
  Fill fill;
  float value;

  /// For whoever has one image and no graph: the result is of the image's size, between pixels bilinear.
  WarpPlan(std::int64_t image_height, std::int64_t image_width, std::int64_t image_channels, Fill beyond)
      : height(image_height), width(image_width), channels(image_channels), rows(image_height), columns(image_width), nearest(false), fill(beyond), value(0) {}

  /// images and coordinates of a node whose image has the shape `image`.
  WarpPlan(const Shape& image, const Shape& coordinates, const Attrs& attrs)
      : height(image[1]), width(image[2]), channels(image[3]), rows(coordinates[1]), columns(coordinates[2]) {
    nearest = attrs.text("interpolation") == "nearest";
    const std::string& mode = attrs.text("fill_mode");
    fill = mode == "constant" ? Fill::constant : mode == "nearest" ? Fill::nearest : mode == "reflect" ? Fill::reflect : Fill::wrap;
    value = static_cast<float>(attrs.number("fill_value"));
  }

  /// The coordinate inside the image that stands for `c`; TensorFlow's MapCoordinate.
  static float fold(float c, std::int64_t extent, Fill fill) {
    const auto n = static_cast<float>(extent);
    if (fill == Fill::constant) return c;
    if (fill == Fill::reflect) {
      if (extent <= 1) return 0;
      const float twice = 2 * n;
      if (c < 0) {
        if (c < twice) c = twice * std::trunc(-c / twice) + c;
        c = c < -n ? c + twice : -c - 1;
      } else if (c > n - 1) {
        c -= twice * std::trunc(c / twice);
        if (c >= n) c = twice - c - 1;
      }
    } else if (fill == Fill::wrap) {
      if (extent <= 1) return 0;
      if (c < 0) c += n * (std::trunc(-c / (n - 1)) + 1);
      else if (c > n - 1) c -= n * std::trunc(c / (n - 1));
    }
    return std::clamp(c, 0.f, n - 1);
  }

  /// Calls use(pixel, weight) for what makes up the place (x, y); pixel -1 stands for the fill value.
  template <class Use>
  void visit(float x, float y, Use&& use) const {
    constexpr float far = 1e9f;  // also what is not a number
    if (!(std::abs(x) < far && std::abs(y) < far)) return use(-1, 1.f);
    x = fold(x, width, fill), y = fold(y, height, fill);
    const auto at = [&](float row, float column) -> std::int64_t {
      const auto i = static_cast<std::int64_t>(row), j = static_cast<std::int64_t>(column);
      return i >= 0 && i < height && j >= 0 && j < width ? i * width + j : -1;
    };
    if (nearest) return use(at(std::round(y), std::round(x)), 1.f);
    const float x0 = std::floor(x), y0 = std::floor(y), right = x - x0, below = y - y0;
    use(at(y0, x0), (1 - right) * (1 - below));
    use(at(y0, x0 + 1), right * (1 - below));
    use(at(y0 + 1, x0), (1 - right) * below);
    use(at(y0 + 1, x0 + 1), right * below);
  }
};

/// One row of the result from an image of T, with sums in S.
template <class T, class S>
void warp_row(const WarpPlan& plan, const T* image, const float* x, const float* y, T* out) {
  for (std::int64_t j = 0; j < plan.columns; ++j) {
    T* to = out + j * plan.channels;
    std::int64_t pixel[4];
    float weight[4];
    int count = 0;
    plan.visit(x[j], y[j], [&](std::int64_t p, float w) { pixel[count] = p, weight[count++] = w; });
    for (std::int64_t c = 0; c < plan.channels; ++c) {
      S sum = 0;
      for (int k = 0; k < count; ++k) {
        const S v = pixel[k] < 0 ? static_cast<S>(plan.value) : static_cast<S>(image[pixel[k] * plan.channels + c]);
        sum = k == 0 ? static_cast<S>(weight[k]) * v : sum + static_cast<S>(weight[k]) * v;
      }
      to[c] = static_cast<T>(sum);
    }
  }
}

}  // namespace candor::reference
