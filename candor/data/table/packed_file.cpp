#include "candor/data/table/packed_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#if CANDOR_ZSTD
#include <zstd.h>
#endif
#if CANDOR_ARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

#include "candor/base/error.h"
#include "candor/base/gzip.h"
#include "candor/base/memory.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"

namespace candor::data::detail {
namespace {

/// Grows `out` by what `read` fills in, piece by piece, as long as memory is there: what a packed file claims is no measure.
template <class Read>
void append_all(std::string& out, std::size_t packed, Read&& read) {
  std::size_t filled = 0;
  out.clear();
  for (std::size_t step = std::max<std::size_t>(packed * 4, 1 << 16);; step = std::max(filled, step)) {
    require_memory(2.0 * static_cast<double>(filled + step));
    out.resize(filled + step);
    const std::size_t got = read(out.data() + filled, step);
    filled += got;
    if (got < step) break;
  }
  out.resize(filled);
}

class GzipBytes : public ByteReader {
 public:
  explicit GzipBytes(const MappedFile& file) : file_(file), reader_(file_.bytes(), file_.path()) {}
  std::size_t read(char* to, std::size_t room) override { return reader_.read(std::as_writable_bytes(std::span(to, room))); }

 private:
  MappedFile file_;
  GzipReader reader_;
};

#if CANDOR_ZSTD
struct ZstdLibrary {
  SharedLibrary library{{"libzstd.so.1", "libzstd.so", "libzstd.dylib"}, "reading zstd files", "libzstd1 (Debian, Ubuntu) or zstd"};
#define CANDOR_FUNCTION(name) decltype(::ZSTD_##name)* name = library.get<decltype(::ZSTD_##name)>("ZSTD_" #name)
  CANDOR_FUNCTION(createDStream);
  CANDOR_FUNCTION(freeDStream);
  CANDOR_FUNCTION(decompressStream);
  CANDOR_FUNCTION(isError);
  CANDOR_FUNCTION(getErrorName);
#undef CANDOR_FUNCTION
};

const ZstdLibrary& zstd() {
  static const ZstdLibrary found;
  return found;
}

class ZstdBytes : public ByteReader {
 public:
  explicit ZstdBytes(const MappedFile& file) : file_(file), stream_(zstd().createDStream(), zstd().freeDStream), in_{file_.bytes().data(), file_.size(), 0} {
    if (!stream_) fail(ErrorKind::memory, file_.path() + ": zstd does not start");
  }
  std::size_t read(char* to, std::size_t room) override {
    ZSTD_outBuffer out{to, room, 0};
    while (out.pos < room && !(in_.pos == in_.size && open_ == 0)) {
      const std::size_t before = out.pos, taken = in_.pos;
      open_ = zstd().decompressStream(stream_.get(), &out, &in_);
      if (zstd().isError(open_)) fail(ErrorKind::corrupt, file_.path() + ": damaged zstd data (" + zstd().getErrorName(open_) + "); fetch the file again");
      if (in_.pos == in_.size && open_ != 0 && out.pos == before && taken == in_.pos)
        fail(ErrorKind::corrupt, file_.path() + ": truncated zstd data: it ends in the middle of the stream; fetch the file again");
    }
    return out.pos;
  }

