#include "candor/data/table/packed_file.h"

#include <algorithm>
#include <array>
#include <limits>
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

#if CANDOR_ZSTD
void unpack_zstd(const MappedFile& file, std::string& out) {
  static const SharedLibrary library({"libzstd.so.1", "libzstd.so"}, "reading " + file.path(), "libzstd1");
  auto* const create = library.get<decltype(ZSTD_createDStream)>("ZSTD_createDStream");
  auto* const release = library.get<decltype(ZSTD_freeDStream)>("ZSTD_freeDStream");
  auto* const decompress = library.get<decltype(ZSTD_decompressStream)>("ZSTD_decompressStream");
  auto* const is_error = library.get<decltype(ZSTD_isError)>("ZSTD_isError");
  auto* const error_name = library.get<decltype(ZSTD_getErrorName)>("ZSTD_getErrorName");
  const std::unique_ptr<ZSTD_DStream, decltype(release)> stream(create(), release);
  if (!stream) fail(ErrorKind::memory, file.path() + ": zstd does not start");
  ZSTD_inBuffer in{file.bytes().data(), file.size(), 0};
  std::size_t open = 1;
  append_all(out, file.size(), [&](char* to, std::size_t room) {
    ZSTD_outBuffer filled{to, room, 0};
    while (filled.pos < room) {
      const std::size_t before = filled.pos;
      if (in.pos == in.size && open == 0) break;
      open = decompress(stream.get(), &filled, &in);
      if (is_error(open)) fail(ErrorKind::corrupt, file.path() + ": damaged zstd data (" + error_name(open) + "); fetch the file again");
      if (in.pos == in.size && open != 0 && filled.pos == before)
        fail(ErrorKind::corrupt, file.path() + ": truncated zstd data: it ends in the middle of the stream; fetch the file again");
    }
    return filled.pos;
  });
}
#else
void unpack_zstd(const MappedFile& file, std::string&) {
  fail(ErrorKind::unsupported, file.path() + ": this build reads no zstd (libzstd-dev was not there); unpack the file");
}
#endif

#if CANDOR_ARCHIVE
void unpack_other(const MappedFile& file, std::string& out) {
  static const SharedLibrary library({"libarchive.so.13", "libarchive.so"}, "reading " + file.path(), "libarchive13");
  const auto call = [&](const char* name) { return library.get<int(struct archive*)>(name); };
  auto* const create = library.get<decltype(archive_read_new)>("archive_read_new");
  auto* const error = library.get<decltype(archive_error_string)>("archive_error_string");
  const std::unique_ptr<struct archive, int (*)(struct archive*)> reader(create(), call("archive_read_free"));
  if (!reader) fail(ErrorKind::memory, file.path() + ": libarchive does not start");
  const auto check = [&](la_ssize_t status) {
    if (status >= ARCHIVE_OK) return;
    const char* const why = error(reader.get());
    fail(ErrorKind::corrupt, file.path() + ": damaged or truncated " + std::string(packing_of(file.text())) + " data (" + (why ? why : "unknown fault") + "); fetch the file again");
  };
  call("archive_read_support_filter_xz")(reader.get());
  call("archive_read_support_filter_bzip2")(reader.get());
  call("archive_read_support_format_raw")(reader.get());
  check(library.get<decltype(archive_read_open_memory)>("archive_read_open_memory")(reader.get(), file.bytes().data(), file.size()));
  struct archive_entry* entry = nullptr;
  check(library.get<decltype(archive_read_next_header)>("archive_read_next_header")(reader.get(), &entry));
  auto* const read = library.get<decltype(archive_read_data)>("archive_read_data");
  append_all(out, file.size(), [&](char* to, std::size_t room) {
    std::size_t filled = 0;
    while (filled < room) {
      const la_ssize_t got = read(reader.get(), to + filled, room - filled);
      check(got);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  });
}
#else
void unpack_other(const MappedFile& file, std::string&) {
  fail(ErrorKind::unsupported, file.path() + ": this build reads no xz or bzip2 (libarchive-dev was not there); unpack the file");
}
#endif

}  // namespace

std::string_view packing_of(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x1f\x8b"sv)) return "gzip";
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstd";
  if (bytes.starts_with("\xfd" "7zXZ\0"sv)) return "xz";
  if (bytes.starts_with("BZh"sv) && bytes.size() > 4 && bytes.substr(4).starts_with("1AY&SY"sv)) return "bzip2";
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
  if (packing == "gzip") {
    GzipReader reader(file.bytes(), file.path());
    append_all(holder, file.size(), [&](char* to, std::size_t room) { return reader.read(std::as_writable_bytes(std::span(to, room))); });
  } else if (packing == "zstd") {
    unpack_zstd(file, holder);
  } else {
    unpack_other(file, holder);
  }
  return holder;
}

}  // namespace candor::data::detail
