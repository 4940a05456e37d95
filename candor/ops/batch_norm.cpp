// Row batch_norm_training: outputs y, mean and biased variance of each channel.
#include <cmath>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/norm.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

constexpr const char* name = "batch_norm_training";

DType statistics_dtype(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

std::vector<std::int64_t> all_but(std::int64_t axis, int rank) {
  std::vector<std::int64_t> axes;
  for (int i = 0; i < rank; ++i)
    if (i != axis) axes.push_back(i);
  return axes;
}

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_floating(in[0], name);
  const int axis = static_cast<int>(attrs.integer("axis"));
  const Shape channels{in[0].shape[axis]};
  if (in[0].size() == 0) fail(ErrorKind::shape, std::string(name) + ": an empty batch has no statistics: " + to_string(in[0]));
  for (std::size_t i = 1; i < in.size(); ++i) {
    rules::expect_same_dtype(in[0], in[i], name);
    if (in[i].shape != channels)
      fail(ErrorKind::shape, std::string(name) + ": gamma and beta must have shape " + to_string(channels) + " for x " +
                                 to_string(in[0].shape) + ", got " + to_string(in[i].shape));
  }
  const TensorType statistic{channels, statistics_dtype(in[0].dtype)};
  return {in[0], statistic, statistic};
}

void kernel(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Shape& shape = node.in[0].shape;
  const bool scale = node.attrs.flag("scale"), center = node.attrs.flag("center");
  const double epsilon = node.attrs.number("epsilon");
  const reference::Reduction loops(shape, all_but(node.attrs.integer("axis"), shape.rank()));
  const auto count = static_cast<double>(loops.count);
  reference::visit_floating(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using S = std::conditional_t<std::is_same_v<T, double>, double, float>;
    const T *in = args.input<T>(0), *gamma = scale ? args.input<T>(1) : nullptr, *beta = center ? args.input<T>(scale ? 2 : 1) : nullptr;
    loops.kept.each([&](const auto& at) {
      const auto x = [&](const auto& from) { return static_cast<double>(reference::load(in[at[1] + from[0]])); };
      double mean_value = 0, squares = 0;
      loops.reduced.each([&](const auto& from) { mean_value += x(from); });
      mean_value /= count;
      loops.reduced.each([&](const auto& from) { squares += (x(from) - mean_value) * (x(from) - mean_value); });
      const double variance = squares / count;
      const double factor = (gamma ? static_cast<double>(reference::load(gamma[at[0]])) : 1) / std::sqrt(variance + epsilon);
      const double shift = beta ? static_cast<double>(reference::load(beta[at[0]])) : 0;
      loops.reduced.each([&](const auto& from) {
        reference::store(args.output<T>(0)[at[1] + from[0]], (x(from) - mean_value) * factor + shift);
      });
      args.output<S>(1)[at[0]] = static_cast<S>(mean_value);
      args.output<S>(2)[at[0]] = static_cast<S>(variance);
    });
  });
}

// As layer_norm's (norm.cpp), over the other axes; d variance / dx = 2 (x - mean) / count.
std::vector<Tensor> gradient(const GradientArgs& args) {
  const Attrs& attrs = args.node.attrs;
  const bool scale = attrs.flag("scale"), center = attrs.flag("center");
  const DType wide = statistics_dtype(args.in[0].dtype()), own = args.in[0].dtype();
  const Tensor x = cast(args.in[0], wide);
  const std::vector<std::int64_t> others = all_but(attrs.integer("axis"), x.rank());
  const Axes axes(others.begin(), others.end());
  const Shape spread = rules::reduced_shape(x.shape(), others, true);
  const auto count = static_cast<double>(rules::count_along(x.shape(), others));
  // With one axis only there is nothing to sum: an empty list would mean all axes.
  const auto total = [&](const Tensor& t) { return axes.empty() ? reshape(t, spread) : sum(t, axes, true); };
  const auto channels = [&](const Tensor& t) { return cast(reshape(t, Shape{t.size()}), own); };

  const Tensor share = rules::scalar(1 / count, x);
  const Tensor rstd = reshape(rsqrt(args.out[2] + rules::scalar(attrs.number("epsilon"), args.out[2])), spread);
  const Tensor centred = x - reshape(args.out[1], spread);
  std::vector<Tensor> result(args.in.size());
  Tensor dx;
  const auto accumulate = [&](const Tensor& term) { dx = dx.defined() ? dx + term : term; };
  if (args.cotangents[0].defined()) {
    const Tensor ct = cast(args.cotangents[0], wide), normal = centred * rstd;
    const Tensor sum_ct = total(ct), sum_ct_normal = total(ct * normal);  // the gradients of beta and gamma
    if (scale && args.wanted[1]) result[1] = channels(sum_ct_normal);
    if (center && args.wanted[scale ? 2 : 1]) result[scale ? 2 : 1] = channels(sum_ct);
    const Tensor factor = scale ? rstd * reshape(cast(args.in[1], wide), spread) : rstd;
    if (args.wanted[0]) accumulate(factor * (ct - share * sum_ct - normal * (share * sum_ct_normal)));
  }
  if (!args.wanted[0]) return result;
  if (args.cotangents[1].defined()) accumulate(broadcast_to(reshape(args.cotangents[1] * share, spread), x.shape()));
  if (args.cotangents[2].defined()) accumulate(reshape(args.cotangents[2] * (share + share), spread) * centred);
  if (dx.defined()) result[0] = cast(dx, own);
  return result;
}

double flops(const NodeInfo& node) { return 7 * static_cast<double>(node.in[0].size()); }

}  // namespace

void register_batch_norm() {
  register_op({.name = name, .infer = infer, .gradient = gradient, .reference = kernel, .flops = flops});
}

std::tuple<Tensor, Tensor, Tensor> batch_norm_training(const Tensor& x, const Tensor& gamma, const Tensor& beta, int axis, double epsilon) {
  if (!(epsilon >= 0)) fail(ErrorKind::invalid_argument, std::string(name) + ": epsilon must not be negative, got " + std::to_string(epsilon));
  const std::int64_t at = rules::normalize_axis(axis, x.shape(), name);
  std::vector<Tensor> in{x};
  if (gamma.defined()) in.push_back(gamma);
  if (beta.defined()) in.push_back(beta);
  std::vector<Tensor> out = apply_all(op(name), in, {{"axis", at}, {"epsilon", epsilon}, {"scale", gamma.defined()}, {"center", beta.defined()}});
  return {out[0], out[1], out[2]};
}

}  // namespace candor
