// Rows layer_norm and rms_norm; group_norm and batch_norm_inference are written in ops.
#include "candor/ops/norm.h"

#include <cmath>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/norm_gradient.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

// Inputs are x, then gamma if `scale`, then beta if `center`. Statistics are kept in f32 for the 16-bit types, with the
// normalised axes as extents of 1.
DType statistics_dtype(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

Axes axes_of(const Attrs& attrs) {
  const std::vector<std::int64_t>& axes = attrs.integers("axes");
  return {axes.begin(), axes.end()};
}

Shape parameter_shape(const Shape& x, const std::vector<std::int64_t>& axes) {
  std::vector<std::int64_t> extents;
  for (std::int64_t axis : axes) extents.push_back(x[static_cast<int>(axis)]);
  return Shape(extents);
}
// The shape with which gamma and beta broadcast against x.
Shape parameter_shape_in_x(const Shape& x, const std::vector<std::int64_t>& axes) {
  Shape shape = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()), 1));
  for (std::int64_t axis : axes) shape.set(static_cast<int>(axis), x[static_cast<int>(axis)]);
  return shape;
}

template <rules::Name N, bool with_mean>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_floating(in[0], N.str());
  const std::vector<std::int64_t>& axes = attrs.integers("axes");
  const Shape expected = parameter_shape(in[0].shape, axes);
  for (std::size_t i = 1; i < in.size(); ++i) {
    rules::expect_same_dtype(in[0], in[i], N.str());
    if (in[i].shape != expected)
      fail(ErrorKind::shape, N.str() + ": gamma and beta must have the normalised extents " + to_string(expected) + " of " +
                                 to_string(in[0].shape) + ", got " + to_string(in[i].shape));
  }
  const TensorType statistic{rules::reduced_shape(in[0].shape, axes, true), statistics_dtype(in[0].dtype)};
  if (with_mean) return {in[0], statistic, statistic};
  return {in[0], statistic};
}

template <bool with_mean>
void kernel(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Shape& shape = node.in[0].shape;
  const std::vector<std::int64_t>& axes = node.attrs.integers("axes");
  const bool scale = node.attrs.flag("scale"), center = with_mean && node.attrs.flag("center");
  const double epsilon = node.attrs.number("epsilon");
  const reference::Reduction loops(shape, axes);
  reference::visit_floating(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using S = std::conditional_t<std::is_same_v<T, double>, double, float>;
    const T *in = args.input<T>(0), *gamma = scale ? args.input<T>(1) : nullptr, *beta = center ? args.input<T>(scale ? 2 : 1) : nullptr;
    const auto count = static_cast<double>(loops.count);
    loops.kept.each([&](const auto& at) {
      const auto x = [&](const auto& from) { return static_cast<double>(reference::load(in[at[1] + from[0]])); };
      double mean_value = 0, squares = 0;
      if constexpr (with_mean) {
        loops.reduced.each([&](const auto& from) { mean_value += x(from); });
        mean_value /= count;
      }
      loops.reduced.each([&](const auto& from) { squares += (x(from) - mean_value) * (x(from) - mean_value); });
      const double rstd = 1 / std::sqrt(squares / count + epsilon);
      std::int64_t i = 0;
      loops.reduced.each([&](const auto& from) {
        double y = (x(from) - mean_value) * rstd;
        if (gamma) y *= static_cast<double>(reference::load(gamma[i]));
        if (beta) y += static_cast<double>(reference::load(beta[i]));
        reference::store(args.output<T>(0)[at[1] + from[0]], y);
        ++i;
      });
      if constexpr (with_mean) args.output<S>(1)[at[0]] = static_cast<S>(mean_value);
      args.output<S>(with_mean ? 2 : 1)[at[0]] = static_cast<S>(rstd);
    });
  });
}

