#include "candor/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "candor/base/error.h"

namespace candor {
namespace {

constexpr std::uint64_t map_from = 1 << 20;              // below this, reading is as fast and cannot meet a shrinking file
constexpr std::uint64_t stream_limit = std::uint64_t{1} << 30;  // devices and pipes have no size: stop somewhere

[[noreturn]] void fail_errno(const std::string& what, const std::string& path, int error) {
  const ErrorKind kind = error == ENOENT || error == ENOTDIR ? ErrorKind::not_found : ErrorKind::io;
  fail(kind, what + " " + (path.empty() ? "\"\"" : path) + ": " + std::strerror(error));
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

[[noreturn]] void fail_size(const std::string& path, std::uint64_t size, std::uint64_t limit) {
  fail(ErrorKind::invalid_argument, "reading " + path + ": the file has " + (size ? std::to_string(size) : "too many") +
                                        " bytes, at most " + std::to_string(limit) + " are expected");
}

std::shared_ptr<std::vector<std::byte>> read_all(int descriptor, const std::string& path, std::uint64_t expected,
                                                 std::uint64_t limit) {
  auto contents = std::make_shared<std::vector<std::byte>>(expected);
  std::size_t filled = 0;
  for (;;) {
    if (filled == contents->size()) {
      if (filled > limit) fail_size(path, 0, limit);
      std::byte probe[1 << 14];
      const ssize_t count = ::read(descriptor, probe, sizeof probe);
      if (count == 0) break;
      if (count < 0) {
        if (errno == EINTR) continue;
        fail_errno("reading", path, errno);
      }
      contents->insert(contents->end(), probe, probe + count);
      filled += static_cast<std::size_t>(count);
      continue;
    }
    const ssize_t count = ::read(descriptor, contents->data() + filled, contents->size() - filled);
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      fail_errno("reading", path, errno);
    }
    filled += static_cast<std::size_t>(count);
  }
  contents->resize(filled);
  return contents;
}

void write_all(int descriptor, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 30));
    if (count < 0) {
      if (errno == EINTR) continue;
      fail_errno("writing", path, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

/// The file a link finally stands for, so that saving through a link keeps the link.
std::string resolve_link(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : path;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

MappedFile::MappedFile(const std::string& path, std::uint64_t max_bytes) : path_(path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) fail_errno("reading", path, errno);
  struct stat info {};
  if (::fstat(file.value, &info) != 0) fail_errno("reading", path, errno);
  if (S_ISDIR(info.st_mode)) fail(ErrorKind::io, "reading " + path + ": it is a folder, a file is expected");
  const bool regular = S_ISREG(info.st_mode);
  const auto size = regular ? static_cast<std::uint64_t>(info.st_size) : 0;
  if (size > max_bytes) fail_size(path, size, max_bytes);
  if (size >= map_from) {
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
    if (address == MAP_FAILED) fail_errno("reading", path, errno);
    owner_ = std::shared_ptr<const void>(address, [size](void* mapped) { ::munmap(mapped, size); });
    data_ = static_cast<const std::byte*>(address);
    size_ = size;
    return;
  }
  auto contents = read_all(file.value, path, size, regular ? max_bytes : std::min(max_bytes, stream_limit));
  data_ = contents->data();
  size_ = contents->size();
  owner_ = std::move(contents);
}

std::string read_file(const std::string& path, std::uint64_t max_bytes) {
  return std::string(MappedFile(path, max_bytes).text());
}

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(resolve_link(path)) {
  struct stat info {};
  const bool exists = ::stat(target_.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) fail(ErrorKind::io, "writing " + path + ": it is a folder, a file name is expected");
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    // A rename would replace a write-protected file without asking; who protected it meant it.
    if (exists && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) fail_errno("writing", path, errno);
    static std::atomic<unsigned> counter{0};
    aside_ = target_ + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
    const mode_t mode = exists ? info.st_mode & 0777 : 0666;
    descriptor_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  }
  if (descriptor_ < 0) {
    const int error = errno;
    fail(ErrorKind::io, "writing " + path + ": " + std::strerror(error) +
                            (error == ENOENT ? ": there is no folder " + folder_of(target_) : ""));
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) { write_all(descriptor_, bytes, path_); }

void AtomicFile::commit() {
  if (!aside_.empty() && ::fsync(descriptor_) != 0) fail_errno("writing", path_, errno);
  const int closed = ::close(std::exchange(descriptor_, -1));
  const int close_error = errno;
  if (aside_.empty()) {
    if (closed != 0) fail_errno("writing", path_, close_error);
    return;
  }
  if (closed != 0 || ::rename(aside_.c_str(), target_.c_str()) != 0) {
    const int error = closed != 0 ? close_error : errno;
    ::unlink(aside_.c_str());
    fail_errno("writing", path_, error);
  }
  // The rename itself must reach the disk; a file system that cannot sync a folder is no reason to fail.
  const Descriptor folder{::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.value >= 0) (void)::fsync(folder.value);
}

void write_atomically(const std::string& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}
void write_atomically(const std::string& path, std::string_view text) {
  write_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

void make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail(ErrorKind::io, "making folder " + path + ": " + error.message());
}

}  // namespace candor
