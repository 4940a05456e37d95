#include "candor/tensor/dtype.h"

#include <array>
#include <bit>
#include <string>
#include <utility>

#include "candor/base/error.h"

namespace candor {
namespace {

struct Row {
  DType dtype;
  std::string_view name, long_name;
  std::size_t bytes;
};
constexpr std::array<Row, 9> rows{{
    {DType::f32, "f32", "float32", 4},
    {DType::f64, "f64", "float64", 8},
    {DType::bf16, "bf16", "bfloat16", 2},
    {DType::f16, "f16", "float16", 2},
    {DType::i8, "i8", "int8", 1},
    {DType::u8, "u8", "uint8", 1},
    {DType::i32, "i32", "int32", 4},
    {DType::i64, "i64", "int64", 8},
    {DType::boolean, "bool", "boolean", 1},
}};

}  // namespace

std::size_t size_of(DType dtype) { return rows[static_cast<std::size_t>(dtype)].bytes; }
std::string_view to_string(DType dtype) { return rows[static_cast<std::size_t>(dtype)].name; }

DType dtype_from_string(std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name || row.long_name == name) return row.dtype;
  fail(ErrorKind::dtype, "dtype: unknown name \"" + std::string(name) +
                             "\"; known are f32, f64, bf16, f16, i8, u8, i32, i64 and bool");
}

bool is_floating(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::bf16 || dtype == DType::f16;
}
bool is_integer(DType dtype) { return !is_floating(dtype) && dtype != DType::boolean; }

bf16_t::bf16_t(float value) {
  const std::uint32_t u = std::bit_cast<std::uint32_t>(value);
  if ((u & 0x7fffffffu) > 0x7f800000u) {
    bits = static_cast<std::uint16_t>((u >> 16) | 0x0040u);  // a NaN whose low half alone is set must stay a NaN
    return;
  }
  bits = static_cast<std::uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
}
bf16_t::operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

f16_t::f16_t(float value) {
  const std::uint32_t u = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (u >> 16) & 0x8000u;
  const std::uint32_t magnitude = u & 0x7fffffffu;
  std::uint32_t half;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u;
  } else if (magnitude >= 0x477ff000u) {  // 65520 and above round to infinity
    half = 0x7c00u;
  } else if (magnitude < 0x38800000u) {  // below 2^-14: subnormal, by an exact addition that rounds to nearest even
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u;
  } else {
    const std::uint32_t odd = (magnitude >> 13) & 1u;
    half = (magnitude - 0x38000000u + 0xfffu + odd) >> 13;
  }
  bits = static_cast<std::uint16_t>(sign | half);
}
f16_t::operator float() const {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fu, mantissa = bits & 0x3ffu;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

}  // namespace candor
