// Conversions between registers and between registers and memory. The plain loops are vectorised by the compiler for each target.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/tile/convert.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "candor/backends/cpu/tile/functions.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using tile::Instruction;

struct FloatToInt {
  float low, high;  // the result's range, as far as f32 can say it
  template <class V>
  auto operator()(V x) const {
    const hn::ScalableTag<float> d;
    const hn::ScalableTag<std::int32_t> di;
    const auto inside = hn::Min(hn::Max(hn::IfThenElse(hn::IsNaN(x), hn::Zero(d), x), hn::Set(d, low)), hn::Set(d, high));
    // Conversion of 2^31 saturates by hand, since not every instruction set does.
    const auto y = hn::ConvertTo(di, hn::IfThenElse(hn::Ge(inside, hn::Set(d, 2147483648.f)), hn::Zero(d), inside));
    return hn::IfThenElse(hn::RebindMask(di, hn::Ge(inside, hn::Set(d, 2147483648.f))), hn::Set(di, 2147483647), y);
  }
};

template <class From, class To, class F>
HWY_INLINE void each(const Instruction& in, void* const* slots, std::size_t n, F f) {
  const hn::ScalableTag<From> d;
  const hn::ScalableTag<To> dt;
  const From* x = static_cast<const From*>(slots[in.in[0]]);
  To* out = static_cast<To*>(slots[in.out]);
  alignas(64) From spread[tile::group];
  if (in.scalars) {
    for (From& element : spread) element = *x;
    x = spread;
  }
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(f(hn::LoadU(d, x + i)), dt, out + i);
}

using I = std::int32_t;
void f32_to_i32(const Instruction& in, void* const* s, std::size_t n) { each<float, I>(in, s, n, FloatToInt{-2147483648.f, 2147483648.f}); }
void f32_to_u8(const Instruction& in, void* const* s, std::size_t n) { each<float, I>(in, s, n, FloatToInt{0.f, 255.f}); }
void f32_to_i8(const Instruction& in, void* const* s, std::size_t n) { each<float, I>(in, s, n, FloatToInt{-128.f, 127.f}); }
void f32_to_mask(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<float> d;
  each<float, float>(in, s, n, [=](auto x) { return hn::Not(hn::VecFromMask(d, hn::Eq(x, hn::Zero(d)))); });  // NaN is not zero
}
void i32_to_mask(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<I> d;
  each<I, I>(in, s, n, [=](auto x) { return hn::VecFromMask(d, hn::Ne(x, hn::Zero(d))); });
}
void i32_to_f32(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<float> d;
  each<I, float>(in, s, n, [=](auto x) { return hn::ConvertTo(d, x); });
}
void i32_to_u8(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<I> d;
  each<I, I>(in, s, n, [=](auto x) { return hn::And(x, hn::Set(d, 255)); });
}
void i32_to_i8(const Instruction& in, void* const* s, std::size_t n) {
  each<I, I>(in, s, n, [](auto x) { return hn::ShiftRight<24>(hn::ShiftLeft<24>(x)); });
}
void mask_to_f32(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<float> d;
  each<float, float>(in, s, n, [=](auto x) { return hn::And(x, hn::Set(d, 1.f)); });
}
void mask_to_i32(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<I> d;
  each<I, I>(in, s, n, [=](auto x) { return hn::And(x, hn::Set(d, 1)); });
}
// Rounds to nearest even in place, as f32; NaN stays NaN.
void f32_to_bf16(const Instruction& in, void* const* s, std::size_t n) {
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<std::uint32_t> du;
  each<float, float>(in, s, n, [=](auto x) {
    const auto bits = hn::BitCast(du, x), odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
    const auto rounded = hn::And(hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7fff))), hn::Set(du, 0xffff0000u));
    return hn::IfThenElse(hn::IsNaN(x), x, hn::BitCast(d, rounded));
  });
}

