#include "candor/pipeline/picture_text.h"

#include <algorithm>
#include <cmath>

#include "candor/base/base64.h"
#include "candor/data/encode_png.h"

namespace candor::pipeline {

std::string picture_text(const data::Dataset& set, std::int64_t row, std::int64_t side) {
  const Shape shape = set.row_shape();
  if (shape.rank() != 3 || shape[2] < 1 || shape[2] > 4) return {};
  data::Image image{shape[0], shape[1], static_cast<int>(shape[2]), {}};
  const Tensor one = set.slice(row, row + 1).features.contiguous();
  if (one.dtype() == DType::u8) {
    image.pixels = one.to_vector<std::uint8_t>();
  } else {
    const std::vector<float> values = one.to(DType::f32).to_vector();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const float range = *high > *low ? *high - *low : 1;
    for (const float v : values) image.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * (v - *low) / range)));
  }
  if (std::max(image.height, image.width) > side) {
    const double scale = static_cast<double>(side) / static_cast<double>(std::max(image.height, image.width));
    image = data::resized(image, std::max<std::int64_t>(1, std::llround(static_cast<double>(image.height) * scale)), std::max<std::int64_t>(1, std::llround(static_cast<double>(image.width) * scale)));
  }
  return base64(data::encode_png(image));
}

}  // namespace candor::pipeline
