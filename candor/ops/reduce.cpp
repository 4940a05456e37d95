// Rows sum, mean, max, min, prod, any, all, count_nonzero, logsumexp; sum_to.
#include "candor/ops/reduce.h"

#include <cmath>
#include <limits>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using reference::Reduction;
using reference::Wide;

std::vector<TensorType> reduced(std::span<const TensorType> in, const Attrs& attrs, const std::string& op, DType dtype) {
  rules::expect_inputs(in, 1, op);
  return {{rules::reduced_shape(in[0].shape, attrs.integers("axes"), attrs.flag("keepdims")), dtype}};
}

template <rules::Name N>
std::vector<TensorType> infer_numeric(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_numeric(in[0], N.str());
  return reduced(in, attrs, N.str(), in[0].dtype);
}
template <rules::Name N>
std::vector<TensorType> infer_floating(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_floating(in[0], N.str());
  return reduced(in, attrs, N.str(), in[0].dtype);
}
template <rules::Name N>
std::vector<TensorType> infer_extreme(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_numeric(in[0], N.str());
  std::vector<TensorType> out = reduced(in, attrs, N.str(), in[0].dtype);
  if (out[0].size() > 0 && rules::count_along(in[0].shape, attrs.integers("axes")) == 0)
    fail(ErrorKind::shape, N.str() + ": there is nothing to choose from along the reduced axes of " + to_string(in[0]));
  return out;
}
template <rules::Name N>
std::vector<TensorType> infer_bool(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_bool(in[0], N.str());
  return reduced(in, attrs, N.str(), DType::boolean);
}
std::vector<TensorType> infer_count(std::span<const TensorType> in, const Attrs& attrs) {
  return reduced(in, attrs, "count_nonzero", DType::i64);
}

// out = finish(fold over the elements of step(total, x), count)
template <class Out, class In, class Total, class Step, class Finish>
void fold(const KernelArgs& args, Total start, Step step, Finish finish) {
  const Reduction loops(args.node->in[0].shape, args.node->attrs.integers("axes"));
  const In* in = args.input<In>(0);
  Out* out = args.output<Out>(0);
  loops.kept.each([&](const auto& at) {
    Total total = start;
    loops.reduced.each([&](const auto& from) { total = step(total, reference::load(in[at[1] + from[0]])); });
    reference::store(out[at[0]], finish(total, loops.count));
  });
}
constexpr auto as_is = [](auto total, std::int64_t) { return total; };

void sum_kernel(const KernelArgs& args) {
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    fold<T, T>(args, Wide<T>(0), [](auto total, auto x) { return total + static_cast<Wide<T>>(x); }, as_is);
  });
}
void mean_kernel(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    fold<T, T>(args, 0.0, [](double total, auto x) { return total + static_cast<double>(x); },
               [](double total, std::int64_t count) { return total / static_cast<double>(count); });
  });
}
void prod_kernel(const KernelArgs& args) {
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using W = std::conditional_t<reference::is_float<T>, double, std::uint64_t>;  // integers wrap around
    fold<T, T>(args, W(1), [](W total, auto x) { return total * static_cast<W>(x); }, as_is);
  });
}
template <bool largest>
void extreme_kernel(const KernelArgs& args) {
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using C = reference::Compute<T>;
    using Limits = std::numeric_limits<C>;
    const C low = Limits::has_infinity ? -Limits::infinity() : Limits::lowest(), high = Limits::has_infinity ? Limits::infinity() : Limits::max();
    fold<T, T>(args, largest ? low : high,
               [](C best, C x) { return best != best ? best : x != x ? x : (largest ? x > best : x < best) ? x : best; }, as_is);
  });
}
void logsumexp_kernel(const KernelArgs& args) {
  const Reduction loops(args.node->in[0].shape, args.node->attrs.integers("axes"));
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* in = args.input<T>(0);
    loops.kept.each([&](const auto& at) {
      const auto x = [&](const auto& from) { return static_cast<double>(reference::load(in[at[1] + from[0]])); };
      double largest = -std::numeric_limits<double>::infinity(), total = 0;
      loops.reduced.each([&](const auto& from) { largest = largest != largest || x(from) <= largest ? largest : x(from); });
      const double shift = std::isfinite(largest) ? largest : 0;  // inf - inf would be NaN
      loops.reduced.each([&](const auto& from) { total += std::exp(x(from) - shift); });
      reference::store(args.output<T>(0)[at[0]], std::log(total) + shift);
    });
  });
}
template <bool any_of>
void bool_kernel(const KernelArgs& args) {
  fold<bool, bool>(args, !any_of, [](bool total, bool x) { return any_of ? total || x : total && x; }, as_is);
}
void count_kernel(const KernelArgs& args) {
  visit_dtype(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    fold<std::int64_t, T>(args, std::int64_t{0}, [](std::int64_t total, auto x) { return total + (x != decltype(x)(0)); }, as_is);
  });
}

double reduction_flops(const NodeInfo& node) { return static_cast<double>(node.in[0].size()); }

// A reduced tensor, repeated along the axes that were reduced.
Tensor spread(const Tensor& reduced_tensor, const GradientArgs& args) {
  const Shape& full = args.in[0].shape();
  return broadcast_to(rules::restore_axes(reduced_tensor, full, args.node.attrs.integers("axes")), full);
}
Tensor restored(const Tensor& reduced_tensor, const GradientArgs& args) {
  return rules::restore_axes(reduced_tensor, args.in[0].shape(), args.node.attrs.integers("axes"));
}

