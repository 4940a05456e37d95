// Special functions: rows erf, erfc, lgamma, polygamma (digamma is polygamma of order 0).
#include <cmath>
#include <limits>
#include <numbers>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

constexpr double pi = std::numbers::pi;

// std::lgamma writes the global signgam, which is a race; this form does not.
double log_gamma(double x) {
  int sign_of_gamma = 0;
  return ::lgamma_r(x, &sign_of_gamma);
}

// Bernoulli numbers B_2 ... B_16 of the Euler-Maclaurin tails (Abramowitz and Stegun 6.3.18, 6.4.11).
constexpr double bernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};

double digamma_of(double x) {
  if (std::isnan(x) || x == -std::numeric_limits<double>::infinity()) return std::numeric_limits<double>::quiet_NaN();
  if (x <= 0) {  // reflection; a pole at each integer
    if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
    if (x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
    return digamma_of(1 - x) - pi / std::tan(pi * (x - std::floor(x)));
  }
  double result = 0;
  for (; x < 10; x += 1) result -= 1 / x;
  const double inverse_square = 1 / (x * x);
  double power = inverse_square, tail = 0;
  for (int k = 0; k < 8; ++k, power *= inverse_square) tail += bernoulli[k] / (2 * (k + 1)) * power;
  return result + std::log(x) - 0.5 / x - tail;
}

// (-1)^(n+1) n! zeta(n + 1, x) for n >= 1: terms up to x >= 10 + n, then the asymptotic series.
double polygamma_of(int n, double x) {
  if (n == 0) return digamma_of(x);
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  if (std::isnan(x)) return x;
  if (x <= 0 && x == std::floor(x)) return n % 2 ? inf : nan;
  if (x < -1000) {  // far from the origin only the reflection of order 1 is short enough to be worth having
    if (n > 1) return nan;
    const double s = std::sin(pi * (x - std::floor(x)));
    return pi * pi / (s * s) - polygamma_of(1, 1 - x);
  }
  double sum = 0;
  for (; x < 10 + n; x += 1) sum += std::pow(x, -n - 1);
  sum += std::pow(x, -n) / n + 0.5 * std::pow(x, -n - 1);
  double factor = (n + 1) / 2.0;  // (n + 2k - 1)! / (n! (2k)!) at k = 1
  for (int k = 1; k <= 8; ++k) {
    sum += bernoulli[k - 1] * factor * std::pow(x, -n - 2 * k);
    factor *= static_cast<double>(n + 2 * k) * (n + 2 * k + 1) / ((2.0 * k + 1) * (2 * k + 2));
  }
  return (n % 2 ? 1 : -1) * std::tgamma(n + 1.0) * sum;
}

template <rules::Name N>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, N.str());
  rules::expect_floating(in[0], N.str());
  return {in[0]};
}

template <class F>
void kernel(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) { reference::map1<decltype(zero), decltype(zero)>(args, F{}); });
}

void polygamma_kernel(const KernelArgs& args) {
  const int n = static_cast<int>(args.node->attrs.integer("n"));
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    reference::map1<decltype(zero), decltype(zero)>(args, [n](auto x) { return polygamma_of(n, static_cast<double>(x)); });
  });
}

Tensor polygamma(std::int64_t n, const Tensor& x) { return apply("polygamma", {x}, {{"n", n}}); }

Tensor bell(const GradientArgs& args, double sign_of) {
  const Tensor& x = args.in[0];
  return args.cotangents[0] * (rules::scalar(sign_of * 2 / std::sqrt(pi), x) * exp(-square(x)));
}

template <rules::Name N, class F>
void row(F, std::vector<Tensor> (*gradient)(const GradientArgs&)) {
  register_op({.name = N.str(), .infer = infer<N>, .gradient = gradient, .reference = kernel<F>, .elementwise = true});
}

}  // namespace

void register_special() {
  row<"erf">([](auto x) { return std::erf(x); }, [](const GradientArgs& args) -> std::vector<Tensor> { return {bell(args, 1)}; });
  row<"erfc">([](auto x) { return std::erfc(x); }, [](const GradientArgs& args) -> std::vector<Tensor> { return {bell(args, -1)}; });
  row<"lgamma">([](auto x) { return log_gamma(static_cast<double>(x)); },
                [](const GradientArgs& args) -> std::vector<Tensor> { return {args.cotangents[0] * digamma(args.in[0])}; });
  register_op({.name = "polygamma",
               .infer = infer<"polygamma">,
               .gradient = [](const GradientArgs& args) -> std::vector<Tensor> {
                 return {args.cotangents[0] * polygamma(args.node.attrs.integer("n") + 1, args.in[0])};
               },
               .reference = polygamma_kernel,
               .elementwise = true});
}

Tensor erf(const Tensor& x) { return apply("erf", {x}); }
Tensor erfc(const Tensor& x) { return apply("erfc", {x}); }
Tensor lgamma(const Tensor& x) { return apply("lgamma", {x}); }
Tensor digamma(const Tensor& x) { return polygamma(0, x); }

}  // namespace candor
