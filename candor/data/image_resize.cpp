// Resizing: weights of the pixels that make up each new one, along rows and then along columns.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "candor/backends/cpu/resample.h"
#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/image.h"

namespace candor::data {
namespace {

/// For each new place: the first old place, how many, and their weights, which sum to 1.
struct Taps {
  std::vector<std::int64_t> first, count;
  std::vector<double> weights;  ///< `most` a place
  std::int64_t most = 1;
};

double kernel(Resampling method, double x) {
  x = std::fabs(x);
  if (method == Resampling::bilinear) return x < 1 ? 1 - x : 0;
  if (method == Resampling::lanczos) {
    const auto sinc = [](double v) { return v == 0 ? 1 : std::sin(std::numbers::pi * v) / (std::numbers::pi * v); };
    return x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
  constexpr double a = -0.5;  // Keys, "Cubic convolution interpolation for digital image processing", 1981
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

void add(Taps& taps, std::int64_t first, const std::vector<double>& weights) {
  double total = 0;
  for (const double w : weights) total += w;
  taps.first.push_back(first);
  taps.count.push_back(static_cast<std::int64_t>(weights.size()));
  for (std::int64_t k = 0; k < taps.most; ++k)
    taps.weights.push_back(k < static_cast<std::int64_t>(weights.size()) ? weights[static_cast<std::size_t>(k)] / total : 0);
}

Taps make_taps(std::int64_t in, std::int64_t out, const ResizeOptions& o) {
  Taps taps;
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double widened = o.antialias ? std::max(1.0, scale) : 1.0;
  const double support = (o.method == Resampling::lanczos ? 3.0 : o.method == Resampling::bicubic ? 2.0 : 1.0) * widened;
  const bool covering = o.method == Resampling::area, filtered = !covering && o.method != Resampling::nearest;
  taps.most = std::min(in, static_cast<std::int64_t>(std::ceil(covering ? scale : filtered ? 2 * support : 1.0)) + 2);
  std::vector<double> weights;
  for (std::int64_t i = 0; i < out; ++i) {
    weights.clear();
    const double centre = (static_cast<double>(i) + 0.5) * scale;  // pixel centres lie at a half
    if (o.method == Resampling::nearest) {
      add(taps, std::min(in - 1, static_cast<std::int64_t>(centre)), {1});
    } else if (covering) {
      const double from = static_cast<double>(i) * scale, to = static_cast<double>(i + 1) * scale;
      const auto low = std::min(in - 1, static_cast<std::int64_t>(from));
      for (std::int64_t j = low; j < in && (j == low || static_cast<double>(j) < to - 1e-9); ++j)
        weights.push_back(std::max(1e-12, std::min(to, static_cast<double>(j + 1)) - std::max(from, static_cast<double>(j))));
      add(taps, low, weights);
    } else if (o.antialias) {
      // As Pillow: the filter is cut off at the edge, and what is left of it sums to 1.
      const auto low = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - support + 0.5));
      const auto high = std::min(in, static_cast<std::int64_t>(centre + support + 0.5));
      for (std::int64_t j = low; j < high; ++j) weights.push_back(kernel(o.method, (static_cast<double>(j) - centre + 0.5) / widened));
      add(taps, low, weights);
    } else {
      // The pixel at the edge stands for those beyond it.
      const auto base = static_cast<std::int64_t>(std::floor(centre - 0.5)), reach = static_cast<std::int64_t>(support);
      const std::int64_t low = std::clamp<std::int64_t>(base - reach + 1, 0, in - 1), high = std::clamp<std::int64_t>(base + reach, 0, in - 1);
      weights.assign(static_cast<std::size_t>(high - low + 1), 0);
      for (std::int64_t j = base - reach + 1; j <= base + reach; ++j)
        weights[static_cast<std::size_t>(std::clamp(j, low, high) - low)] += kernel(o.method, static_cast<double>(j) + 0.5 - centre);
      add(taps, low, weights);
    }
  }
  return taps;
}

/// Weights as whole numbers: Pillow's arithmetic for 8 bits, the same to the bit.
constexpr int bits = cpu::ResampleKernels::bits;
std::vector<std::int32_t> fixed(const Taps& taps) {
  std::vector<std::int32_t> out;
  for (const double w : taps.weights) out.push_back(static_cast<std::int32_t>(w < 0 ? w * (1 << bits) - 0.5 : w * (1 << bits) + 0.5));
  return out;
}
std::uint8_t to_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> bits, 0, 255)); }

