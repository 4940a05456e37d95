// Rounding of f32 numbers to bf16 at random, so that what is added up over many steps keeps its mean: the noise is a hash of step, parameter and
// element, the same for any number of threads.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace candor {

/// A mixing of 32 bits in which each bit of the result depends on all (the constants of C. Wellons' search for hashes of low bias).
constexpr std::uint32_t scattered(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

inline constexpr std::uint32_t noise_factor = 0x9e3779b1u;  ///< odd: neighbours lie far apart

/// Of one step, counted from 1, and one parameter.
inline std::uint32_t noise_key(double step, std::size_t parameter) {
  return scattered(scattered(static_cast<std::uint32_t>(static_cast<std::int64_t>(step))) + static_cast<std::uint32_t>(parameter));
}
/// Of one of its elements: 16 bits for a first state and 16 for a second.
constexpr std::uint32_t noise(std::uint32_t key, std::uint32_t element) { return scattered(element * noise_factor ^ key); }

/// The bits of a bf16 below or above `x`, above as often as `x` is near it: `noise16`, below 2^16, decides. Infinity and what is no number stay.
inline std::uint16_t rounded_by(float x, std::uint32_t noise16) {
  if (std::isnan(x)) return 0x7fc0;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return static_cast<std::uint16_t>((std::isinf(x) ? bits : bits + noise16) >> 16);
}

}  // namespace candor
