#include "candor/backends/cpu/conv_geometry.h"

#include <algorithm>

namespace candor::cpu {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

}  // namespace

std::int64_t ConvAxis::first_tap(std::int64_t i) const { return std::clamp<std::int64_t>(ceil_div(low - i * stride, dilation), 0, kernel); }
std::int64_t ConvAxis::last_tap(std::int64_t i) const {
  return std::clamp<std::int64_t>(floor_div(spread_in() - 1 + low - i * stride, dilation) + 1, first_tap(i), kernel);
}
std::int64_t ConvAxis::first_output(std::int64_t tap) const {
  return std::clamp<std::int64_t>(ceil_div(low - tap * dilation, stride), 0, out);
}
std::int64_t ConvAxis::last_output(std::int64_t tap) const {
  return std::clamp<std::int64_t>(floor_div(spread_in() - 1 + low - tap * dilation, stride) + 1, first_output(tap), out);
}

double ConvGeometry::flops() const {
  return 2.0 * static_cast<double>(images) * static_cast<double>(out_cells()) * static_cast<double>(taps()) *
         static_cast<double>(in_per_group()) * static_cast<double>(out_channels);
}

ConvGeometry conv_geometry(const Attrs& attrs, const Shape& input, const Shape& kernel, const Shape& output) {
  ConvGeometry g;
  const int spatial = input.rank() - 2;
  g.images = input[0];
  g.in_channels = input[-1];
  g.out_channels = output[-1];
  g.groups = attrs.integer("groups");
  const auto &strides = attrs.integers("strides"), &low = attrs.integers("padding_low"), &dilation = attrs.integers("dilation");
  for (int i = 0; i < spatial; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ConvAxis& axis = g.axes[static_cast<std::size_t>(3 - spatial + i)];
    axis.in = input[1 + i];
    axis.out = output[1 + i];
    axis.kernel = kernel[i];
    axis.stride = strides[at];
    axis.low = low[at];
    axis.dilation = dilation[at];
  }
  return g;
}

bool is_pointwise(const ConvGeometry& g) {
  if (g.groups != 1) return false;
  for (const ConvAxis& axis : g.axes) {
    if (axis.kernel != 1 || axis.stride != 1 || axis.low != 0 || axis.in != axis.out) return false;
  }
  return true;
}

ConvGeometry backward(const ConvGeometry& forward) {
  ConvGeometry g = forward;
  std::swap(g.in_channels, g.out_channels);
  for (ConvAxis& axis : g.axes) {
    std::swap(axis.in, axis.out);
    axis.low = (axis.kernel - 1) * axis.dilation - axis.low;
    axis.spread = axis.stride;
    axis.stride = 1;
  }
  return g;
}

}  // namespace candor::cpu
