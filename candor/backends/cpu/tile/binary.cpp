// Vector forms of functions of two operands, comparisons and `where`.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/tile/binary.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "candor/backends/cpu/tile/functions.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using tile::Instruction;

// Bit i of `scalars`: operand i is one element. Two scalars give one element and are read as (vector, scalar).
template <class T, class F, unsigned scalars>
void map2(const Instruction& in, void* const* slots, std::size_t n) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const T *a = static_cast<const T*>(slots[in.in[0]]), *b = static_cast<const T*>(slots[in.in[1]]);
  T* out = static_cast<T*>(slots[in.out]);
  V va = hn::Set(d, scalars & 1 ? *a : T{}), vb = hn::Set(d, scalars & 2 ? *b : T{});
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    if constexpr ((scalars & 1) == 0) va = hn::LoadU(d, a + i);
    if constexpr ((scalars & 2) == 0) vb = hn::LoadU(d, b + i);
    hn::StoreU(F::of(d, va, vb), d, out + i);
  }
}

#define CANDOR_BINARY(name, expression)                    \
  struct name##_f {                                        \
    template <class D, class V>                            \
    static HWY_INLINE V of(D d, V a, V b) {                \
      (void)d;                                             \
      return expression;                                   \
    }                                                      \
  };
CANDOR_BINARY(add, hn::Add(a, b))
CANDOR_BINARY(subtract, hn::Sub(a, b))
CANDOR_BINARY(multiply, hn::Mul(a, b))
CANDOR_BINARY(divide, hn::Div(a, b))
// NaN wins on either side.
CANDOR_BINARY(maximum, hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Gt(a, b), a, b)))
CANDOR_BINARY(minimum, hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Lt(a, b), a, b)))
CANDOR_BINARY(larger, hn::Max(a, b))
CANDOR_BINARY(smaller, hn::Min(a, b))
CANDOR_BINARY(equal, hn::VecFromMask(d, hn::Eq(a, b)))
// Not hn::Ne, which is false for NaN on some instruction sets.
CANDOR_BINARY(not_equal, hn::Not(hn::VecFromMask(d, hn::Eq(a, b))))
CANDOR_BINARY(less, hn::VecFromMask(d, hn::Lt(a, b)))
CANDOR_BINARY(less_equal, hn::VecFromMask(d, hn::Le(a, b)))
CANDOR_BINARY(greater, hn::VecFromMask(d, hn::Gt(a, b)))
CANDOR_BINARY(greater_equal, hn::VecFromMask(d, hn::Ge(a, b)))
CANDOR_BINARY(not_greater, hn::Not(hn::VecFromMask(d, hn::Gt(a, b))))
CANDOR_BINARY(not_less, hn::Not(hn::VecFromMask(d, hn::Lt(a, b))))
CANDOR_BINARY(logical_and, hn::And(a, b))
CANDOR_BINARY(logical_or, hn::Or(a, b))
CANDOR_BINARY(logical_xor, hn::Xor(a, b))
#undef CANDOR_BINARY

template <unsigned scalars>
void select(const Instruction& in, void* const* slots, std::size_t n) {
  const hn::ScalableTag<std::int32_t> d;
  using V = hn::Vec<decltype(d)>;
  using T = std::int32_t;
  const T *c = static_cast<const T*>(slots[in.in[0]]), *a = static_cast<const T*>(slots[in.in[1]]), *b = static_cast<const T*>(slots[in.in[2]]);
  T* out = static_cast<T*>(slots[in.out]);
  V vc = hn::Set(d, scalars & 1 ? *c : T{}), va = hn::Set(d, scalars & 2 ? *a : T{}), vb = hn::Set(d, scalars & 4 ? *b : T{});
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    if constexpr ((scalars & 1) == 0) vc = hn::LoadU(d, c + i);
    if constexpr ((scalars & 2) == 0) va = hn::LoadU(d, a + i);
    if constexpr ((scalars & 4) == 0) vb = hn::LoadU(d, b + i);
    hn::StoreU(hn::IfVecThenElse(vc, va, vb), d, out + i);
  }
}

// A repeated element is stored n times, a register copied.
template <class T>
void copy(const Instruction& in, void* const* slots, std::size_t n) {
  const T* x = static_cast<const T*>(slots[in.in[0]]);
  T* out = static_cast<T*>(slots[in.out]);
  if (in.scalars) {
    const T element = *x;
    for (std::size_t i = 0; i < n; ++i) out[i] = element;
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = x[i];
  }
}

