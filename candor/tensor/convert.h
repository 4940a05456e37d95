// Conversion of one element to another dtype, the same wherever it is done: Tensor::to, full, cast's reference kernel.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "candor/tensor/dtype.h"

namespace candor::detail {

template <class T> inline constexpr bool is_half = std::is_same_v<T, bf16_t> || std::is_same_v<T, f16_t>;

/// Conversion between any two element types. To integers it cuts towards zero, saturates, and NaN gives 0; to bool it asks
/// "not zero".
template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, From>) return value;
  else if constexpr (is_half<From>) return convert<To>(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, bool>) return value != From(0);
  else if constexpr (is_half<To>) return To(static_cast<float>(value));
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(value)) return To(0);
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else return static_cast<To>(value);
}

}  // namespace candor::detail