template <class From, class To>
void convert_each(const void* from, void* to, std::size_t n) {
  const From* x = static_cast<const From*>(from);
  To* out = static_cast<To*>(to);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<To>(x[i]);
}
void bytes_to_mask(const void* from, void* to, std::size_t n) {
  const auto* x = static_cast<const std::uint8_t*>(from);
  auto* out = static_cast<I*>(to);
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] ? -1 : 0;
}
void mask_to_bytes(const void* from, void* to, std::size_t n) {
  const auto* x = static_cast<const I*>(from);
  auto* out = static_cast<std::uint8_t*>(to);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(x[i] & 1);
}
// To nearest even; NaN stays NaN. Without a branch, so that the compiler takes whole vectors.
void f32_to_bf16_bits(const void* from, void* to, std::size_t n) {
  const auto* x = static_cast<const std::uint32_t*>(from);
  auto* out = static_cast<std::uint16_t*>(to);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t bits = x[i], rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
    out[i] = static_cast<std::uint16_t>((bits & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded);
  }
}
void bf16_to_f32(const void* from, void* to, std::size_t n) {
  const auto* x = static_cast<const std::uint16_t*>(from);
  auto* out = static_cast<std::uint32_t*>(to);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint32_t>(x[i]) << 16;
}

tile::Function cast_function(DType from, DType to) {
  const bool from_integer = from == DType::i32 || from == DType::u8 || from == DType::i8;
  if (from == DType::f32 || from == DType::bf16 || from == DType::f16) switch (to) {
      case DType::i32: return f32_to_i32;
      case DType::u8: return f32_to_u8;
      case DType::i8: return f32_to_i8;
      case DType::boolean: return f32_to_mask;
      case DType::bf16: return f32_to_bf16;
      default: return nullptr;
    }
  if (from_integer) switch (to) {
      case DType::f32: return i32_to_f32;
      case DType::u8: return i32_to_u8;
      case DType::i8: return i32_to_i8;
      case DType::boolean: return i32_to_mask;
      default: return nullptr;
    }
  if (from == DType::boolean) switch (to) {
      case DType::f32: case DType::bf16: case DType::f16: return mask_to_f32;
      case DType::i32: case DType::u8: case DType::i8: return mask_to_i32;
      default: return nullptr;
    }
  return nullptr;
}

tile::Convert load_function(DType from, DType as) {
  const bool floating = as == DType::f32;
  switch (from) {
    case DType::boolean: return as == from ? bytes_to_mask : floating ? convert_each<std::uint8_t, float> : nullptr;
    case DType::u8: return as == from || as == DType::i32 ? convert_each<std::uint8_t, I> : floating ? convert_each<std::uint8_t, float> : nullptr;
    case DType::i8: return as == from || as == DType::i32 ? convert_each<std::int8_t, I> : floating ? convert_each<std::int8_t, float> : nullptr;
    case DType::bf16: return as == from || floating ? bf16_to_f32 : nullptr;
    case DType::f16: return as == from || floating ? convert_each<f16_t, float> : nullptr;
    case DType::i64: return as == DType::i32 ? convert_each<std::int64_t, I> : floating ? convert_each<std::int64_t, float> : nullptr;
    case DType::f64: return floating ? convert_each<double, float> : nullptr;
    case DType::i32: return floating ? convert_each<I, float> : nullptr;
    default: return nullptr;
  }
}

tile::Convert store_function(DType to) {
  switch (to) {
    case DType::boolean: return mask_to_bytes;
    case DType::u8: return convert_each<I, std::uint8_t>;
    case DType::i8: return convert_each<I, std::int8_t>;
    case DType::bf16: return f32_to_bf16_bits;
    case DType::f16: return convert_each<float, f16_t>;
    default: return nullptr;
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::tile {

Kind kind_of(DType dtype) {
  switch (dtype) {
    case DType::boolean: return Kind::mask;
    case DType::i32: case DType::u8: case DType::i8: return Kind::i32;
    case DType::f64: case DType::i64: return Kind::wide;
    default: return Kind::f32;
  }
}

Function find_cast(DType from, DType to, bool& same) {
  same = from == to || (to == DType::f32 && kind_of(from) == Kind::f32) || (to == DType::i32 && kind_of(from) == Kind::i32);
  if (same) return nullptr;
  if (kind_of(from) == Kind::wide || kind_of(to) == Kind::wide) return find_wide_conversion(from, to);
  return CANDOR_PICK(cast_function)(from, to);
}

bool find_load(DType from, DType as, Convert& convert) {
  convert = CANDOR_PICK(load_function)(from, as);
  return convert || from == as;
}

bool find_store(DType to, Convert& convert) {
  convert = CANDOR_PICK(store_function)(to);
  return true;
}

}  // namespace candor::cpu::tile
#endif
