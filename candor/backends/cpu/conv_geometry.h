// A convolution as numbers: every kind (1-D to 3-D, forward, gradient of the input) in one form.
#pragma once

#include <array>
#include <cstdint>

#include "candor/ops/op.h"

namespace candor::cpu {

/// One spatial axis. Output i reads inputs i * stride - low + tap * dilation, where the input has spread - 1 zeros between elements.
struct ConvAxis {
  std::int64_t in = 1, out = 1, kernel = 1, stride = 1, low = 0, dilation = 1, spread = 1;

  /// Extent of the input with its zeros in between.
  std::int64_t spread_in() const { return in == 0 ? 0 : (in - 1) * spread + 1; }
  /// Inputs from the first tap of the first output to the last tap of the last one.
  std::int64_t reach() const { return (out - 1) * stride + (kernel - 1) * dilation + 1; }
  /// True when some tap of some output lies outside the input.
  bool padded() const { return low > 0 || reach() - low > spread_in(); }
  /// Taps [first, last) of output i lie inside the input.
  std::int64_t first_tap(std::int64_t i) const;
  std::int64_t last_tap(std::int64_t i) const;
  /// Outputs [first, last) whose tap lies inside the input.
  std::int64_t first_output(std::int64_t tap) const;
  std::int64_t last_output(std::int64_t tap) const;
};

struct ConvGeometry {
  std::int64_t images = 0, in_channels = 0, out_channels = 0, groups = 1;
  std::array<ConvAxis, 3> axes;  ///< depth, height, width; unused ones first, of extent 1

  std::int64_t in_per_group() const { return in_channels / groups; }
  std::int64_t out_per_group() const { return out_channels / groups; }
  std::int64_t in_cells() const { return axes[0].in * axes[1].in * axes[2].in; }
  std::int64_t out_cells() const { return axes[0].out * axes[1].out * axes[2].out; }
  std::int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
  /// Floating-point operations, taps in the padding included.
  double flops() const;
  bool empty() const { return images * in_channels * out_channels * in_cells() * out_cells() * taps() == 0; }
};

/// From the attributes of conv and its gradients, and the shapes of the input, the kernel and the output.
ConvGeometry conv_geometry(const Attrs& attrs, const Shape& input, const Shape& kernel, const Shape& output);

/// Every pixel on its own: a product of matrices.
bool is_pointwise(const ConvGeometry& g);

/// The convolution that takes the output's gradient to the input's, with a kernel turned round and transposed.
ConvGeometry backward(const ConvGeometry& forward);

}  // namespace candor::cpu
