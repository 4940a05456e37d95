#include "candor/base/fingerprint.h"

#include <bit>
#include <cstddef>
#include <utility>

namespace candor {
namespace {

constexpr std::uint64_t k0 = 0xc3a5c85c97cb3127, k1 = 0xb492b66fbe98f273, k2 = 0x9ae16a3b2f90404f;

// Little endian whatever the machine is.
std::uint64_t word(const unsigned char* s, int bytes) {
  std::uint64_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | s[i];
  return value;
}
std::uint64_t word8(const unsigned char* s) { return word(s, 8); }
std::uint64_t word4(const unsigned char* s) { return word(s, 4); }
std::uint64_t mix(std::uint64_t v) { return v ^ (v >> 47); }

std::uint64_t join(std::uint64_t u, std::uint64_t v, std::uint64_t factor) {
  std::uint64_t a = (u ^ v) * factor;
  a ^= a >> 47;
  std::uint64_t b = (v ^ a) * factor;
  b ^= b >> 47;
  return b * factor;
}

std::uint64_t up_to_16(const unsigned char* s, std::size_t n) {
  if (n >= 8) {
    const std::uint64_t factor = k2 + n * 2, a = word8(s) + k2, b = word8(s + n - 8);
    return join(std::rotr(b, 37) * factor + a, (std::rotr(a, 25) + b) * factor, factor);
  }
  if (n >= 4) return join(n + (word4(s) << 3), word4(s + n - 4), k2 + n * 2);
  if (n == 0) return k2;
  const std::uint32_t y = s[0] + (static_cast<std::uint32_t>(s[n >> 1]) << 8);
  const std::uint32_t z = static_cast<std::uint32_t>(n) + (static_cast<std::uint32_t>(s[n - 1]) << 2);
  return mix(y * k2 ^ z * k0) * k2;
}

std::uint64_t up_to_32(const unsigned char* s, std::size_t n) {
  const std::uint64_t factor = k2 + n * 2, a = word8(s) * k1, b = word8(s + 8), c = word8(s + n - 8) * factor, d = word8(s + n - 16) * k2;
  return join(std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + k2, 18) + c, factor);
}

std::uint64_t up_to_64(const unsigned char* s, std::size_t n) {
  const std::uint64_t factor = k2 + n * 2, a = word8(s) * k2, b = word8(s + 8), c = word8(s + n - 8) * factor, d = word8(s + n - 16) * k2;
  const std::uint64_t y = std::rotr(a + b, 43) + std::rotr(c, 30) + d, z = join(y, a + std::rotr(b + k2, 18) + c, factor);
  const std::uint64_t e = word8(s + 16) * factor, f = word8(s + 24), g = (y + word8(s + n - 32)) * factor, h = (z + word8(s + n - 24)) * factor;
  return join(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + a, 18) + g, factor);
}

using Pair = std::pair<std::uint64_t, std::uint64_t>;
Pair weak_32(const unsigned char* s, std::uint64_t a, std::uint64_t b) {
  const std::uint64_t w = word8(s), x = word8(s + 8), y = word8(s + 16), z = word8(s + 24);
  a += w;
  b = std::rotr(b + a + z, 21);
  const std::uint64_t c = a;
  a += x + y;
  b += std::rotr(a, 44);
  return {a + z, b + c};
}

std::uint64_t longer(const unsigned char* s, std::size_t n) {
  constexpr std::uint64_t seed = 81;
  std::uint64_t x = seed, y = seed * k1 + 113, z = mix(y * k2 + 113) * k2;
  Pair v{0, 0}, w{0, 0};
  x = x * k2 + word8(s);
  const unsigned char *end = s + (n - 1) / 64 * 64, *last = end + ((n - 1) & 63) - 63;
  const auto step = [&](const unsigned char* at, std::uint64_t factor, std::uint64_t weight) {
    x = std::rotr(x + y + v.first + word8(at + 8), 37) * factor;
    y = std::rotr(y + v.second + word8(at + 48), 42) * factor;
    x ^= w.second * weight;
    y += v.first * weight + word8(at + 40);
    z = std::rotr(z + w.first, 33) * factor;
    v = weak_32(at, v.second * factor, x + w.first);
    w = weak_32(at + 32, z + w.second, y + word8(at + 16));
    std::swap(z, x);
  };
  for (; s != end; s += 64) step(s, k1, 1);
  const std::uint64_t factor = k1 + ((z & 0xff) << 1);
  w.first += (n - 1) & 63;
  v.first += w.first;
  w.first += v.first;
  step(last, factor, 9);
  return join(join(v.first, w.first, factor) + mix(y) * k0 + z, join(v.second, w.second, factor) + x, factor);
}

}  // namespace

std::uint64_t fingerprint64(std::string_view bytes) {
  const auto* s = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t n = bytes.size();
  return n <= 16 ? up_to_16(s, n) : n <= 32 ? up_to_32(s, n) : n <= 64 ? up_to_64(s, n) : longer(s, n);
}

std::uint64_t fingerprint_concat(std::uint64_t first, std::uint64_t second) {
  constexpr std::uint64_t factor = 0xc6a4a7935bd1e995;
  std::uint64_t result = first ^ factor;
  result ^= mix(second * factor) * factor;
  result *= factor;
  return mix(mix(result) * factor);
}

std::uint64_t siphash(std::array<std::uint64_t, 2> key, std::string_view bytes) {
  std::uint64_t v0 = key[0] ^ 0x736f6d6570736575, v1 = key[1] ^ 0x646f72616e646f6d, v2 = key[0] ^ 0x6c7967656e657261, v3 = key[1] ^ 0x7465646279746573;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
  };
  const auto absorb = [&](std::uint64_t m) { v3 ^= m, rounds(2), v0 ^= m; };
  const auto* s = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t whole = bytes.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) absorb(word8(s + i));
  absorb(word(s + whole, static_cast<int>(bytes.size() - whole)) | static_cast<std::uint64_t>(bytes.size()) << 56);
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

std::uint32_t murmur3(std::string_view bytes, std::uint32_t seed) {
  const auto rotated = [](std::uint32_t x, int by) { return x << by | x >> (32 - by); };
  const auto mixed = [&](std::uint32_t k) { return rotated(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  std::uint32_t h = seed;
  const std::size_t whole = bytes.size() / 4 * 4;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  for (std::size_t i = 0; i < whole; i += 4) h = rotated(h ^ mixed(byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24), 13) * 5 + 0xe6546b64u;
  std::uint32_t rest = 0;
  for (std::size_t i = bytes.size(); i-- > whole;) rest = rest << 8 | byte(i);
  if (whole < bytes.size()) h ^= mixed(rest);
  h ^= static_cast<std::uint32_t>(bytes.size());
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

}  // namespace candor
