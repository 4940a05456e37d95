// Files inside a zip or tar archive, read in place: nothing is written to disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

/// What an archive may unpack to before it is refused: an archive of a few kilobytes can claim more than any memory holds.
struct ArchiveLimits {
  std::uint64_t bytes = 0;                         ///< of all files kept; 0: half of the memory that is free
  std::uint64_t file_bytes = std::uint64_t{1} << 30;  ///< of one file
  std::int64_t entries = 5'000'000;                ///< files and folders listed
};

/// A file of an archive, unpacked into memory.
struct ArchiveFile {
  std::string path;  ///< inside the archive, parted by "/", without "./" and doubled slashes
  std::vector<std::byte> bytes;
};

/// True for .zip, .tar, .tar.gz, .tgz, .tar.xz, .txz, .tar.bz2, .tbz2, .tar.zst and .7z.
bool is_archive_name(std::string_view path);

/// The files of an archive for whose path `wanted` says true, in the archive's order; folders, links and devices are passed over. Throws Error:
/// not_found, io; corrupt for a damaged archive and for entries that point outside of it ("../x", "/etc/x"; left out when `skip_bad`, and counted in
/// `skipped`); invalid_argument beyond the limits; unsupported for one that is encrypted, or when libarchive is not there.
std::vector<ArchiveFile> read_archive(const std::string& path, bool (*wanted)(std::string_view path), bool skip_bad = false, std::int64_t* skipped = nullptr,
                                      const ArchiveLimits& limits = {});

/// The same for an archive in memory; `name` stands in errors.
std::vector<ArchiveFile> parse_archive(std::span<const std::byte> bytes, const std::string& name, bool (*wanted)(std::string_view path), bool skip_bad = false,
                                       std::int64_t* skipped = nullptr, const ArchiveLimits& limits = {});

}  // namespace candor::data
