// Row norm_gradient. With n = (x - mean) rstd and g = cotangent gamma: dx = P(g), where P(a) = rstd (a - mean(a) - n mean(a n)) is a
// symmetric projection; dgamma = sum(cotangent n), dbeta = sum(cotangent). Without mean (RMS) its two terms are left out.
#include "candor/ops/norm_gradient.h"

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using norm_gradient::Form;

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  const Form f(attrs);
  std::vector<std::int64_t> extents;
  for (std::int64_t axis : f.axes) extents.push_back(in[0].shape[static_cast<int>(axis)]);
  std::vector<TensorType> out{in[0]};
  if (f.scale) out.push_back({Shape(extents), in[0].dtype});
  if (f.center) out.push_back({Shape(extents), in[0].dtype});
  return out;
}

void kernel(const KernelArgs& args) {
  const Form f(args.node->attrs);
  const reference::Reduction loops(args.node->in[0].shape, f.axes);
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using S = std::conditional_t<std::is_same_v<T, double>, double, float>;
    const T *in = args.input<T>(0), *gamma = f.scale ? args.input<T>(1) : nullptr, *cotangent = args.input<T>(f.cotangent);
    const auto count = static_cast<std::size_t>(loops.count);
    std::vector<double> dgamma(count), dbeta(count);
    loops.kept.each([&](const auto& at) {
      const double mean = f.with_mean ? static_cast<double>(args.input<S>(f.mean)[at[0]]) : 0, rstd = static_cast<double>(args.input<S>(f.rstd)[at[0]]);
      const auto number = [&](const T* from, const auto& where) { return static_cast<double>(reference::load(from[at[1] + where[0]])); };
      double total = 0, along = 0;
      std::size_t i = 0;
      loops.reduced.each([&](const auto& where) {
        const double n = (number(in, where) - mean) * rstd, ct = number(cotangent, where), g = gamma ? ct * static_cast<double>(reference::load(gamma[i])) : ct;
        dgamma[i] += ct * n, dbeta[i] += ct;
        total += g, along += g * n;
        ++i;
      });
      total = f.with_mean ? total / static_cast<double>(count) : 0, along /= static_cast<double>(count);
      i = 0;
      loops.reduced.each([&](const auto& where) {
        const double n = (number(in, where) - mean) * rstd, ct = number(cotangent, where), g = gamma ? ct * static_cast<double>(reference::load(gamma[i])) : ct;
        reference::store(args.output<T>(0)[at[1] + where[0]], rstd * (g - total - n * along));
        ++i;
      });
    });
    for (std::size_t i = 0; i < count; ++i) {
      if (f.scale) reference::store(args.output<T>(1)[i], dgamma[i]);
      if (f.center) reference::store(args.output<T>(1 + std::size_t{f.scale})[i], dbeta[i]);
    }
  });
}

// For cotangents a, b, c of dx, dgamma, dbeta, and e = b cotangent that of n in dgamma: the cotangent gets gamma P(a) + b n + c, gamma gets
// sum(cotangent P(a)), x gets P(e - rstd (a mean(g n) + g mean(a n))) - mean(a dx) rstd n. Mean and rstd are functions of x and get nothing.
std::vector<Tensor> second_gradient(const GradientArgs& args) {
  const Form f(args.node.attrs);
  const DType narrow = args.in[0].dtype(), wide = narrow == DType::f64 ? DType::f64 : DType::f32;
  const Axes axes(f.axes.begin(), f.axes.end());
  Axes others;
  Shape spread(std::vector<std::int64_t>(static_cast<std::size_t>(args.in[0].rank()), 1));
  for (int axis = 0; axis < args.in[0].rank(); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) others.push_back(axis);
    else spread.set(axis, args.in[0].shape(axis));
  }
  const auto parameter = [&](const Tensor& t) { return reshape(cast(t, wide), spread); };
  const auto given = [&](std::size_t i) { return i < args.cotangents.size() && args.cotangents[i].defined(); };
  const Tensor& rstd = args.in[f.rstd];
  const Tensor x = cast(args.in[0], wide), ct = cast(args.in[f.cotangent], wide);
  const Tensor n = (f.with_mean ? x - args.in[f.mean] : x) * rstd, g = f.scale ? ct * parameter(args.in[1]) : ct;
  const auto project = [&](const Tensor& t) {
    const Tensor along = t - n * mean(t * n, axes, true);
    return rstd * (f.with_mean ? along - mean(t, axes, true) : along);
  };
  const auto plus = [](const Tensor& sum, const Tensor& term) { return sum.defined() ? sum + term : term; };

  Tensor to_ct, to_gamma, to_n, to_x;
  if (given(0)) {
    const Tensor a = cast(args.cotangents[0], wide), pa = project(a);
    to_ct = f.scale ? pa * parameter(args.in[1]) : pa;
    if (f.scale) to_gamma = others.empty() ? ct * pa : sum(ct * pa, others);
    to_n = -(rstd * (a * mean(g * n, axes, true) + g * mean(a * n, axes, true)));
    to_x = -(mean(a * project(g), axes, true) * rstd) * n;
  }
  if (f.scale && given(1)) {
    const Tensor b = parameter(args.cotangents[1]);
    to_ct = plus(to_ct, b * n);
    to_n = plus(to_n, b * ct);
  }
  if (f.center && given(1 + std::size_t{f.scale})) to_ct = plus(to_ct, broadcast_to(parameter(args.cotangents[1 + std::size_t{f.scale}]), x.shape()));
  if (to_n.defined()) to_x = plus(project(to_n), to_x.defined() ? to_x : rules::zeros_like(x));
  std::vector<Tensor> result(args.in.size());
  if (args.wanted[0] && to_x.defined()) result[0] = cast(to_x, narrow);
  if (f.scale && args.wanted[1] && to_gamma.defined()) result[1] = cast(to_gamma, narrow);
  if (args.wanted[f.cotangent] && to_ct.defined()) result[f.cotangent] = cast(to_ct, narrow);
  return result;
}

double flops(const NodeInfo& node) { return 14 * static_cast<double>(node.in[0].size()); }

}  // namespace

void register_norm_gradient() {
  register_op({.name = norm_gradient::name, .infer = infer, .gradient = second_gradient, .reference = kernel, .flops = flops});
}

}  // namespace candor
