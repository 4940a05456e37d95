#include "candor/ops/resize.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

void expect_sizes(const Tensor& x, const Ints& sizes, const std::string& op) {
  if (x.rank() < 3 || static_cast<int>(sizes.size()) != x.rank() - 2)
    fail(ErrorKind::shape, op + ": x must be [N, spatial..., C] with " + std::to_string(sizes.size()) + " spatial axes, got " + to_string(x.shape()));
  for (std::int64_t n : sizes)
    if (n < 1) fail(ErrorKind::invalid_argument, op + ": extents must be at least 1, got " + std::to_string(n));
  for (int axis = 1; axis + 1 < x.rank(); ++axis)
    if (x.shape(axis) < 1) fail(ErrorKind::shape, op + ": axis " + std::to_string(axis) + " of " + to_string(x.shape()) + " is empty");
}

struct Weights {
  std::int64_t out, in;
  std::vector<double> values;  // [out, in]
  Weights(std::int64_t rows, std::int64_t columns) : out(rows), in(columns) {
    require_memory(static_cast<double>(rows) * static_cast<double>(columns) * sizeof(double));
    values.resize(static_cast<std::size_t>(rows * columns), 0.0);
  }
  double& at(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * in + j)]; }
};

// Before the tables of an axis are made.
void require_room(const Tensor& x, int axis, std::int64_t out) {
  require_memory(static_cast<double>(x.size()) / static_cast<double>(x.shape(axis)) * static_cast<double>(out) * static_cast<double>(size_of(x.dtype())));
}

// Replaces axis of x by weights x: one product of matrices.
Tensor along_axis(const Tensor& x, int axis, const Weights& weights) {
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis) (i < axis ? outer : inner) *= x.shape(i);
  const Tensor matrix = Tensor::from(weights.values, {weights.out, weights.in}).to(x.dtype());
  return reshape(matmul(matrix, reshape(x, Shape{outer, weights.in, inner})), x.shape().with(axis, weights.out));
}

double triangle(double t) { return std::max(0.0, 1 - std::abs(t)); }

// Keys's cubic (1981), a the slope at 1.
double cubic(double t, double a) {
  t = std::abs(t);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return 0;
}

Weights interpolation(std::int64_t in, std::int64_t out, const ResizeOptions& options) {
  const bool is_cubic = options.interpolation == "bicubic";
  const double step = static_cast<double>(in) / static_cast<double>(out), reach = is_cubic ? 2 : 1;
  const double width = options.antialias ? std::max(step, 1.0) : 1.0;
  const auto filter = [&](double t) { return is_cubic ? cubic(t, options.cubic_coefficient) : triangle(t); };
  Weights weights(out, in);
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step - 0.5;
    const auto first = static_cast<std::int64_t>(std::ceil(centre - reach * width)), last = static_cast<std::int64_t>(std::floor(centre + reach * width));
    double total = 0;
    for (std::int64_t j = first; j <= last; ++j) {
      const double w = filter((static_cast<double>(j) - centre) / width);
      if (options.antialias && (j < 0 || j >= in)) continue;  // a wide filter is cut and scaled to sum to one
      weights.at(i, std::clamp<std::int64_t>(j, 0, in - 1)) += w;
      total += w;
    }
    if (options.antialias)
      for (std::int64_t j = 0; j < in; ++j) weights.at(i, j) /= total;
  }
  return weights;
}

std::int64_t bin_start(std::int64_t i, std::int64_t in, std::int64_t out) { return i * in / out; }
std::int64_t bin_stop(std::int64_t i, std::int64_t in, std::int64_t out) { return ((i + 1) * in + out - 1) / out; }

}  // namespace

Tensor resize(const Tensor& x, const Ints& size, const ResizeOptions& options) {
  expect_sizes(x, size, "resize");
  if (options.interpolation != "nearest" && options.interpolation != "bilinear" && options.interpolation != "bicubic")
    fail(ErrorKind::invalid_argument, "resize: interpolation must be \"nearest\", \"bilinear\" or \"bicubic\", got \"" + options.interpolation + "\"");
  Tensor result = x;
  for (std::size_t d = 0; d < size.size(); ++d) {
    const int axis = static_cast<int>(d) + 1;
    const std::int64_t in = x.shape(axis), out = size[d];
    if (in == out) continue;
    require_room(result, axis, out);
    if (options.interpolation == "nearest") {
      Ints index;
      for (std::int64_t i = 0; i < out; ++i) index.push_back((2 * i + 1) * in / (2 * out));
      result = take(result, Tensor::from(index), axis);
    } else {
      result = along_axis(result, axis, interpolation(in, out, options));
    }
  }
  return result;
}

Tensor upsample(const Tensor& x, const Ints& factors, const std::string& interpolation_mode) {
  expect_sizes(x, factors, "upsample");
  if (interpolation_mode != "nearest") {
    Ints size;
    for (std::size_t d = 0; d < factors.size(); ++d) size.push_back(x.shape(static_cast<int>(d) + 1) * factors[d]);
    return resize(x, size, {.interpolation = interpolation_mode});
  }
  Tensor result = x;
  for (std::size_t d = 0; d < factors.size(); ++d) result = repeat(result, factors[d], static_cast<int>(d) + 1);
  return result;
}

Tensor adaptive_average_pool(const Tensor& x, const Ints& size) {
  expect_sizes(x, size, "adaptive_average_pool");
  Tensor result = x;
  for (std::size_t d = 0; d < size.size(); ++d) {
    const int axis = static_cast<int>(d) + 1;
    require_room(result, axis, size[d]);
    Weights weights(size[d], x.shape(axis));
    for (std::int64_t i = 0; i < weights.out; ++i) {
      const std::int64_t start = bin_start(i, weights.in, weights.out), stop = bin_stop(i, weights.in, weights.out);
      for (std::int64_t j = start; j < stop; ++j) weights.at(i, j) = 1 / static_cast<double>(stop - start);
    }
    result = along_axis(result, axis, weights);
  }
  return result;
}

Tensor adaptive_max_pool(const Tensor& x, const Ints& size) {
  expect_sizes(x, size, "adaptive_max_pool");
  Tensor result = x;
  for (std::size_t d = 0; d < size.size(); ++d) {
    const int axis = static_cast<int>(d) + 1;
    require_room(result, axis, size[d]);
    std::vector<Tensor> bins;
    for (std::int64_t i = 0; i < size[d]; ++i)
      bins.push_back(max(narrow(result, axis, bin_start(i, x.shape(axis), size[d]), bin_stop(i, x.shape(axis), size[d])), {axis}, true));
    result = concatenate(bins, axis);
  }
  return result;
}

}  // namespace candor
