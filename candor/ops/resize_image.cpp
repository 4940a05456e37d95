#include "candor/ops/resize_image.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

/// Row i: what each input contributes to output i.
struct Weights {
  std::int64_t out, in;
  std::vector<double> values;
  Weights(std::int64_t rows, std::int64_t columns) : out(rows), in(columns) {
    require_memory(static_cast<double>(rows) * static_cast<double>(columns) * sizeof(double));
    values.resize(static_cast<std::size_t>(rows * columns), 0.0);
  }
  double& at(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * in + j)]; }
};

Tensor along_axis(const Tensor& x, int axis, const Weights& weights) {
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis) (i < axis ? outer : inner) *= x.shape(i);
  const Tensor matrix = Tensor::from(weights.values, {weights.out, weights.in}).to(x.dtype());
  return reshape(matmul(matrix, reshape(x, Shape{outer, weights.in, inner})), x.shape().with(axis, weights.out));
}

double triangle(double t) { return std::max(0.0, 1 - std::abs(t)); }
double keys(double t) {
  t = std::abs(t);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}
double lanczos(double t, double radius) {
  t = std::abs(t);
  if (t > radius) return 0;
  if (t <= 1e-3) return 1;
  const double a = std::numbers::pi * t;
  return radius * std::sin(a) * std::sin(a / radius) / (a * a);
}

// A filter over the inputs inside the image, scaled to sum to one (TensorFlow's ScaleAndTranslate).
template <class Filter>
Weights filtered(std::int64_t in, std::int64_t out, double radius, bool antialias, Filter filter) {
  const double step = static_cast<double>(in) / static_cast<double>(out), width = antialias ? std::max(step, 1.0) : 1;
  Weights weights(out, in);
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(centre - radius * width - 0.5)));
    const auto last = std::min<std::int64_t>(in - 1, static_cast<std::int64_t>(std::floor(centre + radius * width - 0.5)));
    double total = 0;
    for (std::int64_t j = first; j <= last; ++j) total += weights.at(i, j) = filter((static_cast<double>(j) + 0.5 - centre) / width);
    if (total != 0)
      for (std::int64_t j = first; j <= last; ++j) weights.at(i, j) /= total;
  }
  return weights;
}

Weights linear(std::int64_t in, std::int64_t out) {
  const double step = static_cast<double>(in) / static_cast<double>(out);
  Weights weights(out, in);
  for (std::int64_t i = 0; i < out; ++i) {
    const double place = (static_cast<double>(i) + 0.5) * step - 0.5, lower = std::floor(place);
    const auto j = static_cast<std::int64_t>(lower);
    weights.at(i, std::clamp<std::int64_t>(j, 0, in - 1)) += 1 - (place - lower);
    weights.at(i, std::clamp<std::int64_t>(j + 1, 0, in - 1)) += place - lower;
  }
  return weights;
}

// TensorFlow's ResizeBicubic: the place in a table of 1024 steps, in float; inputs outside the image drop out.
Weights cubic(std::int64_t in, std::int64_t out) {
  constexpr float steps = 1024;
  const float step = static_cast<float>(in) / static_cast<float>(out);
  Weights weights(out, in);
  for (std::int64_t i = 0; i < out; ++i) {
    const float place = (static_cast<float>(i) + 0.5f) * step - 0.5f, lower = std::floor(place);
    const double t = static_cast<double>(std::lrintf((place - lower) * steps)) / steps;
    double total = 0;
    for (int k = -1; k <= 2; ++k) {
      const std::int64_t j = static_cast<std::int64_t>(lower) + k;
      if (j >= 0 && j < in) total += weights.at(i, j) = keys(k - t);
    }
    if (std::abs(total) >= 1e-30)
      for (std::int64_t j = 0; j < in; ++j) weights.at(i, j) /= total;
  }
  return weights;
}

// The mean of the input under each output, parts of pixels by their share.
Weights area(std::int64_t in, std::int64_t out) {
  const double step = static_cast<double>(in) / static_cast<double>(out);
  Weights weights(out, in);
  for (std::int64_t i = 0; i < out; ++i) {
    const double from = static_cast<double>(i) * step, to = from + step;
    for (std::int64_t j = 0; j < in; ++j)
      weights.at(i, j) = std::max(0.0, std::min(to, static_cast<double>(j + 1)) - std::max(from, static_cast<double>(j))) / step;
  }
  return weights;
}

}  // namespace

Tensor resize_image(const Tensor& x, std::int64_t height, std::int64_t width, const std::string& interpolation, bool antialias) {
  if (x.rank() != 4 || x.shape(1) < 1 || x.shape(2) < 1) fail(ErrorKind::shape, "resize_image: x must be [N, H, W, C] with pixels, got " + to_string(x.shape()));
  if (height < 1 || width < 1)
    fail(ErrorKind::invalid_argument, "resize_image: height and width must be at least 1, got " + std::to_string(height) + " and " + std::to_string(width));
  const std::vector<std::string> known = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"};
  if (std::find(known.begin(), known.end(), interpolation) == known.end())
    fail(ErrorKind::invalid_argument, "resize_image: interpolation must be nearest, bilinear, bicubic, lanczos3, lanczos5 or area, got \"" + interpolation + "\"");
  Tensor result = x;
  for (const int axis : {1, 2}) {
    const std::int64_t in = x.shape(axis), out = axis == 1 ? height : width;
    if (in == out) continue;  // every filter here is the identity then
    require_memory(static_cast<double>(result.size() / in) * static_cast<double>(out) * static_cast<double>(size_of(x.dtype())));  // before its tables are made
    if (interpolation == "nearest") {
      std::vector<std::int64_t> index;
      for (std::int64_t i = 0; i < out; ++i) index.push_back((2 * i + 1) * in / (2 * out));
      result = take(result, Tensor::from(index), axis);
    } else if (interpolation == "area") {
      result = along_axis(result, axis, area(in, out));
    } else if (interpolation == "bilinear") {
      result = along_axis(result, axis, antialias ? filtered(in, out, 1, true, triangle) : linear(in, out));
    } else if (interpolation == "bicubic") {
      result = along_axis(result, axis, antialias ? filtered(in, out, 2, true, keys) : cubic(in, out));
    } else {
      const double radius = interpolation == "lanczos3" ? 3 : 5;
      result = along_axis(result, axis, filtered(in, out, radius, antialias, [&](double t) { return lanczos(t, radius); }));
    }
  }
  return result;
}

}  // namespace candor
