#include "candor/ops/conv_rules.h"

#include "candor/base/error.h"

namespace candor {
namespace rules {

ConvGeometry conv_geometry(const Shape& input, const Shape& kernel, const Attrs& attrs, const std::string& op) {
  if (input.rank() < 3 || kernel.rank() != input.rank())
    fail(ErrorKind::shape, op + ": expects input [N, spatial..., C] and a kernel of as many axes [*k, C / groups, filters], got " + to_string(input) + " and " + to_string(kernel));
  ConvGeometry g;
  g.rank = static_cast<std::size_t>(input.rank() - 2);
  g.batch = input[0];
  g.channels = input[-1];
  g.filters = kernel[-1];
  g.groups = attrs.integer("groups");
  g.strides = attrs.integers("strides");
  g.low = attrs.integers("padding_low");
  g.high = attrs.integers("padding_high");
  g.dilation = attrs.integers("dilation");
  if (g.groups < 1 || g.channels % g.groups || g.filters % g.groups)
    fail(ErrorKind::invalid_argument, op + ": groups = " + std::to_string(g.groups) + " must divide " + std::to_string(g.channels) + " channels and " + std::to_string(g.filters) + " filters");
  if (kernel[-2] * g.groups != g.channels)
    fail(ErrorKind::shape, op + ": the kernel " + to_string(kernel) + " with " + std::to_string(g.groups) + " group(s) is for " + std::to_string(kernel[-2] * g.groups) + " channels, the input " +
                               to_string(input) + " has " + std::to_string(g.channels));
  for (std::size_t d = 0; d < g.rank; ++d) {
    const int axis = static_cast<int>(d);
    g.input.push_back(input[axis + 1]);
    g.kernel.push_back(kernel[axis]);
    constexpr std::int64_t largest = std::int64_t{1} << 31;  // products and sums of two of them stay within 64 bits
    for (const std::int64_t size : {g.strides[d], g.dilation[d], g.kernel[d], g.low[d], g.high[d]}) {
      if (size > largest || size < -largest) fail(ErrorKind::invalid_argument, op + ": kernels, strides, dilation and padding must be at most 2^31, got " + std::to_string(size));
    }
    if (g.strides[d] < 1 || g.dilation[d] < 1) fail(ErrorKind::invalid_argument, op + ": strides and dilation must be at least 1, got " + std::to_string(g.strides[d]) + " and " + std::to_string(g.dilation[d]));
    if (g.kernel[d] < 1) fail(ErrorKind::shape, op + ": the kernel " + to_string(kernel) + " is empty along axis " + std::to_string(axis));
    const std::int64_t padded = g.input[d] + g.low[d] + g.high[d], reach = (g.kernel[d] - 1) * g.dilation[d] + 1;
    if (padded < reach)
      fail(ErrorKind::shape, op + ": the kernel covers " + std::to_string(reach) + " places along spatial axis " + std::to_string(d) + ", the padded input " + to_string(input) + " has " + std::to_string(padded));
    g.output.push_back((padded - reach) / g.strides[d] + 1);
  }
  return g;
}

Shape conv_output(const ConvGeometry& g) {
  std::vector<std::int64_t> shape{g.batch};
  shape.insert(shape.end(), g.output.begin(), g.output.end());
  shape.push_back(g.filters);
  return Shape(shape);
}

}  // namespace rules

Padding resolve_padding(const std::string& mode, const Ints& spatial, const Ints& kernel, const Ints& strides, const Ints& dilation) {
  Padding padding;
  for (std::size_t d = 0; d < spatial.size(); ++d) {
    const std::int64_t stride = strides.empty() ? 1 : strides[d], spread = dilation.empty() ? 1 : dilation[d];
    if (mode == "valid") {
      padding.emplace_back(0, 0);
    } else if (mode == "same") {
      const std::int64_t out = (spatial[d] + stride - 1) / stride;
      const std::int64_t total = std::max<std::int64_t>((out - 1) * stride + (kernel[d] - 1) * spread + 1 - spatial[d], 0);
      padding.emplace_back(total / 2, total - total / 2);
    } else if (mode == "causal" && spatial.size() == 1) {
      padding.emplace_back((kernel[d] - 1) * spread, 0);
    } else {
      fail(ErrorKind::invalid_argument, "padding: expected \"valid\", \"same\" or (in one dimension) \"causal\", got \"" + mode + "\"");
    }
  }
  return padding;
}

}  // namespace candor
