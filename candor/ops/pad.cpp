// Row pad (constant); the other modes read x at mirrored, repeated or clamped places.
#include "candor/ops/families.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/move.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using Ints = std::vector<std::int64_t>;

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "pad");
  const Ints &low = attrs.integers("low"), &high = attrs.integers("high");
  Shape shape = in[0].shape;
  for (int i = 0; i < shape.rank(); ++i) shape.set(i, shape[i] + low[static_cast<std::size_t>(i)] + high[static_cast<std::size_t>(i)]);
  return {{Shape(shape.to_vector()), in[0].dtype}};
}

void kernel(const KernelArgs& args) {
  const TensorType& out = args.node->out[0];
  const double value = args.node->attrs.number("value");
  visit_dtype(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    std::fill_n(args.output<T>(0), out.size(), reference::convert<T>(value));
  });
  const Shape& part = args.node->in[0].shape;
  const reference::Strides to = row_major_strides(out.shape);
  const Ints& low = args.node->attrs.integers("low");
  std::int64_t first = 0;
  for (std::size_t i = 0; i < low.size(); ++i) first += low[i] * to[i];
  reference::move_elements(out.dtype, reference::Nest<2>(part, {to, row_major_strides(part)}), args.out[0], args.in[0], first, 0);
}

std::vector<Tensor> gradient(const GradientArgs& args) {
  const Ints& low = args.node.attrs.integers("low");
  Ints stop;
  for (std::size_t i = 0; i < low.size(); ++i) stop.push_back(low[i] + args.in[0].shape(static_cast<int>(i)));
  return {slice(args.cotangents[0], low, stop)};
}

double no_flops(const NodeInfo&) { return 0; }

std::int64_t modulo(std::int64_t a, std::int64_t b) { return (a % b + b) % b; }

// Where element i of the padded axis comes from, i counted from the first element of x.
std::int64_t source_of(std::int64_t i, std::int64_t extent, const std::string& mode) {
  if (mode == "edge") return std::clamp<std::int64_t>(i, 0, extent - 1);
  if (mode == "wrap") return modulo(i, extent);
  if (mode == "symmetric") {
    const std::int64_t at = modulo(i, 2 * extent);
    return at < extent ? at : 2 * extent - 1 - at;
  }
  if (extent == 1) return 0;
  const std::int64_t at = modulo(i, 2 * extent - 2);
  return at < extent ? at : 2 * extent - 2 - at;
}

}  // namespace

void register_pad() {
  register_op({.name = "pad", .infer = infer, .gradient = gradient, .reference = kernel, .flops = no_flops});
}

Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& width, const std::string& mode, double value) {
  if (static_cast<int>(width.size()) != x.rank())
    fail(ErrorKind::shape, "pad: " + std::to_string(width.size()) + " widths for shape " + to_string(x.shape()));
  if (mode != "constant" && mode != "reflect" && mode != "symmetric" && mode != "edge" && mode != "wrap")
    fail(ErrorKind::invalid_argument, "pad: mode must be constant, reflect, symmetric, edge or wrap, got \"" + mode + "\"");
  Ints low, high;
  bool any = false;
  for (const auto& [before, after] : width) {
    if (before < 0 || after < 0)
      fail(ErrorKind::invalid_argument, "pad: widths must not be negative, got (" + std::to_string(before) + ", " + std::to_string(after) + ") for axis " +
                                            std::to_string(low.size()) + "; use slice to cut");
    constexpr std::int64_t widest = std::int64_t{1} << 59;  // as for the extents of shapes; beyond it, sums overflow
    if (before > widest || after > widest) fail(ErrorKind::invalid_argument, "pad: widths must be at most 2^59, got (" + std::to_string(before) + ", " + std::to_string(after) + ")");
    low.push_back(before), high.push_back(after);
    any |= before > 0 || after > 0;
  }
  if (!any) return x;
  if (mode == "constant") return apply("pad", {x}, {{"low", low}, {"high", high}, {"mode", mode}, {"value", value}});
  Tensor result = x;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t extent = x.shape(axis), before = low[static_cast<std::size_t>(axis)], after = high[static_cast<std::size_t>(axis)];
    if (before + after == 0) continue;
    if (extent == 0) fail(ErrorKind::shape, "pad: axis " + std::to_string(axis) + " of " + to_string(x.shape()) + " is empty and has nothing to " + mode);
    Ints index;
    for (std::int64_t i = -before; i < extent + after; ++i) index.push_back(source_of(i, extent, mode));
    result = take(result, Tensor::from(index), axis);
  }
  return result;
}

}  // namespace candor