template <int channels>
void across(const std::uint8_t* in, const Taps& taps, const std::int32_t* weights, std::int64_t width, std::uint8_t* out) {
  for (std::int64_t x = 0; x < width; ++x, weights += taps.most, out += channels) {
    const std::uint8_t* from = in + taps.first[static_cast<std::size_t>(x)] * channels;
    std::int32_t sums[channels];
    std::fill_n(sums, channels, 1 << (bits - 1));
    for (std::int64_t k = 0; k < taps.count[static_cast<std::size_t>(x)]; ++k, from += channels)
      for (int c = 0; c < channels; ++c) sums[c] += weights[k] * from[c];
    for (int c = 0; c < channels; ++c) out[c] = to_byte(sums[c]);
  }
}

Image with_width(const Image& image, std::int64_t width, const ResizeOptions& options) {
  if (image.width == width) return image;
  const auto out_row = static_cast<std::size_t>(width * image.channels), in_row = static_cast<std::size_t>(image.width * image.channels);
  const Taps taps = make_taps(image.width, width, options);
  const std::vector<std::int32_t> weights = fixed(taps);
  constexpr decltype(&across<1>) kinds[] = {across<1>, across<2>, across<3>, across<4>};
  Image result{image.height, width, image.channels, std::vector<std::uint8_t>(static_cast<std::size_t>(image.height) * out_row)};
  const cpu::ResampleKernels& kernels = cpu::resample_kernels();
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    const std::uint8_t* from = image.pixels.data() + y * in_row;
    std::uint8_t* to = result.pixels.data() + y * out_row;
    if (image.channels == 3) kernels.pixels(from, image.pixels.data() + image.pixels.size(), taps.first.data(), taps.count.data(), weights.data(), taps.most, width, to);
    else kinds[image.channels - 1](from, taps, weights.data(), width, to);
  }
  return result;
}

Image with_height(const Image& image, std::int64_t height, const ResizeOptions& options) {
  if (image.height == height) return image;
  const auto row = static_cast<std::size_t>(image.width * image.channels);
  const Taps taps = make_taps(image.height, height, options);
  const std::vector<std::int32_t> weights = fixed(taps);
  Image result{height, image.width, image.channels, std::vector<std::uint8_t>(static_cast<std::size_t>(height) * row)};
  const cpu::ResampleKernels& kernels = cpu::resample_kernels();
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
    kernels.rows(image.pixels.data() + static_cast<std::size_t>(taps.first[y]) * row, static_cast<std::int64_t>(row), weights.data() + y * static_cast<std::size_t>(taps.most), taps.count[y],
                 static_cast<std::int64_t>(row), result.pixels.data() + y * row);
  return result;
}

}  // namespace

Image resized(const Image& image, std::int64_t height, std::int64_t width, const ResizeOptions& options) {
  detail::check_image_size(height, width, "resize");
  // The pass that leaves fewer pixels goes first: less work, and mostly Pillow's order (13.0 takes the other one for some shapes, whose numbers then differ by one here and there).
  if (height * image.width < image.height * width) return with_width(with_height(image, height, options), width, options);
  return with_height(with_width(image, width, options), height, options);
}

