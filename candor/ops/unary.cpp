// Functions of one tensor, element by element.
#include <cmath>
#include <numbers>

#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

Tensor number(double value, const Tensor& like) { return rules::scalar(value, like); }

template <rules::Name N, bool integers, bool gives_bool>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, N.str());
  if constexpr (gives_bool) return {{in[0].shape, DType::boolean}};
  if constexpr (integers) rules::expect_numeric(in[0], N.str());
  else rules::expect_floating(in[0], N.str());
  return {in[0]};
}

template <class F>
void kernel(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) { reference::map1<decltype(zero), decltype(zero)>(args, F{}); });
}
template <class F>
void numeric_kernel(const KernelArgs& args) {
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) { reference::map1<decltype(zero), decltype(zero)>(args, F{}); });
}
template <class F>
void test_kernel(const KernelArgs& args) {
  visit_dtype(args.node->in[0].dtype, [&](auto zero) { reference::map1<bool, decltype(zero)>(args, F{}); });
}

template <class G>
std::vector<Tensor> gradient(const GradientArgs& args) { return {G{}(args.in[0], args.out[0], args.cotangents[0])}; }

// A row for floating dtypes: its function and its gradient(x, y, cotangent).
template <rules::Name N, class F, class G>
void row(F, G) {
  register_op({.name = N.str(), .infer = infer<N, false, false>, .gradient = gradient<G>, .reference = kernel<F>, .elementwise = true});
}
// A row for integers too.
template <rules::Name N, class F, class G>
void numeric_row(F, G) {
  register_op({.name = N.str(), .infer = infer<N, true, false>, .gradient = gradient<G>, .reference = numeric_kernel<F>, .elementwise = true});
}
// A step function: constant almost everywhere, so it has no gradient rule and counts as a constant.
template <rules::Name N, class F>
void step_row(F) {
  register_op({.name = N.str(), .infer = infer<N, true, false>, .reference = numeric_kernel<F>, .elementwise = true});
}
template <rules::Name N, class F>
void test_row(F) {
  register_op({.name = N.str(), .infer = infer<N, true, true>, .reference = test_kernel<F>, .elementwise = true});
}

template <class T>
T negated(T x) {
  if constexpr (std::is_floating_point_v<T>) return -x;
  else return static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(x));
}
template <class T>
T squared(T x) {
  if constexpr (std::is_floating_point_v<T>) return x * x;
  else return static_cast<T>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(x));
}
template <class T, class F>
T rounded(T x, F f) {
  if constexpr (std::is_floating_point_v<T>) return f(x);
  else return x;
}

void register_powers() {
  numeric_row<"negative">([](auto x) { return negated(x); }, [](auto&, auto&, auto& ct) { return -ct; });
  numeric_row<"abs">([](auto x) { return x < 0 ? negated(x) : x == 0 ? decltype(x)(0) : x; },
                     [](auto& x, auto&, auto& ct) { return ct * sign(x); });
  numeric_row<"square">([](auto x) { return squared(x); }, [](auto& x, auto&, auto& ct) { return ct * (number(2, x) * x); });
  row<"sqrt">([](auto x) { return std::sqrt(x); }, [](auto&, auto& y, auto& ct) { return ct / (number(2, y) * y); });
  row<"rsqrt">([](auto x) { return 1 / std::sqrt(x); },
               [](auto&, auto& y, auto& ct) { return ct * (number(-0.5, y) * y * square(y)); });
  row<"reciprocal">([](auto x) { return 1 / x; }, [](auto&, auto& y, auto& ct) { return -(ct * square(y)); });
}

void register_exponentials() {
  row<"exp">([](auto x) { return std::exp(x); }, [](auto&, auto& y, auto& ct) { return ct * y; });
  row<"expm1">([](auto x) { return std::expm1(x); }, [](auto& x, auto&, auto& ct) { return ct * exp(x); });
  row<"log">([](auto x) { return std::log(x); }, [](auto& x, auto&, auto& ct) { return ct / x; });
  row<"log1p">([](auto x) { return std::log1p(x); }, [](auto& x, auto&, auto& ct) { return ct / (x + number(1, x)); });
  row<"log2">([](auto x) { return std::log2(x); }, [](auto& x, auto&, auto& ct) { return ct / (x * number(std::numbers::ln2, x)); });
}

void register_trigonometry() {
  row<"sin">([](auto x) { return std::sin(x); }, [](auto& x, auto&, auto& ct) { return ct * cos(x); });
  row<"cos">([](auto x) { return std::cos(x); }, [](auto& x, auto&, auto& ct) { return -(ct * sin(x)); });
  row<"tan">([](auto x) { return std::tan(x); }, [](auto&, auto& y, auto& ct) { return ct * (number(1, y) + square(y)); });
  row<"arcsin">([](auto x) { return std::asin(x); }, [](auto& x, auto&, auto& ct) { return ct * rsqrt(number(1, x) - square(x)); });
  row<"arccos">([](auto x) { return std::acos(x); }, [](auto& x, auto&, auto& ct) { return -(ct * rsqrt(number(1, x) - square(x))); });
  row<"arctan">([](auto x) { return std::atan(x); }, [](auto& x, auto&, auto& ct) { return ct / (number(1, x) + square(x)); });
  row<"sinh">([](auto x) { return std::sinh(x); }, [](auto& x, auto&, auto& ct) { return ct * cosh(x); });
  row<"cosh">([](auto x) { return std::cosh(x); }, [](auto& x, auto&, auto& ct) { return ct * sinh(x); });
  row<"tanh">([](auto x) { return std::tanh(x); }, [](auto&, auto& y, auto& ct) { return ct * (number(1, y) - square(y)); });
  row<"arcsinh">([](auto x) { return std::asinh(x); }, [](auto& x, auto&, auto& ct) { return ct * rsqrt(square(x) + number(1, x)); });
  row<"arccosh">([](auto x) { return std::acosh(x); }, [](auto& x, auto&, auto& ct) { return ct * rsqrt(square(x) - number(1, x)); });
  row<"arctanh">([](auto x) { return std::atanh(x); }, [](auto& x, auto&, auto& ct) { return ct / (number(1, x) - square(x)); });
}

