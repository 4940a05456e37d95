// Arithmetic, comparison and conversion of f64 and i64 registers. Plain loops, vectorised by the compiler for each target.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/tile/wide.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <cmath>
#include <type_traits>

#include "candor/backends/cpu/tile/functions.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using tile::Instruction;

// Scalars on either side; two of them make one element, of which n equal ones are written.
template <class T, class Out, class F>
void wide2(const Instruction& in, void* const* slots, std::size_t n) {
  const T *a = static_cast<const T*>(slots[in.in[0]]), *b = static_cast<const T*>(slots[in.in[1]]);
  Out* out = static_cast<Out*>(slots[in.out]);
  const T first_a = *a, first_b = *b;
  switch (in.scalars & 3) {
    case 0: for (std::size_t i = 0; i < n; ++i) out[i] = F::of(a[i], b[i]); break;
    case 1: for (std::size_t i = 0; i < n; ++i) out[i] = F::of(first_a, b[i]); break;
    case 2: for (std::size_t i = 0; i < n; ++i) out[i] = F::of(a[i], first_b); break;
    default: for (std::size_t i = 0; i < n; ++i) out[i] = F::of(first_a, first_b); break;
  }
}
template <class From, class To, class F>
void wide1(const Instruction& in, void* const* slots, std::size_t n) {
  const From* x = static_cast<const From*>(slots[in.in[0]]);
  To* out = static_cast<To*>(slots[in.out]);
  if (in.scalars) {
    const From first = *x;
    for (std::size_t i = 0; i < n; ++i) out[i] = F::of(first);
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = F::of(x[i]);
  }
}

// Integers wrap around, as the reference's do: unsigned sums.
template <class F>
HWY_INLINE std::int64_t wrapped(std::int64_t a, std::int64_t b, F f) { return static_cast<std::int64_t>(f(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b))); }
struct WideAdd {
  static HWY_INLINE double of(double a, double b) { return a + b; }
  static HWY_INLINE std::int64_t of(std::int64_t a, std::int64_t b) { return wrapped(a, b, [](auto x, auto y) { return x + y; }); }
};
struct WideSubtract {
  static HWY_INLINE double of(double a, double b) { return a - b; }
  static HWY_INLINE std::int64_t of(std::int64_t a, std::int64_t b) { return wrapped(a, b, [](auto x, auto y) { return x - y; }); }
};
struct WideMultiply {
  static HWY_INLINE double of(double a, double b) { return a * b; }
  static HWY_INLINE std::int64_t of(std::int64_t a, std::int64_t b) { return wrapped(a, b, [](auto x, auto y) { return x * y; }); }
};
struct WideDivide { static HWY_INLINE double of(double a, double b) { return a / b; } };
struct WideMaximum { template <class T> static HWY_INLINE T of(T a, T b) { return a != a ? a : a > b ? a : b; } };
struct WideMinimum { template <class T> static HWY_INLINE T of(T a, T b) { return a != a ? a : a < b ? a : b; } };
struct WideEqual { template <class T> static HWY_INLINE std::int32_t of(T a, T b) { return a == b ? -1 : 0; } };
struct WideNotEqual { template <class T> static HWY_INLINE std::int32_t of(T a, T b) { return a == b ? 0 : -1; } };
struct WideLess { template <class T> static HWY_INLINE std::int32_t of(T a, T b) { return a < b ? -1 : 0; } };
struct WideLessEqual { template <class T> static HWY_INLINE std::int32_t of(T a, T b) { return a <= b ? -1 : 0; } };
struct WideGreater { template <class T> static HWY_INLINE std::int32_t of(T a, T b) { return a > b ? -1 : 0; } };
struct WideGreaterEqual { template <class T> static HWY_INLINE std::int32_t of(T a, T b) { return a >= b ? -1 : 0; } };
struct WideNegative { static HWY_INLINE double of(double x) { return -x; } };
struct WideSquare { static HWY_INLINE double of(double x) { return x * x; } };
struct WideSqrt { static HWY_INLINE double of(double x) { return std::sqrt(x); } };
struct WideRelu { static HWY_INLINE double of(double x) { return x < 0 ? 0 : x; } };
struct WideReciprocal { static HWY_INLINE double of(double x) { return 1 / x; } };
template <class To> struct WideCast { template <class From> static HWY_INLINE To of(From x) { return static_cast<To>(x); } };
template <class To> struct MaskCast { static HWY_INLINE To of(std::int32_t x) { return static_cast<To>(x & 1); } };

