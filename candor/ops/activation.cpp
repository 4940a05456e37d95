#include "candor/ops/activation.h"

#include <cmath>
#include <numbers>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

const double gelu_factor = std::sqrt(2 / std::numbers::pi);
constexpr double gelu_cube = 0.044715;

Tensor number(double value, const Tensor& like) { return rules::scalar(value, like); }

std::vector<TensorType> infer_softplus(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "softplus");
  rules::expect_floating(in[0], "softplus");
  if (!(attrs.number("beta") > 0))
    fail(ErrorKind::invalid_argument, "softplus: beta must be positive, got " + std::to_string(attrs.number("beta")));
  return {in[0]};
}

void softplus_kernel(const KernelArgs& args) {
  const double beta = args.node->attrs.number("beta");
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using C = reference::Compute<T>;
    const C b = static_cast<C>(beta);
    reference::map1<T, T>(args, [b](C x) { return (x > 0 ? x : x != x ? x : C(0)) + std::log1p(std::exp(-std::abs(b * x))) / b; });
  });
}

std::vector<Tensor> softplus_gradient(const GradientArgs& args) {
  const double beta = args.node.attrs.number("beta");
  const Tensor& x = args.in[0];
  return {args.cotangents[0] * sigmoid(beta == 1 ? x : number(beta, x) * x)};
}

template <rules::Name N>
std::vector<TensorType> infer_gelu(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, N.str());
  rules::expect_floating(in[0], N.str());
  return {in[0]};
}

template <class F>
void gelu_kernel(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) { reference::map1<decltype(zero), decltype(zero)>(args, F{}); });
}

struct ExactGelu {
  template <class C>
  C operator()(C x) const { return C(0.5) * x * std::erfc(-x * static_cast<C>(std::numbers::sqrt2 / 2)); }
};
// (1 + tanh u) / 2 is 1 / (1 + exp(-2u)), which keeps its digits where tanh nears -1.
struct TanhGelu {
  template <class C>
  C operator()(C x) const { return x / (1 + std::exp(x * (static_cast<C>(-2 * gelu_factor) + static_cast<C>(-2 * gelu_factor * gelu_cube) * x * x))); }
};

/// s + x s (1 - s) u' of the sigmoid s of u: where s (1 - s) is 0, u' may be infinite.
struct TanhGeluSlope {
  template <class C>
  C operator()(C x) const {
    const C twice = static_cast<C>(2 * gelu_factor), cubic = static_cast<C>(2 * gelu_factor * gelu_cube), e = std::exp(-std::abs(x * (twice + cubic * x * x)));
    const C share = 1 / (1 + e), other = e * share, s = x < 0 ? other : share, both = share * other;
    return both == 0 ? s : s + x * both * (twice + 3 * cubic * x * x);
  }
};

// Their slopes are made again from x, so that the backward pass keeps nothing but x.
std::vector<Tensor> gelu_gradient(const GradientArgs& args) {
  const Tensor& x = args.in[0];
  const Tensor below = number(0.5, x) * (number(1, x) + erf(x * number(std::numbers::sqrt2 / 2, x)));
  return {args.cotangents[0] * (below + x * number(1 / std::sqrt(2 * std::numbers::pi), x) * exp(number(-0.5, x) * square(x)))};
}
std::vector<Tensor> gelu_tanh_gradient(const GradientArgs& args) {
  const Tensor& x = args.in[0];
  return {args.cotangents[0] * apply("gelu_tanh_slope", {x})};
}
// With the sigmoid s of u and q = s (1 - s): 2 q u' + x q (1 - 2 s) u'^2 + x q u''.
std::vector<Tensor> gelu_tanh_slope_gradient(const GradientArgs& args) {
  const Tensor& x = args.in[0];
  const Tensor squared = square(x), twice = number(2 * gelu_factor, x), cubic = number(2 * gelu_factor * gelu_cube, x);
  const Tensor s = sigmoid(x * (twice + cubic * squared)), q = s * (number(1, x) - s), of_u = twice + number(3, x) * cubic * squared;
  return {args.cotangents[0] * (q * (number(2, x) * of_u + x * (number(1, x) - number(2, x) * s) * square(of_u) + number(6, x) * cubic * squared))};
}

// alpha (e^x - 1) below 0, where x > 0 is replaced by 0 so that the unused branch does not overflow. At 0 the slope is alpha's.
Tensor exponential_below_zero(const Tensor& x, double scale, double alpha, double width) {
  const Tensor zero = number(0, x), positive = greater(x, zero);
  const Tensor below = number(scale * alpha, x) * expm1(where(positive, zero, x) * number(1 / width, x));
  return where(positive, scale == 1 ? x : number(scale, x) * x, below);
}

void expect_width(double alpha, const char* op) {
  if (!(alpha > 0)) fail(ErrorKind::invalid_argument, std::string(op) + ": alpha must be positive, got " + std::to_string(alpha));
}

}  // namespace