void register_steps() {
  step_row<"sign">([](auto x) { return x > 0 ? decltype(x)(1) : x < 0 ? static_cast<decltype(x)>(-1) : x; });
  step_row<"floor">([](auto x) { return rounded(x, [](auto v) { return std::floor(v); }); });
  step_row<"ceil">([](auto x) { return rounded(x, [](auto v) { return std::ceil(v); }); });
  step_row<"round">([](auto x) { return rounded(x, [](auto v) { return std::nearbyint(v); }); });
  step_row<"trunc">([](auto x) { return rounded(x, [](auto v) { return std::trunc(v); }); });
  test_row<"isfinite">([](auto x) { return std::isfinite(static_cast<double>(x)); });
  test_row<"isnan">([](auto x) { return x != x; });
  register_op({.name = "logical_not",
               .infer = [](std::span<const TensorType> in, const Attrs&) -> std::vector<TensorType> {
                 rules::expect_inputs(in, 1, "logical_not");
                 rules::expect_bool(in[0], "logical_not");
                 return {in[0]};
               },
               .reference = [](const KernelArgs& args) { reference::map1<bool, bool>(args, [](bool x) { return !x; }); },
               .elementwise = true});
}

template <rules::Name N>
Tensor call(const Tensor& x) {
  static const Op& known = op(N.text);
  return apply(known, std::span(&x, 1));
}

}  // namespace

void register_unary() {
  register_powers();
  register_exponentials();
  register_trigonometry();
  register_steps();
  // Slope 0 at 0. The sign of the result is that of the input, so that the input need not be kept.
  numeric_row<"relu">([](auto x) { return x < 0 ? decltype(x)(0) : x; },
                      [](auto&, auto& y, auto& ct) { return where(greater(y, number(0, y)), ct, number(0, ct)); });
  row<"sigmoid">(
      [](auto x) {
        const auto e = std::exp(-std::abs(x));  // no overflow on either side
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
      },
      [](auto&, auto& y, auto& ct) { return ct * (y * (number(1, y) - y)); });
}

Tensor negative(const Tensor& x) { return call<"negative">(x); }
Tensor abs(const Tensor& x) { return call<"abs">(x); }
Tensor sign(const Tensor& x) { return call<"sign">(x); }
Tensor square(const Tensor& x) { return call<"square">(x); }
Tensor sqrt(const Tensor& x) { return call<"sqrt">(x); }
Tensor rsqrt(const Tensor& x) { return call<"rsqrt">(x); }
Tensor reciprocal(const Tensor& x) { return call<"reciprocal">(x); }
Tensor exp(const Tensor& x) { return call<"exp">(x); }
Tensor expm1(const Tensor& x) { return call<"expm1">(x); }
Tensor log(const Tensor& x) { return call<"log">(x); }
Tensor log1p(const Tensor& x) { return call<"log1p">(x); }
Tensor log2(const Tensor& x) { return call<"log2">(x); }
Tensor sin(const Tensor& x) { return call<"sin">(x); }
Tensor cos(const Tensor& x) { return call<"cos">(x); }
Tensor tan(const Tensor& x) { return call<"tan">(x); }
Tensor arcsin(const Tensor& x) { return call<"arcsin">(x); }
Tensor arccos(const Tensor& x) { return call<"arccos">(x); }
Tensor arctan(const Tensor& x) { return call<"arctan">(x); }
Tensor sinh(const Tensor& x) { return call<"sinh">(x); }
Tensor cosh(const Tensor& x) { return call<"cosh">(x); }
Tensor tanh(const Tensor& x) { return call<"tanh">(x); }
Tensor arcsinh(const Tensor& x) { return call<"arcsinh">(x); }
Tensor arccosh(const Tensor& x) { return call<"arccosh">(x); }
Tensor arctanh(const Tensor& x) { return call<"arctanh">(x); }
Tensor floor(const Tensor& x) { return call<"floor">(x); }
Tensor ceil(const Tensor& x) { return call<"ceil">(x); }
Tensor round(const Tensor& x) { return call<"round">(x); }
Tensor trunc(const Tensor& x) { return call<"trunc">(x); }
Tensor isfinite(const Tensor& x) { return call<"isfinite">(x); }
Tensor isnan(const Tensor& x) { return call<"isnan">(x); }
Tensor logical_not(const Tensor& x) { return call<"logical_not">(x); }
Tensor relu(const Tensor& x) { return call<"relu">(x); }
Tensor sigmoid(const Tensor& x) { return call<"sigmoid">(x); }

}  // namespace candor
