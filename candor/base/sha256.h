// SHA-256 (FIPS 180-4): tells whether a file is the one that was published.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace candor {

/// The digest of bytes that come piece by piece.
class Sha256 {
 public:
  void update(std::span<const std::byte> bytes);
  /// 64 hex digits in lower case. The object is used up.
  std::string finish();

 private:
  void block(const std::byte* bytes);
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> waiting_{};
  std::uint64_t length_ = 0;  // in bytes
};

/// The digest of bytes in memory, and of a file. Throws Error (not_found, io) for a file that cannot be read.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256_file(const std::string& path);

}  // namespace candor
