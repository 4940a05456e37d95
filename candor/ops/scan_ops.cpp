// Running sums and products: rows cumsum, cumprod, linear_recurrence.
#include <cmath>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

// Calls f(start, stride, count) for each line along `axis` of a row-major tensor.
template <class F>
void for_each_line(const Shape& shape, std::int64_t axis, F&& f) {
  const auto at = static_cast<int>(axis);
  std::int64_t inner = 1, outer = 1;
  for (int i = 0; i < at; ++i) outer *= shape[i];
  for (int i = at + 1; i < shape.rank(); ++i) inner *= shape[i];
  const std::int64_t count = shape[at];
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < inner; ++i) f(o * count * inner + i, inner, count);
}

std::vector<TensorType> infer_cumsum(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, "cumsum");
  rules::expect_numeric(in[0], "cumsum");
  return {in[0]};
}

void cumsum_kernel(const KernelArgs& args) {
  const Attrs& attrs = args.node->attrs;
  const bool reverse = attrs.flag("reverse"), exclusive = attrs.flag("exclusive");
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* in = args.input<T>(0);
    T* out = args.output<T>(0);
    for_each_line(args.node->in[0].shape, attrs.integer("axis"), [&](std::int64_t start, std::int64_t stride, std::int64_t count) {
      reference::Wide<T> total = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = start + stride * (reverse ? count - 1 - i : i);
        const auto before = total;
        total += static_cast<reference::Wide<T>>(reference::load(in[at]));
        reference::store(out[at], exclusive ? before : total);
      }
    });
  });
}

std::vector<Tensor> cumsum_gradient(const GradientArgs& args) {
  const Attrs& attrs = args.node.attrs;
  return {cumsum(args.cotangents[0], static_cast<int>(attrs.integer("axis")), !attrs.flag("reverse"), attrs.flag("exclusive"))};
}

std::vector<TensorType> infer_cumprod(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, "cumprod");
  rules::expect_numeric(in[0], "cumprod");
  return {in[0]};
}

void cumprod_kernel(const KernelArgs& args) {
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using W = std::conditional_t<reference::is_float<T>, double, std::uint64_t>;  // integers wrap around
    const T* in = args.input<T>(0);
    T* out = args.output<T>(0);
    for_each_line(args.node->in[0].shape, args.node->attrs.integer("axis"), [&](std::int64_t start, std::int64_t stride, std::int64_t count) {
      W total = 1;
      for (std::int64_t i = 0; i < count; ++i) {
        total *= static_cast<W>(reference::load(in[start + stride * i]));
        reference::store(out[start + stride * i], total);
      }
    });
  });
}

std::vector<TensorType> infer_recurrence(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 2, "linear_recurrence");
  rules::expect_floating(in[0], "linear_recurrence", "the factor");
  rules::expect_same_dtype(in[0], in[1], "linear_recurrence");
  rules::expect_same_shape(in[0], in[1], "linear_recurrence", "factor and addend");
  return {in[0]};
}

void recurrence_kernel(const KernelArgs& args) {
  const bool reverse = args.node->attrs.flag("reverse");
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *factor = args.input<T>(0), *addend = args.input<T>(1);
    T* out = args.output<T>(0);
    for_each_line(args.node->in[0].shape, args.node->attrs.integer("axis"), [&](std::int64_t start, std::int64_t stride, std::int64_t count) {
      double state = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = start + stride * (reverse ? count - 1 - i : i);
        const auto b = static_cast<double>(reference::load(addend[at]));
        state = i == 0 ? b : static_cast<double>(reference::load(factor[at])) * state + b;
        reference::store(out[at], state);
      }
    });
  });
}

// s_t = a_t s_(t-1) + b_t along the axis, from the end when reverse; the first a is not used.
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse) {
  return apply("linear_recurrence", {a, b}, {{"axis", std::int64_t{axis}}, {"reverse", reverse}});
}

// x moved by one place along the axis, towards the end or (back) towards the start, with `value` in the free place.
Tensor shifted(const Tensor& x, int axis, double value, bool back) {
  const std::int64_t count = x.shape(axis);
  if (count == 0) return x;
  const Tensor edge = broadcast_to(rules::scalar(value, x), x.shape().with(axis, 1));
  if (count == 1) return edge;
  return back ? concatenate({narrow(x, axis, 1, count), edge}, axis) : concatenate({edge, narrow(x, axis, 0, count - 1)}, axis);
}

// The cotangent runs against the recurrence; what it meets at t is the derivative of b_t, times s_(t-1) that of a_t.
std::vector<Tensor> recurrence_gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  const bool reverse = args.node.attrs.flag("reverse");
  const Tensor next_factor = shifted(args.in[0], axis, 0, !reverse);
  const Tensor into = linear_recurrence(next_factor, args.cotangents[0], axis, !reverse);
  return {into * shifted(args.out[0], axis, 0, reverse), into};
}

// d y_k / d x_j is the product of all x_i, i <= k, but x_j: the product before j, times a recurrence over what comes after.
// No division, so zeros are no special case.
std::vector<Tensor> cumprod_gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  const Tensor before = shifted(args.out[0], axis, 1, false);
  return {before * linear_recurrence(shifted(args.in[0], axis, 0, true), args.cotangents[0], axis, true)};
}

}  // namespace

void register_scan_ops() {
  register_op({.name = "cumsum", .infer = infer_cumsum, .gradient = cumsum_gradient, .reference = cumsum_kernel});
  register_op({.name = "cumprod", .infer = infer_cumprod, .gradient = cumprod_gradient, .reference = cumprod_kernel});
  register_op({.name = "linear_recurrence", .infer = infer_recurrence, .gradient = recurrence_gradient, .reference = recurrence_kernel});
}

Tensor cumsum(const Tensor& x, int axis, bool reverse, bool exclusive) {
  const std::int64_t at = rules::normalize_axis(axis, x.shape(), "cumsum");
  return apply("cumsum", {x}, {{"axis", at}, {"reverse", reverse}, {"exclusive", exclusive}});
}

Tensor cumprod(const Tensor& x, int axis, bool reverse, bool exclusive) {
  const int at = rules::normalize_axis(axis, x.shape(), "cumprod");
  if (reverse) return flip(cumprod(flip(x, {at}), at, false, exclusive), {at});
  return apply("cumprod", {exclusive ? shifted(x, at, 1, false) : x}, {{"axis", std::int64_t{at}}});
}

}  // namespace candor
