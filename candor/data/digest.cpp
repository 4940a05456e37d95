// Dataset::digest: a 128-bit fingerprint, computed in pieces of fixed size so that threads do not change it.
#include <array>
#include <cstring>

#include "candor/base/threads.h"
#include "candor/data/dataset.h"

namespace candor::data {
namespace {

using Hash = std::array<std::uint64_t, 2>;

constexpr std::uint64_t k0 = 0x9E3779B97F4A7C15u, k1 = 0xC2B2AE3D27D4EB4Fu;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Multiply-and-fold over 16-byte words, two lanes.
Hash hash_bytes(const std::byte* bytes, std::size_t size, Hash h) {
  while (size > 0) {
    std::array<std::uint64_t, 2> word{};
    const std::size_t count = size < 16 ? size : 16;
    std::memcpy(word.data(), bytes, count);
    h[0] = mix(h[0] ^ word[0] ^ k0, (word[1] ^ k1) + h[0]);
    h[1] = mix(h[1] ^ word[1] ^ k1, (word[0] ^ k0) + (h[1] | 1));
    bytes += count;
    size -= count;
  }
  return h;
}

Hash add(Hash h, const void* bytes, std::size_t size) {
  const std::uint64_t length = size;
  h = hash_bytes(reinterpret_cast<const std::byte*>(&length), sizeof length, h);
  return hash_bytes(static_cast<const std::byte*>(bytes), size, h);
}
Hash add(Hash h, const std::string& text) { return add(h, text.data(), text.size()); }

Hash add(Hash h, const Tensor& tensor) {
  if (!tensor.defined()) return add(h, "none", 4);
  h = add(h, to_string(tensor.type()));
  const Tensor dense = tensor.contiguous();
  const auto* bytes = static_cast<const std::byte*>(dense.raw());
  const std::size_t size = dense.type().bytes(), piece = 1 << 20, pieces = (size + piece - 1) / piece;
  std::vector<Hash> parts(pieces);
  parallel_for(static_cast<std::int64_t>(pieces), [&](std::int64_t p) {
    const std::size_t begin = static_cast<std::size_t>(p) * piece;
    parts[static_cast<std::size_t>(p)] = hash_bytes(bytes + begin, std::min(piece, size - begin), {k1, k0});
  });
  return add(h, parts.data(), parts.size() * sizeof(Hash));
}

Hash add(Hash h, const std::vector<std::string>& names) {
  for (const std::string& name : names) h = add(h, name);
  return add(h, std::to_string(names.size()));
}

}  // namespace

std::string Dataset::digest() const {
  Hash h = add(Hash{k0, k1}, features);
  h = add(h, targets);
  h = add(add(add(h, feature_names), target_names), class_names);
  std::string text;
  for (std::uint64_t half : {mix(h[0] ^ k0, h[1] | 1), mix(h[1] ^ k1, h[0] | 1)})
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 15];
  return text;
}

}  // namespace candor::data
