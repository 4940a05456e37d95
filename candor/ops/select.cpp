// Elementwise choice and conversion: rows where, clip, cast.
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

std::vector<TensorType> infer_where(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 3, "where");
  rules::expect_bool(in[0], "where", "the condition");
  rules::expect_same_dtype(in[1], in[2], "where");
  return {{broadcast(in[0].shape, broadcast(in[1].shape, in[2].shape, "where"), "where"), in[1].dtype}};
}

void where_kernel(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Shape& shape = node.out[0].shape;
  const reference::Nest<4> nest(shape, {row_major_strides(shape), reference::broadcast_strides(node.in[0].shape, shape),
                                        reference::broadcast_strides(node.in[1].shape, shape),
                                        reference::broadcast_strides(node.in[2].shape, shape)});
  visit_dtype(node.out[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    nest.rows([&](const auto& at, const auto& step, std::int64_t count) {
      T* out = args.output<T>(0) + at[0];
      const bool* condition = args.input<bool>(0) + at[1];
      const T *a = args.input<T>(1) + at[2], *b = args.input<T>(2) + at[3];
      for (std::int64_t i = 0; i < count; ++i) out[i] = condition[i * step[1]] ? a[i * step[2]] : b[i * step[3]];
    });
  });
}

// The unused branch gets exact zeros, so that a NaN there stays out of the gradient.
std::vector<Tensor> where_gradient(const GradientArgs& args) {
  const Tensor& ct = args.cotangents[0];
  const Tensor zero = rules::scalar(0, ct);
  std::vector<Tensor> result(3);
  if (args.wanted[1]) result[1] = sum_to(where(args.in[0], ct, zero), args.in[1].shape());
  if (args.wanted[2]) result[2] = sum_to(where(args.in[0], zero, ct), args.in[2].shape());
  return result;
}

std::vector<TensorType> infer_clip(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "clip");
  rules::expect_numeric(in[0], "clip");
  const double low = attrs.number("low"), high = attrs.number("high");
  if (!(low <= high))
    fail(ErrorKind::invalid_argument, "clip: low must not exceed high, got " + std::to_string(low) + " and " + std::to_string(high));
  return {in[0]};
}

void clip_kernel(const KernelArgs& args) {
  reference::visit_numeric(args.node->out[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using C = reference::Compute<T>;
    const C low = reference::convert<C>(args.node->attrs.number("low")), high = reference::convert<C>(args.node->attrs.number("high"));
    reference::map1<T, T>(args, [&](C x) { return x < low ? low : x > high ? high : x; });
  });
}

std::vector<Tensor> clip_gradient(const GradientArgs& args) {
  const Tensor &x = args.in[0], &ct = args.cotangents[0];
  const Tensor inside = logical_and(greater_equal(x, rules::scalar(args.node.attrs.number("low"), x)),
                                    less_equal(x, rules::scalar(args.node.attrs.number("high"), x)));
  return {where(inside, ct, rules::scalar(0, ct))};
}

std::vector<TensorType> infer_cast(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "cast");
  return {{in[0].shape, attrs.dtype("dtype")}};
}

void cast_kernel(const KernelArgs& args) {
  visit_dtype(args.node->in[0].dtype, [&](auto from) {
    visit_dtype(args.node->out[0].dtype, [&](auto to) {
      const auto* in = args.input<decltype(from)>(0);
      auto* out = args.output<decltype(to)>(0);
      for (std::int64_t i = 0, n = args.node->out[0].size(); i < n; ++i) out[i] = reference::convert<decltype(to)>(in[i]);
    });
  });
}

std::vector<Tensor> cast_gradient(const GradientArgs& args) {
  if (!is_floating(args.in[0].dtype()) || !is_floating(args.out[0].dtype())) return {Tensor()};
  return {cast(args.cotangents[0], args.in[0].dtype())};
}

}  // namespace

void register_select() {
  register_op({.name = "where", .infer = infer_where, .gradient = where_gradient, .reference = where_kernel, .elementwise = true});
  register_op({.name = "clip", .infer = infer_clip, .gradient = clip_gradient, .reference = clip_kernel, .elementwise = true});
  register_op({.name = "cast", .infer = infer_cast, .gradient = cast_gradient, .reference = cast_kernel, .elementwise = true});
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  static const Op& row = op("where");
  Tensor in[] = {condition, a, b};
  rules::promote(in[1], in[2], "where");
  return apply(row, in);
}

Tensor clip(const Tensor& x, double low, double high) { return apply("clip", {x}, {{"low", low}, {"high", high}}); }

Tensor cast(const Tensor& x, DType dtype) {
  if (x.defined() && x.dtype() == dtype) return x;
  return apply("cast", {x}, {{"dtype", dtype}});
}

}  // namespace candor
