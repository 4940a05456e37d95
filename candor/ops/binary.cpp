// Arithmetic on two tensors: rows add, subtract, multiply, divide, maximum, minimum, power, fmod, mod, arctan2.
#include <cmath>
#include <concepts>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using Gradients = std::vector<Tensor>;

// Integers wrap around: the sum is done in the unsigned type, where overflow is defined.
template <class T, class F>
T wrap(T a, T b, F f) {
  if constexpr (std::is_floating_point_v<T>) return f(a, b);
  else {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<U>(f(static_cast<U>(a), static_cast<U>(b))));
  }
}

// Towards minus infinity; x / 0 is 0, as there is no integer infinity.
template <std::integral T>
T floor_divide(T a, T b) {
  if (b == 0) return T(0);
  if constexpr (std::is_signed_v<T>)
    if (b == T(-1)) return wrap(T(0), a, [](auto x, auto y) { return x - y; });
  const T quotient = static_cast<T>(a / b);
  return static_cast<T>(quotient - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0));
}

template <std::integral T>
T integer_power(T base, T exponent) {
  if constexpr (std::is_signed_v<T>)
    if (exponent < 0) return base == 1 ? T(1) : base == T(-1) ? (exponent % 2 ? T(-1) : T(1)) : T(0);
  T result = 1;
  const auto times = [](T a, T b) { return wrap(a, b, [](auto x, auto y) { return static_cast<std::uint64_t>(x) * y; }); };
  for (; exponent > 0; exponent = static_cast<T>(exponent / 2), base = times(base, base))
    if (exponent % 2) result = times(result, base);
  return result;
}

struct Add {
  static constexpr const char* name = "add";
  template <class T> T operator()(T a, T b) const { return wrap(a, b, [](auto x, auto y) { return x + y; }); }
  static Gradients gradient(const Tensor&, const Tensor&, const Tensor&, const Tensor& ct) { return {ct, ct}; }
};
struct Subtract {
  static constexpr const char* name = "subtract";
  template <class T> T operator()(T a, T b) const { return wrap(a, b, [](auto x, auto y) { return x - y; }); }
  static Gradients gradient(const Tensor&, const Tensor&, const Tensor&, const Tensor& ct) { return {ct, -ct}; }
};
struct Multiply {
  static constexpr const char* name = "multiply";
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return a * b;
    else return wrap(a, b, [](auto x, auto y) { return static_cast<std::uint64_t>(x) * y; });
  }
  static Gradients gradient(const Tensor& a, const Tensor& b, const Tensor&, const Tensor& ct) { return {ct * b, ct * a}; }
};
struct Divide {
  static constexpr const char* name = "divide";
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return a / b;
    else return floor_divide(a, b);
  }
  static Gradients gradient(const Tensor&, const Tensor& b, const Tensor& out, const Tensor& ct) {
    const Tensor da = ct / b;
    return {da, -(da * out)};
  }
};
// 1 where the side wins, 1/2 at a tie: the subgradient that keeps max(a, b) = max(b, a).
Gradients share(const Tensor& a, const Tensor& b, const Tensor& ct, bool largest) {
  const Tensor half = ct * rules::scalar(0.5, ct), none = rules::scalar(0, ct), tie = equal(a, b), first = largest ? greater(a, b) : less(a, b);
  return {where(tie, half, where(first, ct, none)), where(tie, half, where(first, none, ct))};
}
struct Maximum {
  static constexpr const char* name = "maximum";
  template <class T> T operator()(T a, T b) const { return a != a ? a : b != b ? b : a > b ? a : b; }
  static Gradients gradient(const Tensor& a, const Tensor& b, const Tensor&, const Tensor& ct) { return share(a, b, ct, true); }
};
struct Minimum {
  static constexpr const char* name = "minimum";
  template <class T> T operator()(T a, T b) const { return a != a ? a : b != b ? b : a < b ? a : b; }
  static Gradients gradient(const Tensor& a, const Tensor& b, const Tensor&, const Tensor& ct) { return share(a, b, ct, false); }
};
struct Power {
  static constexpr const char* name = "power";
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return std::pow(a, b);
    else return integer_power(a, b);
  }
  // x^0 is flat everywhere, 0^y is flat in y: both would come out as 0 * inf.
  static Gradients gradient(const Tensor& a, const Tensor& b, const Tensor& out, const Tensor& ct) {
    const Tensor zero = rules::scalar(0, a), one = rules::scalar(1, a);
    const Tensor flat = equal(b, zero), at_zero = equal(a, zero);
    return {ct * where(flat, zero, b * power(a, where(flat, one, b - one))),
            ct * where(at_zero, zero, out * log(where(at_zero, one, a)))};
  }
};
struct Fmod {
  static constexpr const char* name = "fmod";
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return std::fmod(a, b);
    else return b == 0 || b == static_cast<T>(-1) ? (std::is_unsigned_v<T> && b != 0 ? static_cast<T>(a % b) : T(0)) : static_cast<T>(a % b);
  }
  static Gradients gradient(const Tensor& a, const Tensor& b, const Tensor&, const Tensor& ct) { return {ct, -(ct * trunc(a / b))}; }
};
struct Mod {
  static constexpr const char* name = "mod";
  template <class T> T operator()(T a, T b) const {
    const T rest = Fmod{}(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  }
  static Gradients gradient(const Tensor& a, const Tensor& b, const Tensor&, const Tensor& ct) { return {ct, -(ct * floor(a / b))}; }
};
struct Arctan2 {
  static constexpr const char* name = "arctan2";
  template <class T> T operator()(T y, T x) const { return std::atan2(y, x); }
  static Gradients gradient(const Tensor& y, const Tensor& x, const Tensor&, const Tensor& ct) {
    const Tensor scaled = ct / (square(x) + square(y));
    return {scaled * x, -(scaled * y)};
  }
};

template <class F> inline constexpr bool floating_only = std::is_same_v<F, Arctan2>;

template <class F>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 2, F::name);
  rules::expect_same_dtype(in[0], in[1], F::name);
  if constexpr (floating_only<F>) rules::expect_floating(in[0], F::name, "y");
  else rules::expect_numeric(in[0], F::name, "an operand");
  return {{broadcast(in[0].shape, in[1].shape, F::name), in[0].dtype}};
}

