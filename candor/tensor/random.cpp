#include "candor/tensor/random.h"

#include <bit>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/threads.h"

namespace candor {
namespace {

constexpr std::uint64_t splitmix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

constexpr std::uint64_t chunk = 1 << 14;  // elements a thread draws at a time

template <class Draw>
Tensor fill(const Shape& shape, Draw&& draw) {
  Tensor result = Tensor::empty(shape);
  float* out = result.mutable_data<float>();
  const auto total = static_cast<std::uint64_t>(shape.size());
  parallel_for(static_cast<std::int64_t>((total + chunk - 1) / chunk), [&](std::int64_t c) {
    const std::uint64_t begin = static_cast<std::uint64_t>(c) * chunk, end = std::min(total, begin + chunk);
    for (std::uint64_t i = begin; i < end; ++i) out[i] = draw(i);
  });
  return result;
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * c[0], b = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return c;
}

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t n) const {
  return philox({static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32), static_cast<std::uint32_t>(stream),
                 static_cast<std::uint32_t>(stream >> 32)},
                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}
std::uint32_t RandomStream::bits(std::uint64_t index) const { return block(index / 4)[index % 4]; }

float detail::uniform_from_bits(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }
float detail::normal_from_bits(std::uint32_t a, std::uint32_t b) {
  const double u = (static_cast<double>(a) + 0.5) * 0x1p-32, v = static_cast<double>(b) * 0x1p-32;
  return static_cast<float>(std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * v));
}

float RandomStream::uniform(std::uint64_t index) const { return detail::uniform_from_bits(bits(index)); }
float RandomStream::normal(std::uint64_t index) const {
  const auto four = block(index / 2);
  const std::size_t at = index % 2 * 2;
  return detail::normal_from_bits(four[at], four[at + 1]);
}
std::uint64_t RandomStream::below(std::uint64_t index, std::uint64_t bound) const {
  const auto four = block(index);
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t random = (static_cast<std::uint64_t>(four[0]) << 32) | four[1];
  return static_cast<std::uint64_t>((static_cast<Wide>(random) * bound) >> 64);
}
RandomStream RandomStream::derived(std::uint64_t salt) const { return {seed, splitmix(stream ^ splitmix(salt + 1))}; }

Tensor random_uniform(const Shape& shape, float low, float high, RandomStream stream) {
  return fill(shape, [&](std::uint64_t i) { return low + (high - low) * stream.uniform(i); });
}
Tensor random_normal(const Shape& shape, float mean, float deviation, RandomStream stream) {
  return fill(shape, [&](std::uint64_t i) { return mean + deviation * stream.normal(i); });
}
Tensor random_truncated_normal(const Shape& shape, float mean, float deviation, RandomStream stream) {
  return fill(shape, [&](std::uint64_t i) {
    float z = stream.normal(i);
    for (std::uint64_t attempt = 1; std::fabs(z) > 2.f; ++attempt) z = stream.derived(attempt).normal(i);
    return mean + deviation * z;
  });
}
Tensor random_bernoulli(const Shape& shape, float probability, RandomStream stream) {
  if (!(probability >= 0.f && probability <= 1.f))
    fail(ErrorKind::invalid_argument, "random_bernoulli: probability must lie in [0, 1], got " + std::to_string(probability));
  Tensor result = Tensor::empty(shape, DType::boolean);
  bool* out = result.mutable_data<bool>();
  for (std::int64_t i = 0, n = shape.size(); i < n; ++i) out[i] = stream.uniform(static_cast<std::uint64_t>(i)) < probability;
  return result;
}

Permutation::Permutation(std::uint64_t n, RandomStream stream) : n_(n) {
  const int bits = n > 1 ? std::bit_width(n - 1) : 1;
  half_bits_ = (bits + 1) / 2;
  for (std::size_t i = 0; i < keys_.size(); ++i) keys_[i] = stream.bits(i);
}

std::uint64_t Permutation::at(std::uint64_t i) const {
  const std::uint32_t mask = static_cast<std::uint32_t>((std::uint64_t{1} << half_bits_) - 1);
  do {
    auto left = static_cast<std::uint32_t>(i >> half_bits_), right = static_cast<std::uint32_t>(i) & mask;
    for (std::uint32_t key : keys_) {
      std::uint32_t h = (right ^ key) * 0x9E3779B1u;
      h = (h ^ (h >> 15)) * 0x85EBCA77u;
      h ^= h >> 13;
      const std::uint32_t next = left ^ (h & mask);
      left = right;
      right = next;
    }
    i = (static_cast<std::uint64_t>(left) << half_bits_) | right;
  } while (i >= n_);
  return i;
}

}  // namespace candor