struct NamedBinary {
  const char* name;
  tile::Function run[4];
};
#define CANDOR_FORMS(T, name) {map2<T, name##_f, 0>, map2<T, name##_f, 1>, map2<T, name##_f, 2>, map2<T, name##_f, 3>}
#define CANDOR_ROW(T, name) {#name, CANDOR_FORMS(T, name)}

template <std::size_t N>
tile::Function lookup(const NamedBinary (&rows)[N], std::string_view op, unsigned scalars) {
  for (const NamedBinary& row : rows)
    if (op == row.name) return row.run[scalars & 3];
  return nullptr;
}

tile::Function find_binary_f32(std::string_view op, unsigned scalars) {
  static constexpr NamedBinary rows[] = {CANDOR_ROW(float, add), CANDOR_ROW(float, subtract), CANDOR_ROW(float, multiply), CANDOR_ROW(float, divide),
                                         CANDOR_ROW(float, maximum), CANDOR_ROW(float, minimum)};
  return lookup(rows, op, scalars);
}
tile::Function find_compare_f32(std::string_view op, unsigned scalars) {
  static constexpr NamedBinary rows[] = {CANDOR_ROW(float, equal), CANDOR_ROW(float, not_equal), CANDOR_ROW(float, less), CANDOR_ROW(float, less_equal),
                                         CANDOR_ROW(float, greater), CANDOR_ROW(float, greater_equal)};
  return lookup(rows, op, scalars);
}
tile::Function find_binary_i32(std::string_view op, unsigned scalars) {
  static constexpr NamedBinary rows[] = {CANDOR_ROW(std::int32_t, add), CANDOR_ROW(std::int32_t, subtract), CANDOR_ROW(std::int32_t, multiply),
                                         {"maximum", CANDOR_FORMS(std::int32_t, larger)}, {"minimum", CANDOR_FORMS(std::int32_t, smaller)}};
  return lookup(rows, op, scalars);
}
tile::Function find_compare_i32(std::string_view op, unsigned scalars) {
  static constexpr NamedBinary rows[] = {CANDOR_ROW(std::int32_t, equal), CANDOR_ROW(std::int32_t, not_equal), CANDOR_ROW(std::int32_t, less),
                                         CANDOR_ROW(std::int32_t, greater), {"less_equal", CANDOR_FORMS(std::int32_t, not_greater)},
                                         {"greater_equal", CANDOR_FORMS(std::int32_t, not_less)}};
  return lookup(rows, op, scalars);
}
tile::Function find_logic(std::string_view op, unsigned scalars) {
  // true is -1 as an integer: equality is the integers', the order is not, and is left to the reference.
  static constexpr NamedBinary rows[] = {CANDOR_ROW(std::int32_t, logical_and), CANDOR_ROW(std::int32_t, logical_or), CANDOR_ROW(std::int32_t, logical_xor),
                                         CANDOR_ROW(std::int32_t, equal), CANDOR_ROW(std::int32_t, not_equal)};
  return lookup(rows, op, scalars);
}
tile::Function find_select(unsigned scalars) {
  static constexpr tile::Function forms[] = {select<0>, select<1>, select<2>, select<3>, select<4>, select<5>, select<6>, select<7>};
  return forms[scalars & 7];
}
tile::Function find_copy_of(bool wide) { return wide ? copy<std::int64_t> : copy<std::int32_t>; }
#undef CANDOR_ROW
#undef CANDOR_FORMS

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::tile {

Function find_binary(std::string_view op, Kind in, unsigned scalars) {
  if (in == Kind::f32) return CANDOR_PICK(find_binary_f32)(op, scalars);
  if (in == Kind::i32) return CANDOR_PICK(find_binary_i32)(op, scalars);
  if (in == Kind::mask) return CANDOR_PICK(find_logic)(op, scalars);
  return nullptr;
}
Function find_compare(std::string_view op, Kind in, unsigned scalars) {
  if (in == Kind::f32) return CANDOR_PICK(find_compare_f32)(op, scalars);
  if (in == Kind::i32) return CANDOR_PICK(find_compare_i32)(op, scalars);
  return nullptr;
}
Function find_where(unsigned scalars) { return CANDOR_PICK(find_select)(scalars); }
Function find_copy(Kind kind) { return CANDOR_PICK(find_copy_of)(kind == Kind::wide); }

}  // namespace candor::cpu::tile
#endif
