// Dataset::digest and RowsDigest: a 128-bit fingerprint, computed in pieces of fixed size so that threads do not change it.
#include <array>
#include <cstring>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/data/dataset.h"
#include "candor/data/rows_digest.h"

namespace candor::data {
namespace {

using Hash = std::array<std::uint64_t, 2>;

constexpr std::size_t piece_bytes = 1 << 20;
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
  const std::size_t size = dense.type().bytes(), piece = piece_bytes, pieces = (size + piece - 1) / piece;
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

std::string finish(Hash h, const Dataset& names) {
  h = add(add(add(h, names.feature_names), names.target_names), names.class_names);
  std::string text;
  for (std::uint64_t half : {mix(h[0] ^ k0, h[1] | 1), mix(h[1] ^ k1, h[0] | 1)})
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 15];
  return text;
}

}  // namespace

std::string Dataset::digest() const { return finish(add(add(Hash{k0, k1}, features), targets), *this); }

void RowsDigest::Part::add(const Tensor& tensor) {
  if (!tensor.defined()) return;
  const TensorType type{tensor.shape().without(0), tensor.dtype()};
  if (!defined) row = type, defined = true;
  if (type != row) fail(ErrorKind::shape, "digest: rows of " + to_string(type) + " behind rows of " + to_string(row));
  rows += tensor.shape(0);
  const Tensor dense = tensor.contiguous();
  const auto* bytes = static_cast<const std::byte*>(dense.raw());
  for (std::size_t size = dense.type().bytes(); size > 0;) {
    const std::size_t count = std::min(size, piece_bytes - rest.size());
    rest.insert(rest.end(), bytes, bytes + count);
    bytes += count, size -= count;
    if (rest.size() < piece_bytes) break;
    pieces.push_back(hash_bytes(rest.data(), rest.size(), {k1, k0}));
    rest.clear();
  }
}

Hash RowsDigest::Part::add_to(Hash h) const {
  if (!defined) return data::add(h, "none", 4);
  std::vector<Hash> parts = pieces;
  if (!rest.empty()) parts.push_back(hash_bytes(rest.data(), rest.size(), {k1, k0}));
  h = data::add(h, to_string(TensorType{row.shape.inserted(0, rows), row.dtype}));
  return data::add(h, parts.data(), parts.size() * sizeof(Hash));
}

void RowsDigest::add(const Dataset& piece) {
  if (!features_.defined) names_.feature_names = piece.feature_names, names_.target_names = piece.target_names, names_.class_names = piece.class_names;
  features_.add(piece.features);
  targets_.add(piece.targets);
}

std::string RowsDigest::digest() const { return finish(targets_.add_to(features_.add_to(Hash{k0, k1})), names_); }

}  // namespace candor::data
