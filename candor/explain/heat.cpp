#include "candor/explain/heat.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"

namespace candor::explain {

data::Image heat_overlay(const data::Image& picture, std::span<const double> map, std::int64_t rows, std::int64_t columns, std::int64_t side) {
  if (rows < 1 || columns < 1 || static_cast<std::int64_t>(map.size()) != rows * columns) {
    fail(ErrorKind::shape, "heat_overlay: " + std::to_string(map.size()) + " numbers for a map of " + std::to_string(rows) + " x " + std::to_string(columns));
  }
  const std::int64_t factor = std::max<std::int64_t>(1, side / std::max(picture.height, picture.width));
  const std::int64_t height = picture.height * factor, width = picture.width * factor;
  const data::Image grey = data::with_channels(picture, 1);
  // A map of fewer points is spread evenly; the picture keeps its pixels.
  const std::vector<double> heat = data::resized(map, {rows, columns, 1}, height, width, {.antialias = false});
  std::vector<double> sizes;
  for (const double v : map) if (std::isfinite(v)) sizes.push_back(std::abs(v));
  std::sort(sizes.begin(), sizes.end());
  const double full = sizes.empty() ? 1 : sizes[std::min(sizes.size() - 1, static_cast<std::size_t>(.99 * static_cast<double>(sizes.size())))];
  data::Image out{height, width, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * 3))};
  for (std::int64_t r = 0; r < height; ++r) {
    for (std::int64_t c = 0; c < width; ++c) {
      const auto at = static_cast<std::size_t>(r * width + c);
      const double shade = 90 + .6 * grey.pixels[static_cast<std::size_t>(r / factor * picture.width + c / factor)];
      const double v = std::isfinite(heat[at]) && full > 0 ? std::clamp(heat[at] / full, -1., 1.) : 0, strength = .75 * std::abs(v);
      const double colour[3] = {v > 0 ? 215. : 30., v > 0 ? 30. : 90., v > 0 ? 40. : 220.};
      for (std::size_t k = 0; k < 3; ++k) out.pixels[at * 3 + k] = static_cast<std::uint8_t>(std::clamp(shade * (1 - strength) + colour[k] * strength, 0., 255.));
    }
  }
  return out;
}

data::Image side_by_side(const std::vector<data::Image>& pictures, std::int64_t gap) {
  data::Image out{0, 0, 3, {}};
  for (const data::Image& p : pictures) out.height = std::max(out.height, p.height), out.width += p.width + (out.width ? gap : 0);
  out.pixels.assign(static_cast<std::size_t>(out.height * out.width * 3), 255);
  std::int64_t left = 0;
  for (const data::Image& picture : pictures) {
    const data::Image p = data::with_channels(picture, 3);
    for (std::int64_t r = 0; r < p.height; ++r) std::copy_n(p.pixels.begin() + r * p.width * 3, p.width * 3, out.pixels.begin() + (r * out.width + left) * 3);
    left += p.width + gap;
  }
  return out;
}

}  // namespace candor::explain