void register_activation() {
  register_op({.name = "softplus", .infer = infer_softplus, .gradient = softplus_gradient, .reference = softplus_kernel, .elementwise = true});
  register_op({.name = "gelu", .infer = infer_gelu<"gelu">, .gradient = gelu_gradient, .reference = gelu_kernel<ExactGelu>, .elementwise = true});
  register_op({.name = "gelu_tanh_slope", .infer = infer_gelu<"gelu_tanh_slope">, .gradient = gelu_tanh_slope_gradient, .reference = gelu_kernel<TanhGeluSlope>, .elementwise = true});
  register_op({.name = "gelu_tanh", .infer = infer_gelu<"gelu_tanh">, .gradient = gelu_tanh_gradient, .reference = gelu_kernel<TanhGelu>, .elementwise = true});
}

Tensor linear(const Tensor& x) { return x; }
// Flat from 6 on, and NaN stays NaN.
Tensor relu6(const Tensor& x) {
  const Tensor y = relu(x), six = number(6, x);
  return where(greater_equal(y, six), six, y);
}
Tensor leaky_relu(const Tensor& x, double negative_slope) { return where(greater(x, number(0, x)), x, number(negative_slope, x) * x); }
Tensor prelu(const Tensor& x, const Tensor& alpha) { return where(greater(x, number(0, x)), x, alpha * x); }
Tensor elu(const Tensor& x, double alpha) { return exponential_below_zero(x, 1, alpha, 1); }
Tensor selu(const Tensor& x) { return exponential_below_zero(x, 1.0507009873554805, 1.6732632423543772, 1); }
Tensor celu(const Tensor& x, double alpha) {
  expect_width(alpha, "celu");
  return exponential_below_zero(x, 1, alpha, alpha);
}
Tensor gelu(const Tensor& x) { return apply("gelu", {x}); }
Tensor gelu_tanh(const Tensor& x) { return apply("gelu_tanh", {x}); }
Tensor silu(const Tensor& x) { return x * sigmoid(x); }
Tensor mish(const Tensor& x) { return x * tanh(softplus(x)); }
Tensor log_sigmoid(const Tensor& x) { return -softplus(-x); }
Tensor hard_sigmoid(const Tensor& x) { return relu6(x + number(3, x)) * number(1.0 / 6, x); }
Tensor hard_swish(const Tensor& x) { return x * hard_sigmoid(x); }
// Flat at -1 and 1 themselves, unlike clip.
Tensor hard_tanh(const Tensor& x) {
  const Tensor low = number(-1, x), high = number(1, x);
  return where(less_equal(x, low), low, where(greater_equal(x, high), high, x));
}
Tensor softplus(const Tensor& x, double beta) { return apply("softplus", {x}, {{"beta", beta}}); }
Tensor softsign(const Tensor& x) { return x / (number(1, x) + abs(x)); }
Tensor squareplus(const Tensor& x, double b) { return (x + sqrt(square(x) + number(b, x))) * number(0.5, x); }
Tensor sparse_plus(const Tensor& x) {
  const Tensor one = number(1, x);
  return where(less_equal(x, -one), number(0, x), where(less(x, one), number(0.25, x) * square(x + one), x));
}
Tensor sparse_sigmoid(const Tensor& x) {
  const Tensor one = number(1, x);
  return where(less_equal(x, -one), number(0, x), where(greater_equal(x, one), one, number(0.5, x) * (x + one)));
}
Tensor sparsemax(const Tensor& x, int axis) {
  const int at = rules::normalize_axis(axis, x.shape(), "sparsemax");
  const std::int64_t n = x.shape(at);
  const Tensor zero = number(0, x), one = number(1, x), sorted = sort(x, at, true).first, sums = cumsum(sorted, at);
  std::vector<double> ranks;
  for (std::int64_t i = 1; i <= n; ++i) ranks.push_back(static_cast<double>(i));
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.rank()), 1);
  shape[static_cast<std::size_t>(at)] = n;
  const Tensor rank = reshape(Tensor::from(ranks, {n}).to(x.dtype()), shape);
  const Tensor support = greater(sorted - (sums - one) / rank, zero);
  const Tensor count = sum(where(support, one, zero), {at}, true);
  return relu(x - (sum(where(support, sums, zero), {at}, true) - one) / count);
}
Tensor tanh_shrink(const Tensor& x) { return x - tanh(x); }
Tensor hard_shrink(const Tensor& x, double threshold) {
  return where(greater(abs(x), number(threshold, x)), x, number(0, x));
}
Tensor soft_shrink(const Tensor& x, double threshold) {
  const Tensor edge = number(threshold, x);
  return where(greater(x, edge), x - edge, where(less(x, -edge), x + edge, number(0, x)));
}
Tensor threshold(const Tensor& x, double threshold, double value) {
  return where(greater(x, number(threshold, x)), x, number(value, x));
}
// |x| + log(1 + e^(-2|x|)) - log 2, which does not overflow; softplus(-2|x|) keeps the slope smooth at 0.
Tensor log_cosh(const Tensor& x) { return x + softplus(number(-2, x) * x) - number(std::numbers::ln2, x); }
Tensor glu(const Tensor& x, int axis) {
  const int at = rules::normalize_axis(axis, x.shape(), "glu");
  if (x.shape(at) % 2)
    fail(ErrorKind::shape, "glu: the axis must be even, got " + to_string(x.shape()) + " along axis " + std::to_string(at));
  const std::vector<Tensor> halves = split(x, 2, at);
  return halves[0] * sigmoid(halves[1]);
}

}  // namespace candor
