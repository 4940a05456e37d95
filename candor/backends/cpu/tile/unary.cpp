// Vector forms of functions of one operand.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/tile/unary.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "candor/backends/cpu/math.h"
#include "candor/backends/cpu/tile/functions.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using tile::Instruction;

struct Named {
  const char* name;
  tile::Function run;
};

// One loop for each function. A scalar operand (then the result is one element too) is spread over one group first.
template <class T, class F>
void map(const Instruction& in, void* const* slots, std::size_t n) {
  const hn::ScalableTag<T> d;
  const T* HWY_RESTRICT x = static_cast<const T*>(slots[in.in[0]]);
  T* out = static_cast<T*>(slots[in.out]);
  alignas(64) T spread[tile::group];
  if (in.scalars) {
    for (T& element : spread) element = *x;
    x = spread;
  }
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(F::of(d, hn::LoadU(d, x + i), in), d, out + i);
}

#define CANDOR_UNARY(name, expression)                              \
  struct name##_f {                                                 \
    template <class D, class V>                                     \
    static HWY_INLINE V of(D d, V x, const Instruction& in) {       \
      (void)d, (void)in;                                            \
      return expression;                                            \
    }                                                               \
  };

CANDOR_UNARY(negative, hn::Neg(x))
CANDOR_UNARY(abs, hn::Abs(x))
CANDOR_UNARY(square, hn::Mul(x, x))
CANDOR_UNARY(sqrt, hn::Sqrt(x))
CANDOR_UNARY(rsqrt, hn::Div(hn::Set(d, 1.f), hn::Sqrt(x)))
CANDOR_UNARY(reciprocal, hn::Div(hn::Set(d, 1.f), x))
CANDOR_UNARY(exp, exp(d, x))
CANDOR_UNARY(expm1, expm1(d, x))
CANDOR_UNARY(log, log(d, x))
CANDOR_UNARY(log1p, log1p(d, x))
CANDOR_UNARY(sin, sin(d, x))
CANDOR_UNARY(cos, cos(d, x))
CANDOR_UNARY(tan, tan(d, x))
CANDOR_UNARY(tanh, tanh(d, x))
CANDOR_UNARY(erf, erf(d, x))
CANDOR_UNARY(sigmoid, sigmoid(d, x))
CANDOR_UNARY(floor, hn::Floor(x))
CANDOR_UNARY(ceil, hn::Ceil(x))
CANDOR_UNARY(round, hn::Round(x))
CANDOR_UNARY(trunc, hn::Trunc(x))
CANDOR_UNARY(relu, hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x))
CANDOR_UNARY(gelu, gelu(d, x))
CANDOR_UNARY(gelu_tanh, gelu_tanh(d, x))
CANDOR_UNARY(gelu_tanh_slope, gelu_tanh_slope(d, x))
// In `high` is 1 / beta: log(1 + exp(beta x)) / beta.
CANDOR_UNARY(softplus, hn::Mul(softplus(d, hn::Mul(x, hn::Set(d, in.low))), hn::Set(d, in.high)))
// NaN stays.
CANDOR_UNARY(sign, hn::IfThenElse(hn::Gt(hn::Abs(x), hn::Zero(d)), hn::CopySign(hn::Set(d, 1.f), x), x))
CANDOR_UNARY(isfinite, hn::VecFromMask(d, hn::IsFinite(x)))
CANDOR_UNARY(isnan, hn::VecFromMask(d, hn::IsNaN(x)))
CANDOR_UNARY(invert, hn::Not(x))

// low < x < high with the bounds as they are; NaN stays.
template <class D, class V, class T>
HWY_INLINE V clipped(D d, V x, T low, T high) {
  const V l = hn::Set(d, low), h = hn::Set(d, high);
  x = hn::IfThenElse(hn::Lt(x, l), l, x);
  return hn::IfThenElse(hn::Gt(x, h), h, x);
}
CANDOR_UNARY(clip, clipped(d, x, in.low, in.high))
#undef CANDOR_UNARY

tile::Function find_unary_f32(std::string_view op) {
#define CANDOR_ROW(name) {#name, map<float, name##_f>}
  static constexpr Named rows[] = {
      CANDOR_ROW(negative), CANDOR_ROW(abs), CANDOR_ROW(square), CANDOR_ROW(sqrt), CANDOR_ROW(rsqrt), CANDOR_ROW(reciprocal), CANDOR_ROW(exp),
      CANDOR_ROW(expm1), CANDOR_ROW(log), CANDOR_ROW(log1p), CANDOR_ROW(sin), CANDOR_ROW(cos), CANDOR_ROW(tan), CANDOR_ROW(tanh), CANDOR_ROW(erf),
      CANDOR_ROW(sigmoid), CANDOR_ROW(floor), CANDOR_ROW(ceil), CANDOR_ROW(round), CANDOR_ROW(trunc), CANDOR_ROW(relu), CANDOR_ROW(softplus), CANDOR_ROW(gelu), CANDOR_ROW(gelu_tanh), CANDOR_ROW(gelu_tanh_slope),
      CANDOR_ROW(sign), CANDOR_ROW(isfinite), CANDOR_ROW(isnan), CANDOR_ROW(clip)};
#undef CANDOR_ROW
  for (const Named& row : rows)
    if (op == row.name) return row.run;
  return nullptr;
}

tile::Function find_unary_i32(std::string_view op) {
  if (op == "negative") return map<std::int32_t, negative_f>;
  if (op == "abs") return map<std::int32_t, abs_f>;
  if (op == "square") return map<std::int32_t, square_f>;
  return nullptr;
}

tile::Function find_unary_mask(std::string_view op) { return op == "logical_not" ? map<std::int32_t, invert_f> : nullptr; }

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
tile::Function tile::find_unary(std::string_view op, Kind in) {
  if (in == Kind::f32) return CANDOR_PICK(find_unary_f32)(op);
  if (in == Kind::i32) return CANDOR_PICK(find_unary_i32)(op);
  if (in == Kind::mask) return CANDOR_PICK(find_unary_mask)(op);
  return nullptr;
}
}  // namespace candor::cpu
#endif
