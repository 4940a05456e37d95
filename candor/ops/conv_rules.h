// What the rows of conv share: sizes along each spatial axis. Internal to conv*.cpp and to kernels of conv.
#pragma once

#include <vector>

#include "candor/ops/conv.h"
#include "candor/ops/op.h"

namespace candor::rules {

/// The attributes of a conv row and the sizes they give, one entry a spatial axis.
struct ConvGeometry {
  Ints input, kernel, output, strides, low, high, dilation;
  std::int64_t batch = 0, channels = 0, filters = 0, groups = 1;
  std::size_t rank = 0;
};

/// From input shape [N, spatial..., C] and kernel shape [*k, C / groups, filters]. Throws Error (shape, invalid_argument).
ConvGeometry conv_geometry(const Shape& input, const Shape& kernel, const Attrs& attrs, const std::string& op);
/// [N, output..., filters].
Shape conv_output(const ConvGeometry& g);

}  // namespace candor::rules