std::vector<Tensor> sum_gradient(const GradientArgs& args) { return {spread(args.cotangents[0], args)}; }

std::vector<Tensor> mean_gradient(const GradientArgs& args) {
  const auto count = static_cast<double>(rules::count_along(args.in[0].shape(), args.node.attrs.integers("axes")));
  return {spread(args.cotangents[0] * rules::scalar(1 / count, args.cotangents[0]), args)};
}

// Ties share the gradient equally.
std::vector<Tensor> extreme_gradient(const GradientArgs& args) {
  const Tensor& x = args.in[0];
  const std::vector<std::int64_t>& axes = args.node.attrs.integers("axes");
  const Tensor hit = cast(equal(x, restored(args.out[0], args)), x.dtype());
  const Tensor hits = sum(hit, std::vector<int>(axes.begin(), axes.end()), true);
  return {hit * (restored(args.cotangents[0], args) / hits)};
}

// The product of all the others is a product from the left times one from the right; dividing by x would fail at zeros.
std::vector<Tensor> prod_gradient(const GradientArgs& args) {
  const Tensor& x = args.in[0];
  const std::vector<std::int64_t>& axes = args.node.attrs.integers("axes");
  const int rank = x.rank();
  std::vector<int> order, back(static_cast<std::size_t>(rank));
  std::vector<std::int64_t> moved;
  for (int axis = 0; axis < rank; ++axis)
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) order.push_back(axis), moved.push_back(x.shape(axis));
  const std::vector<std::int64_t> kept = moved;
  for (std::int64_t axis : axes) order.push_back(static_cast<int>(axis)), moved.push_back(x.shape(static_cast<int>(axis)));
  for (int i = 0; i < rank; ++i) back[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = i;
  std::vector<std::int64_t> flat = kept;
  flat.push_back(rules::count_along(x.shape(), axes));
  const Tensor row = reshape(transpose(x, order), flat);
  const Tensor left = cumprod(row, -1, false, true), right = cumprod(row, -1, true, true);
  return {spread(args.cotangents[0], args) * transpose(reshape(left * right, moved), back)};
}

std::vector<Tensor> logsumexp_gradient(const GradientArgs& args) {
  return {exp(args.in[0] - restored(args.out[0], args)) * restored(args.cotangents[0], args)};
}

Tensor call(std::string_view name, const Tensor& x, const Axes& axes, bool keepdims) {
  Attrs attrs;
  attrs.set("axes", rules::normalize_axes(axes, x.shape(), std::string(name))).set("keepdims", keepdims);
  return apply(op(name), std::span(&x, 1), std::move(attrs));
}

}  // namespace

void register_reduce() {
  const auto row = [](const char* name, auto infer, auto gradient, KernelFn kernel) {
    register_op({.name = name, .infer = infer, .gradient = gradient, .reference = kernel, .flops = reduction_flops});
  };
  row("sum", infer_numeric<"sum">, sum_gradient, sum_kernel);
  row("mean", infer_floating<"mean">, mean_gradient, mean_kernel);
  row("prod", infer_numeric<"prod">, prod_gradient, prod_kernel);
  row("max", infer_extreme<"max">, extreme_gradient, extreme_kernel<true>);
  row("min", infer_extreme<"min">, extreme_gradient, extreme_kernel<false>);
  row("logsumexp", infer_floating<"logsumexp">, logsumexp_gradient, logsumexp_kernel);
  row("any", infer_bool<"any">, nullptr, bool_kernel<true>);
  row("all", infer_bool<"all">, nullptr, bool_kernel<false>);
  row("count_nonzero", infer_count, nullptr, count_kernel);
}

Tensor sum(const Tensor& x, const Axes& axes, bool keepdims) { return call("sum", x, axes, keepdims); }
Tensor mean(const Tensor& x, const Axes& axes, bool keepdims) { return call("mean", x, axes, keepdims); }
Tensor max(const Tensor& x, const Axes& axes, bool keepdims) { return call("max", x, axes, keepdims); }
Tensor min(const Tensor& x, const Axes& axes, bool keepdims) { return call("min", x, axes, keepdims); }
Tensor prod(const Tensor& x, const Axes& axes, bool keepdims) { return call("prod", x, axes, keepdims); }
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdims) { return call("logsumexp", x, axes, keepdims); }
Tensor any(const Tensor& x, const Axes& axes, bool keepdims) { return call("any", x, axes, keepdims); }
Tensor all(const Tensor& x, const Axes& axes, bool keepdims) { return call("all", x, axes, keepdims); }
Tensor count_nonzero(const Tensor& x, const Axes& axes, bool keepdims) { return call("count_nonzero", x, axes, keepdims); }

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const int extra = x.rank() - shape.rank();
  Axes axes;
  for (int axis = 0; axis < x.rank(); ++axis)
    if (axis < extra || (shape[axis - extra] == 1 && x.shape(axis) != 1)) axes.push_back(axis);
  const Tensor total = axes.empty() ? x : sum(x, axes, true);
  return total.shape() == shape ? total : reshape(total, shape);
}

}  // namespace candor
