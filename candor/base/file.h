// Reading and writing whole files. Every failure is an Error that names the path and the system's reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace candor {

/// The contents of a file as read-only bytes: mapped into memory when large, read when small or not a regular file.
/// Copies share the contents. Throws Error: not_found when there is no such file, io when it cannot be read (a directory,
/// no permission), invalid_argument when it is larger than `max_bytes`.
class MappedFile {
 public:
  static constexpr std::uint64_t no_limit = ~std::uint64_t{0};

  explicit MappedFile(const std::string& path, std::uint64_t max_bytes = no_limit);

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  std::size_t size() const { return size_; }
  const std::string& path() const { return path_; }
  /// Keeps the contents alive; hand it to Storage to make tensors over the file without a copy.
  const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<const void> owner_;
};

/// The contents of a file as a string. Errors as for MappedFile.
std::string read_file(const std::string& path, std::uint64_t max_bytes = MappedFile::no_limit);

/// Writes a file so that `path` holds either the old contents or all of the new: the bytes go to a file beside it, which is
/// synced and renamed on commit(). Without commit() nothing changes. A device or pipe is written directly. Throws Error (io).
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
  void commit();

 private:
  std::string path_, target_, aside_;
  int descriptor_ = -1;
};

/// AtomicFile for contents that lie in one piece.
void write_atomically(const std::string& path, std::span<const std::byte> bytes);
void write_atomically(const std::string& path, std::string_view text);

/// Makes a folder and those above it; one that exists is fine. Throws Error (io).
void make_folders(const std::string& path);

}  // namespace candor
