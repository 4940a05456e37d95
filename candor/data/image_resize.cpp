// Bilinear resizing with a filter that widens when the picture shrinks, so that no pixel is passed over.
#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/data/image.h"

namespace candor::data {
namespace {

/// For each output place, the first input place and the weights from there on (they sum to 1).
struct Taps {
  std::vector<std::int64_t> first;
  std::vector<std::vector<float>> weights;
};

Taps make_taps(std::int64_t in, std::int64_t out) {
  Taps taps;
  const double scale = static_cast<double>(in) / static_cast<double>(out), support = std::max(1.0, scale);
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale - 0.5;  // pixel centres, as in Keras and PIL
    const auto low = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(centre - support)) + 1);
    const auto high = std::min<std::int64_t>(in - 1, static_cast<std::int64_t>(std::ceil(centre + support)) - 1);
    std::vector<float> weights;
    double total = 0;
    for (std::int64_t j = low; j <= std::max(low, high); ++j) {
      const double weight = std::max(0.0, 1 - std::fabs(static_cast<double>(j) - centre) / support);
      weights.push_back(static_cast<float>(weight));
      total += weight;
    }
    if (total <= 0) weights.assign(1, 1.f), total = 1;
    for (float& weight : weights) weight = static_cast<float>(weight / total);
    taps.first.push_back(std::min(low, in - 1));
    taps.weights.push_back(std::move(weights));
  }
  return taps;
}

}  // namespace

Image resized(const Image& image, std::int64_t height, std::int64_t width) {
  detail::check_image_size(height, width, "resize");
  if (image.height == height && image.width == width) return image;
  const auto channels = static_cast<std::size_t>(image.channels);
  const auto in_row = static_cast<std::size_t>(image.width) * channels, out_row = static_cast<std::size_t>(width) * channels;
  const Taps across = make_taps(image.width, width), down = make_taps(image.height, height);
  std::vector<float> narrow(static_cast<std::size_t>(image.height) * out_row);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y)
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x)
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        const std::uint8_t* in = image.pixels.data() + y * in_row + static_cast<std::size_t>(across.first[x]) * channels + c;
        for (float weight : across.weights[x]) sum += weight * static_cast<float>(*in), in += channels;
        narrow[y * out_row + x * channels + c] = sum;
      }
  Image result{height, width, image.channels, std::vector<std::uint8_t>(static_cast<std::size_t>(height) * out_row)};
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
    for (std::size_t i = 0; i < out_row; ++i) {
      float sum = 0;
      const float* in = narrow.data() + static_cast<std::size_t>(down.first[y]) * out_row + i;
      for (float weight : down.weights[y]) sum += weight * *in, in += out_row;
      result.pixels[y * out_row + i] = static_cast<std::uint8_t>(std::clamp(sum + 0.5f, 0.f, 255.f));
    }
  return result;
}

}  // namespace candor::data