 private:
  MappedFile file_;
  std::unique_ptr<ZSTD_DStream, decltype(ZSTD_freeDStream)*> stream_;
  ZSTD_inBuffer in_;
  std::size_t open_ = 1;
};
#endif

#if CANDOR_ARCHIVE
struct ArchiveLibrary {
  SharedLibrary library{{"libarchive.so.13", "libarchive.13.dylib", "libarchive.so"}, "reading xz and bzip2 files", "libarchive13 (Debian, Ubuntu) or libarchive"};
#define CANDOR_FUNCTION(name) decltype(::archive_##name)* name = library.get<decltype(::archive_##name)>("archive_" #name)
  CANDOR_FUNCTION(read_new);
  CANDOR_FUNCTION(read_free);
  CANDOR_FUNCTION(read_support_filter_xz);
  CANDOR_FUNCTION(read_support_filter_bzip2);
  CANDOR_FUNCTION(read_support_format_raw);
  CANDOR_FUNCTION(read_open_memory);
  CANDOR_FUNCTION(read_next_header);
  CANDOR_FUNCTION(read_data);
  CANDOR_FUNCTION(error_string);
#undef CANDOR_FUNCTION
};

const ArchiveLibrary& libarchive() {
  static const ArchiveLibrary found;
  return found;
}

class ArchiveBytes : public ByteReader {
 public:
  explicit ArchiveBytes(const MappedFile& file) : file_(file), reader_(libarchive().read_new(), libarchive().read_free) {
    if (!reader_) fail(ErrorKind::memory, file_.path() + ": libarchive does not start");
    libarchive().read_support_filter_xz(reader_.get());
    libarchive().read_support_filter_bzip2(reader_.get());
    libarchive().read_support_format_raw(reader_.get());
    check(libarchive().read_open_memory(reader_.get(), file_.bytes().data(), file_.size()));
    struct archive_entry* entry = nullptr;
    check(libarchive().read_next_header(reader_.get(), &entry));
  }
  std::size_t read(char* to, std::size_t room) override {
    std::size_t filled = 0;
    while (filled < room) {
      const la_ssize_t got = libarchive().read_data(reader_.get(), to + filled, room - filled);
      check(got);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

 private:
  void check(la_ssize_t status) const {
    if (status >= ARCHIVE_OK) return;
    const char* const why = libarchive().error_string(reader_.get());
    fail(ErrorKind::corrupt, file_.path() + ": damaged or truncated " + std::string(packing_of(file_.text())) + " data (" + (why ? why : "unknown fault") + "); fetch the file again");
  }
  MappedFile file_;
  std::unique_ptr<struct archive, decltype(archive_read_free)*> reader_;
};
#endif

std::unique_ptr<ByteReader> open_packed(const MappedFile& file) {
  const std::string_view packing = packing_of(file.text());
  if (packing == "gzip") return std::make_unique<GzipBytes>(file);
#if CANDOR_ZSTD
  if (packing == "zstd") return std::make_unique<ZstdBytes>(file);
#endif
#if CANDOR_ARCHIVE
  if (packing != "zstd") return std::make_unique<ArchiveBytes>(file);
#endif
  fail(ErrorKind::unsupported, file.path() + ": this build reads no " + std::string(packing) + " (its library was not there when it was made); unpack the file");
}

class PlainBytes : public ByteReader {
 public:
  PlainBytes(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PlainBytes() override {
    if (descriptor_ > 0) ::close(descriptor_);
  }
  std::size_t read(char* to, std::size_t room) override {
    std::size_t filled = 0;
    while (filled < room) {
      const std::size_t got = read_some(to + filled, room - filled);
      if (got == 0) break;
      filled += got;
    }
    return filled;
  }
  std::size_t read_some(char* to, std::size_t room) override {
    for (;;) {
      const ssize_t got = ::read(descriptor_, to, room);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(ErrorKind::io, "reading " + path_ + ": " + std::strerror(errno));
      return static_cast<std::size_t>(got);
    }
  }
  bool pauses() override {
    pollfd one{descriptor_, POLLIN, 0};
    return ::poll(&one, 1, 500) == 0;
  }

 private:
  int descriptor_;
  std::string path_;
};

}  // namespace

std::string_view packing_of(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x1f\x8b"sv)) return "gzip";
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstd";
  if (bytes.starts_with("\xfd" "7zXZ\0"sv)) return "xz";
  if (bytes.starts_with("BZh"sv) && bytes.size() > 4 && std::string_view("1AY&SY").starts_with(bytes.substr(4, 6))) return "bzip2";
  return "";
}

std::string without_packing(const std::string& name) {
  const std::string lower = lower_case(name);
  for (const std::string_view ending : {".gz", ".zst", ".zstd", ".xz", ".bz2"})
    if (lower.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

std::string_view unpacked(const MappedFile& file, std::string& holder) {
  const std::string_view packing = packing_of(file.text());
  if (packing.empty()) return file.text();
  const std::unique_ptr<ByteReader> reader = open_packed(file);
  append_all(holder, file.size(), [&](char* to, std::size_t room) { return reader->read(to, room); });
  return holder;
}

std::unique_ptr<ByteReader> open_bytes(const std::string& path) {
  if (path == "-") return std::make_unique<PlainBytes>(0, "standard input");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(errno == ENOENT || errno == ENOTDIR ? ErrorKind::not_found : ErrorKind::io, "reading " + path + ": " + std::strerror(errno));
  auto plain = std::make_unique<PlainBytes>(descriptor, path);
  struct stat info {};
  if (::fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) fail(ErrorKind::io, "reading " + path + ": it is a folder, a file is expected");
  char head[8] = {};
  const ssize_t got = S_ISREG(info.st_mode) ? ::pread(descriptor, head, sizeof head, 0) : 0;
  if (got <= 0 || packing_of({head, static_cast<std::size_t>(got)}).empty()) return plain;
  return open_packed(MappedFile(path));
}

}  // namespace candor::data::detail
