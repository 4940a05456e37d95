// Copies of elements between strided places, whatever their dtype. Internal to the ops' .cpp files.
#pragma once

#include <cstddef>
#include <cstring>

#include "candor/ops/reference.h"

namespace candor::reference {

template <std::size_t Width>
void move_elements(const Nest<2>& nest, std::byte* out, const std::byte* in) {
  nest.rows([&](const auto& at, const auto& step, std::int64_t count) {
    constexpr auto width = static_cast<std::int64_t>(Width);
    std::byte* to = out + at[0] * width;
    const std::byte* from = in + at[1] * width;
    if (step[0] == 1 && step[1] == 1) {
      std::memcpy(to, from, static_cast<std::size_t>(count) * Width);
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) std::memcpy(to + i * step[0] * width, from + i * step[1] * width, Width);
  });
}

/// Copies along `nest`, whose offsets are (output, input) in elements from the given first elements.
inline void move_elements(DType dtype, const Nest<2>& nest, void* out, const void* in, std::int64_t first_out = 0, std::int64_t first_in = 0) {
  const std::size_t width = size_of(dtype);
  std::byte* to = static_cast<std::byte*>(out) + first_out * static_cast<std::int64_t>(width);
  const std::byte* from = static_cast<const std::byte*>(in) + first_in * static_cast<std::int64_t>(width);
  switch (width) {
    case 1: return move_elements<1>(nest, to, from);
    case 2: return move_elements<2>(nest, to, from);
    case 4: return move_elements<4>(nest, to, from);
    default: return move_elements<8>(nest, to, from);
  }
}

}  // namespace candor::reference
