// From what a publisher serves to what `candor train` reads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "candor/base/gzip.h"
#include "candor/data/catalogue.h"

namespace candor::data {

/// Writes the files of `entry`, which lie in the folder `from` with checked sums, to the folder `to` in the form that is read.
/// Throws Error: corrupt (a file that is not what its name says), io.
void unpack(const CatalogueEntry& entry, const std::string& from, const std::string& to);

/// The files in a .tar.gz in their order. Names are only compared, never used as paths.
class TarReader {
 public:
  /// `bytes` must outlive the reader; `name` stands in errors.
  TarReader(std::span<const std::byte> bytes, std::string name);

  /// A file of the archive.
  struct File {
    std::string name;
    std::uint64_t size = 0;
  };
  /// The next regular file; nothing at the end. What was not read of the one before is passed over. Throws Error (corrupt).
  std::optional<File> next();
  /// All of the file that next() gave. Throws Error (corrupt) when it is cut off or has more than `limit` bytes.
  std::string read(std::uint64_t limit);

 private:
  void pass_over(std::uint64_t bytes);
  GzipReader packed_;
  std::string name_, file_;
  std::uint64_t rest_ = 0, padding_ = 0;
};

}  // namespace candor::data
