// Unpacking gzip (.gz) data that already lies in memory, in pieces whose size the caller decides.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace candor {

/// True when the bytes start like a gzip file.
bool is_gzip(std::span<const std::byte> bytes);

/// Unpacks a gzip stream (several members in a row count as one). Allocates nothing but zlib's window, whatever the stream
/// claims. `name` (the file) stands in errors. Throws Error (corrupt) for damaged or truncated data.
class GzipReader {
 public:
  /// `bytes` must outlive the reader.
  GzipReader(std::span<const std::byte> bytes, std::string name);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  /// Fills `out` and returns the number of bytes written; fewer than out.size() only at the end of the data.
  std::size_t read(std::span<std::byte> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Unpacks a whole file at once into `out`, faster than GzipReader where libdeflate is there. True when `bytes` are one member that
/// unpacks to exactly out.size() bytes with the right checksum; false says nothing of the reason, which a GzipReader tells.
bool gunzip_exactly(std::span<const std::byte> bytes, std::span<std::byte> out);

/// More bytes than this cannot come out of `packed` bytes: deflate's limit is 1032 to 1.
std::size_t gzip_upper_bound(std::size_t packed);

/// All of a gzip stream. Throws Error (corrupt) when damaged, Error (invalid_argument) when it unpacks to more than `limit` bytes.
std::string gunzip(std::span<const std::byte> bytes, std::size_t limit, const std::string& name);

}  // namespace candor