void wide_select(const Instruction& in, void* const* slots, std::size_t n) {
  const auto* c = static_cast<const std::int32_t*>(slots[in.in[0]]);
  const auto *a = static_cast<const std::int64_t*>(slots[in.in[1]]), *b = static_cast<const std::int64_t*>(slots[in.in[2]]);
  auto* out = static_cast<std::int64_t*>(slots[in.out]);
  const std::size_t sc = in.scalars & 1 ? 0 : 1, sa = in.scalars & 2 ? 0 : 1, sb = in.scalars & 4 ? 0 : 1;
  for (std::size_t i = 0; i < n; ++i) out[i] = c[i * sc] ? a[i * sa] : b[i * sb];
}

struct NamedWide {
  const char* name;
  tile::Function of_double, of_integer;
};
template <std::size_t N>
tile::Function find_in(const NamedWide (&rows)[N], std::string_view op, bool integer) {
  for (const NamedWide& row : rows)
    if (op == row.name) return integer ? row.of_integer : row.of_double;
  return nullptr;
}

using I = std::int64_t;
using M = std::int32_t;

tile::Function find_wide2(std::string_view op, bool integer) {
  static constexpr NamedWide rows[] = {{"add", wide2<double, double, WideAdd>, wide2<I, I, WideAdd>},
                                       {"subtract", wide2<double, double, WideSubtract>, wide2<I, I, WideSubtract>},
                                       {"multiply", wide2<double, double, WideMultiply>, wide2<I, I, WideMultiply>},
                                       {"divide", wide2<double, double, WideDivide>, nullptr},
                                       {"maximum", wide2<double, double, WideMaximum>, wide2<I, I, WideMaximum>},
                                       {"minimum", wide2<double, double, WideMinimum>, wide2<I, I, WideMinimum>},
                                       {"equal", wide2<double, M, WideEqual>, wide2<I, M, WideEqual>},
                                       {"not_equal", wide2<double, M, WideNotEqual>, wide2<I, M, WideNotEqual>},
                                       {"less", wide2<double, M, WideLess>, wide2<I, M, WideLess>},
                                       {"less_equal", wide2<double, M, WideLessEqual>, wide2<I, M, WideLessEqual>},
                                       {"greater", wide2<double, M, WideGreater>, wide2<I, M, WideGreater>},
                                       {"greater_equal", wide2<double, M, WideGreaterEqual>, wide2<I, M, WideGreaterEqual>}};
  return find_in(rows, op, integer);
}
tile::Function find_wide1(std::string_view op, bool integer) {
  static constexpr NamedWide rows[] = {{"negative", wide1<double, double, WideNegative>, nullptr}, {"square", wide1<double, double, WideSquare>, nullptr},
                                       {"sqrt", wide1<double, double, WideSqrt>, nullptr},         {"relu", wide1<double, double, WideRelu>, nullptr},
                                       {"reciprocal", wide1<double, double, WideReciprocal>, nullptr}};
  return find_in(rows, op, integer);
}
tile::Function find_wide_where() { return wide_select; }

// The conversions that cannot go out of range; the others are left to the reference, which says what happens then.
tile::Function find_wide_cast(DType from, DType to) {
  if (from == DType::f32 && to == DType::f64) return wide1<float, double, WideCast<double>>;
  if (from == DType::f64 && to == DType::f32) return wide1<double, float, WideCast<float>>;
  if (from == DType::i32 && to == DType::f64) return wide1<M, double, WideCast<double>>;
  if (from == DType::i32 && to == DType::i64) return wide1<M, I, WideCast<I>>;
  if (from == DType::i64 && to == DType::i32) return wide1<I, M, WideCast<M>>;
  if (from == DType::i64 && to == DType::f32) return wide1<I, float, WideCast<float>>;
  if (from == DType::i64 && to == DType::f64) return wide1<I, double, WideCast<double>>;
  if (from == DType::boolean && to == DType::f64) return wide1<M, double, MaskCast<double>>;
  if (from == DType::boolean && to == DType::i64) return wide1<M, I, MaskCast<I>>;
  return nullptr;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::tile {

Function find_wide(std::string_view op, DType dtype, std::size_t operands) {
  const bool integer = dtype == DType::i64;
  return operands == 2 ? CANDOR_PICK(find_wide2)(op, integer) : CANDOR_PICK(find_wide1)(op, integer);
}
Function find_wide_select() { return CANDOR_PICK(find_wide_where)(); }
Function find_wide_conversion(DType from, DType to) { return CANDOR_PICK(find_wide_cast)(from, to); }

}  // namespace candor::cpu::tile
#endif
