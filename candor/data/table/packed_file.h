// Packed files (.gz, .zst, .xz, .bz2) as what is in them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "candor/base/file.h"

namespace candor::data::detail {

/// The packing by the first bytes: "gzip", "zstd", "xz", "bzip2"; empty for none of them.
std::string_view packing_of(std::string_view bytes);

/// The name without the ending of a packing: "a.csv" of "a.csv.gz".
std::string without_packing(const std::string& name);

/// Bytes in their order, as many at a time as are asked for.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// Fills [to, to + room) and returns how many bytes that were; fewer only at the end. Throws Error (io, corrupt).
  virtual std::size_t read(char* to, std::size_t room) = 0;
  /// The same, but from a pipe or a terminal what is there, at least one byte; 0 at the end.
  virtual std::size_t read_some(char* to, std::size_t room) { return read(to, room); }
  /// Whether a pipe or a terminal has nothing more for now: half a second went by. Files never wait.
  virtual bool pauses() { return false; }
};

/// The contents of a file, unpacked on the way, without holding more than a window of them; "-" is standard input. Throws Error: not_found,
/// io, corrupt, unsupported.
std::unique_ptr<ByteReader> open_bytes(const std::string& path);

/// What the file holds, unpacked into `holder` where it is packed. Throws Error: corrupt for damaged or cut off data, memory when it does
/// not fit, unsupported where the library is not there.
std::string_view unpacked(const MappedFile& file, std::string& holder);

}  // namespace candor::data::detail