// With n = (x - mean) rstd and g = ct gamma: dx = rstd (g - mean(g) - n mean(g n)); the statistics are outputs and have
// cotangents of their own when a gradient is differentiated again: d mean / dx = 1 / count, d rstd / dx = -rstd^2 n / count.
template <bool with_mean>
std::vector<Tensor> gradient(const GradientArgs& args) {
  const Attrs& attrs = args.node.attrs;
  const bool scale = attrs.flag("scale"), center = with_mean && attrs.flag("center");
  const DType wide = statistics_dtype(args.in[0].dtype()), narrow_dtype = args.in[0].dtype();
  const Axes axes = axes_of(attrs);
  const Tensor x = cast(args.in[0], wide);
  const Tensor& rstd = args.out[with_mean ? 2 : 1];
  const Tensor normal = with_mean ? (x - args.out[1]) * rstd : x * rstd;
  const auto count = static_cast<double>(rules::count_along(x.shape(), attrs.integers("axes")));

  Axes others;
  for (int axis = 0; axis < x.rank(); ++axis)
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) others.push_back(axis);
  const auto to_parameter = [&](const Tensor& t) { return cast(others.empty() ? t : sum(t, others), narrow_dtype); };

  const bool plain = !(with_mean && args.cotangents[1].defined()) && !args.cotangents[with_mean ? 2 : 1].defined();
  if (plain && args.cotangents[0].defined()) {
    std::vector<Tensor> inputs{args.in[0]};
    if (scale) inputs.push_back(args.in[1]);
    if (with_mean) inputs.push_back(args.out[1]);
    inputs.insert(inputs.end(), {rstd, args.cotangents[0]});
    return apply_all(op(norm_gradient::name), inputs, {{"axes", attrs.integers("axes")}, {"scale", scale}, {"center", center}, {"with_mean", with_mean}});
  }
  std::vector<Tensor> result(args.in.size());
  Tensor dx;
  const auto accumulate = [&](const Tensor& term) { dx = dx.defined() ? dx + term : term; };
  if (args.cotangents[0].defined()) {
    const Tensor ct = cast(args.cotangents[0], wide);
    if (scale && args.wanted[1]) result[1] = to_parameter(ct * normal);
    if (center && args.wanted[scale ? 2 : 1]) result[scale ? 2 : 1] = to_parameter(ct);
    if (args.wanted[0]) {
      const Tensor g = scale ? ct * cast(reshape(args.in[1], parameter_shape_in_x(x.shape(), attrs.integers("axes"))), wide) : ct;
      const Tensor along = g - normal * mean(g * normal, axes, true);
      accumulate(rstd * (with_mean ? along - mean(g, axes, true) : along));
    }
  }
  if (!args.wanted[0]) return result;
  const Tensor share = rules::scalar(1 / count, x);
  if (with_mean && args.cotangents[1].defined()) accumulate(broadcast_to(args.cotangents[1] * share, x.shape()));
  if (const Tensor& ct = args.cotangents[with_mean ? 2 : 1]; ct.defined()) accumulate(-(ct * square(rstd) * share) * normal);
  result[0] = cast(dx, narrow_dtype);
  return result;
}

double flops(const NodeInfo& node) { return 7 * static_cast<double>(node.in[0].size()); }

void expect_epsilon(double epsilon, const char* op) {
  if (!(epsilon >= 0)) fail(ErrorKind::invalid_argument, std::string(op) + ": epsilon must not be negative, got " + std::to_string(epsilon));
}

}  // namespace

void register_norm() {
  register_op({.name = "layer_norm", .infer = infer<"layer_norm", true>, .gradient = gradient<true>, .reference = kernel<true>, .flops = flops});
  register_op({.name = "rms_norm", .infer = infer<"rms_norm", false>, .gradient = gradient<false>, .reference = kernel<false>, .flops = flops});
}

Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, const Axes& axes, double epsilon) {
  expect_epsilon(epsilon, "layer_norm");
  Attrs attrs{{"axes", rules::normalize_axes(axes, x.shape(), "layer_norm")}, {"epsilon", epsilon}, {"scale", gamma.defined()}, {"center", beta.defined()}};
  std::vector<Tensor> in{x};
  if (gamma.defined()) in.push_back(gamma);
  if (beta.defined()) in.push_back(beta);
  return apply(op("layer_norm"), in, std::move(attrs));
}

Tensor rms_norm(const Tensor& x, const Tensor& gamma, const Axes& axes, double epsilon) {
  expect_epsilon(epsilon, "rms_norm");
  Attrs attrs{{"axes", rules::normalize_axes(axes, x.shape(), "rms_norm")}, {"epsilon", epsilon}, {"scale", gamma.defined()}};
  std::vector<Tensor> in{x};
  if (gamma.defined()) in.push_back(gamma);
  return apply(op("rms_norm"), in, std::move(attrs));
}

Tensor group_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, std::int64_t groups, double epsilon) {
  const std::int64_t channels = x.rank() >= 2 ? x.shape(-1) : 0;
  if (groups < 1 || channels % groups != 0 || channels == 0)
    fail(ErrorKind::shape, "group_norm: the last axis must be a multiple of the groups, got " + to_string(x.shape()) + " and " + std::to_string(groups) + " groups");
  std::vector<std::int64_t> grouped = x.shape().to_vector();
  grouped.back() = groups;
  grouped.push_back(channels / groups);
  Axes axes;
  for (int axis = 1; axis <= x.rank(); ++axis)
    if (axis != x.rank() - 1) axes.push_back(axis);
  Tensor y = reshape(layer_norm(reshape(x, grouped), {}, {}, axes, epsilon), x.shape());
  if (gamma.defined()) y = y * gamma;
  return beta.defined() ? y + beta : y;
}

Tensor batch_norm_inference(const Tensor& x, const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance, int axis, double epsilon) {
  const int at = rules::normalize_axis(axis, x.shape(), "batch_norm_inference");
  const Shape spread = parameter_shape_in_x(x.shape(), {at});
  const auto channel = [&](const Tensor& t, const char* what) {
    if (t.rank() != 1 || t.shape(0) != x.shape(at))
      fail(ErrorKind::shape, std::string("batch_norm_inference: ") + what + " must have shape [" + std::to_string(x.shape(at)) + "] for x " +
                                 to_string(x.shape()) + ", got " + to_string(t.shape()));
    return cast(t, x.dtype());
  };
  Tensor factor = rsqrt(channel(variance, "variance") + rules::scalar(epsilon, x));
  if (gamma.defined()) factor = factor * channel(gamma, "gamma");
  Tensor shift = -(channel(mean, "mean") * factor);
  if (beta.defined()) shift = shift + channel(beta, "beta");
  return x * reshape(factor, spread) + reshape(shift, spread);
}

}  // namespace candor