std::vector<double> resized(std::span<const double> values, const ImageSize& size, std::int64_t height, std::int64_t width, const ResizeOptions& options) {
  detail::check_image_size(height, width, "resize");
  if (size.height < 1 || size.width < 1 || size.channels < 1 || static_cast<std::int64_t>(values.size()) != size.height * size.width * size.channels)
    fail(ErrorKind::shape, "resize: " + to_string(size) + " are said, and " + std::to_string(values.size()) + " numbers came");
  const auto channels = static_cast<std::size_t>(size.channels), row = static_cast<std::size_t>(width) * channels;
  const Taps x = make_taps(size.width, width, options), y = make_taps(size.height, height, options);
  std::vector<double> narrow(static_cast<std::size_t>(size.height) * row), out(static_cast<std::size_t>(height) * row);
  for (std::size_t i = 0; i < static_cast<std::size_t>(size.height); ++i)
    for (std::size_t j = 0; j < static_cast<std::size_t>(width); ++j)
      for (std::size_t k = 0; k < static_cast<std::size_t>(x.count[j]); ++k)
        for (std::size_t c = 0; c < channels; ++c)
          narrow[i * row + j * channels + c] += x.weights[j * static_cast<std::size_t>(x.most) + k] * values[(i * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x.first[j]) + k) * channels + c];
  for (std::size_t i = 0; i < static_cast<std::size_t>(height); ++i)
    for (std::size_t k = 0; k < static_cast<std::size_t>(y.count[i]); ++k)
      for (std::size_t j = 0; j < row; ++j)
        out[i * row + j] += y.weights[i * static_cast<std::size_t>(y.most) + k] * narrow[(static_cast<std::size_t>(y.first[i]) + k) * row + j];
  return out;
}

Image cropped(const Image& image, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width, std::uint8_t fill) {
  detail::check_image_size(height, width, "crop");
  constexpr std::int64_t far = 1 << 20;
  if (std::abs(top) > far || std::abs(left) > far) fail(ErrorKind::invalid_argument, "crop: from (" + std::to_string(top) + ", " + std::to_string(left) + ") on is far outside of the picture");
  Image result{height, width, image.channels, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * image.channels), fill)};
  const std::int64_t from = std::max<std::int64_t>(0, left), to = std::min(image.width, left + width);
  if (from >= to) return result;
  for (std::int64_t y = 0; y < height; ++y) {
    if (top + y < 0 || top + y >= image.height) continue;
    const std::uint8_t* in = image.pixels.data() + ((top + y) * image.width + from) * image.channels;
    std::copy(in, in + (to - from) * image.channels, result.pixels.data() + (y * width + from - left) * image.channels);
  }
  return result;
}

std::string_view to_string(Fit fit) { return fit == Fit::crop ? "crop" : fit == Fit::pad ? "pad" : "stretch"; }
Fit fit_from_string(std::string_view word) {
  for (const Fit fit : {Fit::stretch, Fit::crop, Fit::pad})
    if (word == to_string(fit)) return fit;
  fail(ErrorKind::invalid_argument, "a picture fits a size by stretch, crop or pad, and " + quoted(word) + " came");
}

Image fitted(const Image& image, std::int64_t height, std::int64_t width, Fit fit, const ResizeOptions& options) {
  if (fit == Fit::stretch || (image.height == height && image.width == width)) return resized(image, height, width, options);
  detail::check_image_size(height, width, "resize");
  const double down = static_cast<double>(height) / static_cast<double>(image.height), across = static_cast<double>(width) / static_cast<double>(image.width);
  const double scale = fit == Fit::crop ? std::max(down, across) : std::min(down, across);
  const auto scaled = [&](std::int64_t old, std::int64_t wanted) {
    const std::int64_t side = std::max<std::int64_t>(1, std::llround(static_cast<double>(old) * scale));
    return fit == Fit::crop ? std::max(side, wanted) : std::min(side, wanted);
  };
  const Image whole = resized(image, scaled(image.height, height), scaled(image.width, width), options);
  const auto half = [](std::int64_t difference) { return difference >= 0 ? difference / 2 : -(-difference / 2); };
  return cropped(whole, half(whole.height - height), half(whole.width - width), height, width);
}

}  // namespace candor::data
