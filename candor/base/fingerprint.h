// Hashes of bytes that are the same on every machine and for ever: what features are hashed into buckets by.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace candor {

/// FarmHash's Fingerprint64 (Pike and Alakuijala, 2014: github.com/google/farmhash, "farmhashna"), as TensorFlow hashes strings.
std::uint64_t fingerprint64(std::string_view bytes);
/// One fingerprint of two, order matters (TensorFlow's FingerprintCat64).
std::uint64_t fingerprint_concat(std::uint64_t first, std::uint64_t second);
/// SipHash-2-4 with a 128-bit key (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
std::uint64_t siphash(std::array<std::uint64_t, 2> key, std::string_view bytes);

/// MurmurHash3, x86, 32 bit (Appleby, public domain): what scikit-learn hashes terms by.
std::uint32_t murmur3(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace candor