template <class F>
void kernel(const KernelArgs& args) {
  const auto run = [&](auto zero) { reference::map2<decltype(zero), decltype(zero)>(args, F{}); };
  if constexpr (floating_only<F>) reference::visit_floating(args.node->out[0].dtype, run);
  else reference::visit_numeric(args.node->out[0].dtype, run);
}

template <class F>
std::vector<Tensor> gradient(const GradientArgs& args) {
  std::vector<Tensor> both = F::gradient(args.in[0], args.in[1], args.out[0], args.cotangents[0]);
  for (std::size_t i = 0; i < 2; ++i) both[i] = args.wanted[i] ? sum_to(both[i], args.in[i].shape()) : Tensor();
  return both;
}

template <class F>
void add_row() {
  register_op({.name = F::name, .infer = infer<F>, .gradient = gradient<F>, .reference = kernel<F>, .elementwise = true});
}

template <class F>
Tensor call(Tensor a, Tensor b) {
  static const Op& row = op(F::name);
  rules::promote(a, b, F::name);
  const Tensor in[] = {std::move(a), std::move(b)};
  return apply(row, in);
}

}  // namespace

void register_binary() {
  add_row<Add>(), add_row<Subtract>(), add_row<Multiply>(), add_row<Divide>();
  add_row<Maximum>(), add_row<Minimum>(), add_row<Power>(), add_row<Fmod>(), add_row<Mod>(), add_row<Arctan2>();
}

Tensor add(const Tensor& a, const Tensor& b) { return call<Add>(a, b); }
Tensor subtract(const Tensor& a, const Tensor& b) { return call<Subtract>(a, b); }
Tensor multiply(const Tensor& a, const Tensor& b) { return call<Multiply>(a, b); }
Tensor divide(const Tensor& a, const Tensor& b) { return call<Divide>(a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return call<Maximum>(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return call<Minimum>(a, b); }
Tensor power(const Tensor& a, const Tensor& b) { return call<Power>(a, b); }
Tensor fmod(const Tensor& a, const Tensor& b) { return call<Fmod>(a, b); }
Tensor mod(const Tensor& a, const Tensor& b) { return call<Mod>(a, b); }
Tensor arctan2(const Tensor& y, const Tensor& x) { return call<Arctan2>(y, x); }

}  // namespace candor
