// Element types of tensors and the two 16-bit floating types C++20 lacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace candor {

enum class DType : std::uint8_t { f32, f64, bf16, f16, i8, u8, i32, i64, boolean };

/// Bytes of one element.
std::size_t size_of(DType dtype);
/// "f32", "f64", "bf16", "f16", "i8", "u8", "i32", "i64", "bool".
std::string_view to_string(DType dtype);
/// The inverse of to_string; also takes "float32", "int64", ... Throws Error (dtype) for an unknown name.
DType dtype_from_string(std::string_view name);
/// f32, f64, bf16 or f16.
bool is_floating(DType dtype);
/// i8, u8, i32 or i64.
bool is_integer(DType dtype);

/// Brain float: the upper half of an f32. Conversion from f32 rounds to nearest even and keeps NaN.
struct bf16_t {
  std::uint16_t bits = 0;
  bf16_t() = default;
  explicit bf16_t(float value);
  explicit operator float() const;
};

/// IEEE half precision. Conversion from f32 rounds to nearest even; overflow gives infinity.
struct f16_t {
  std::uint16_t bits = 0;
  f16_t() = default;
  explicit f16_t(float value);
  explicit operator float() const;
};

template <class T> struct DTypeOf;
template <> struct DTypeOf<float> { static constexpr DType value = DType::f32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::f64; };
template <> struct DTypeOf<bf16_t> { static constexpr DType value = DType::bf16; };
template <> struct DTypeOf<f16_t> { static constexpr DType value = DType::f16; };
template <> struct DTypeOf<std::int8_t> { static constexpr DType value = DType::i8; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = DType::u8; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = DType::i32; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = DType::i64; };
template <> struct DTypeOf<bool> { static constexpr DType value = DType::boolean; };

/// DType of a C++ type, e.g. dtype_of<float> == DType::f32.
template <class T> inline constexpr DType dtype_of = DTypeOf<T>::value;

/// Calls f(T{}) with the C++ type that stands for `dtype`.
template <class F>
decltype(auto) visit_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f64: return f(double{});
    case DType::bf16: return f(bf16_t{});
    case DType::f16: return f(f16_t{});
    case DType::i8: return f(std::int8_t{});
    case DType::u8: return f(std::uint8_t{});
    case DType::i32: return f(std::int32_t{});
    case DType::i64: return f(std::int64_t{});
    case DType::boolean: return f(bool{});
    default: return f(float{});
  }
}

}  // namespace candor
