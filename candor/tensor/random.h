// Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). Every number is a function of (seed, stream, index) alone: no state, any order, any number of threads.
#pragma once

#include <array>
#include <cstdint>

#include "candor/tensor/tensor.h"

namespace candor {

/// One Philox 4x32-10 block: 128 random bits for a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A stream of random numbers. `seed` names the experiment, `stream` the use within it (a layer, a shuffle, a step).
struct RandomStream {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;

  /// 32 random bits number `index`.
  std::uint32_t bits(std::uint64_t index) const;
  /// Four consecutive bits(4 * block) ... bits(4 * block + 3).
  std::array<std::uint32_t, 4> block(std::uint64_t block) const;
  /// Uniform in [0, 1), 24 bits.
  float uniform(std::uint64_t index) const;
  /// Standard normal (Box-Muller on two 32-bit numbers).
  float normal(std::uint64_t index) const;
  /// Uniform in [0, bound), bound >= 1; multiply-shift, bias below 2^-32 * bound.
  std::uint64_t below(std::uint64_t index, std::uint64_t bound) const;
  /// A stream derived from this one; different `salt`s give independent streams.
  RandomStream derived(std::uint64_t salt) const;
};

namespace detail {
/// Uniform in [0,1) from 32 bits, and a standard normal from two numbers: the forms that kernels share with RandomStream.
float uniform_from_bits(std::uint32_t bits);
float normal_from_bits(std::uint32_t a, std::uint32_t b);
}  // namespace detail

/// Uniform in [low, high), normal, and normal cut off at two deviations (drawn again beyond, as Keras does).
Tensor random_uniform(const Shape& shape, float low, float high, RandomStream stream);
Tensor random_normal(const Shape& shape, float mean, float deviation, RandomStream stream);
Tensor random_truncated_normal(const Shape& shape, float mean, float deviation, RandomStream stream);
/// Each element true with `probability` in [0, 1].
Tensor random_bernoulli(const Shape& shape, float probability, RandomStream stream);

/// A permutation of [0, n) that can be asked at any place without building it: a Feistel network over the next power of
/// four with cycle walking. at(i) is a bijection for each (seed, stream).
class Permutation {
 public:
  Permutation(std::uint64_t n, RandomStream stream);
  std::uint64_t at(std::uint64_t i) const;
  std::uint64_t size() const { return n_; }

 private:
  std::uint64_t n_;
  int half_bits_;
  std::array<std::uint32_t, 6> keys_;
};

}  // namespace candor
