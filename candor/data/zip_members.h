// Files that lie unpacked inside a zip archive: np.savez writes such.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace candor::data {

/// A file of a zip archive as it lies there.
struct ZipMember {
  std::string path;
  std::span<const std::byte> bytes;
  std::uint32_t crc32 = 0;  ///< what the archive says it must be
};

/// The files of a zip archive without a copy, by its list at the end (PKWARE's APPNOTE 6.3.10, also with 64-bit sizes). Nothing when one of them is packed or encrypted, or when the bytes
/// are no such archive: data/archive.h reads those. `bytes` must outlive the result.
std::optional<std::vector<ZipMember>> stored_members(std::span<const std::byte> bytes);

/// Whether the bytes have the checksum that the archive says.
bool is_intact(const ZipMember& member);

}  // namespace candor::data
