#include "candor/data/archive.h"

#include <algorithm>
#include <array>
#include <memory>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/memory.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"

#ifdef CANDOR_ARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

namespace candor::data {

bool is_archive_name(std::string_view path) {
  const std::string name = lower_case(path);
  for (const char* extension : {".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".7z"})
    if (name.ends_with(extension)) return true;
  return false;
}

#ifdef CANDOR_ARCHIVE

namespace {

/// The functions of libarchive that are used, found once.
struct Library {
  SharedLibrary library{{"libarchive.so.13", "libarchive.13.dylib", "libarchive.so"}, "reading archives (zip, tar)", "libarchive13 (Debian, Ubuntu) or libarchive"};
#define CANDOR_ARCHIVE_FUNCTION(name) decltype(::name)* name = library.get<decltype(::name)>(#name)
  CANDOR_ARCHIVE_FUNCTION(archive_read_new);
  CANDOR_ARCHIVE_FUNCTION(archive_read_free);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_format_zip);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_format_tar);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_format_7zip);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_filter_gzip);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_filter_bzip2);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_filter_xz);
  CANDOR_ARCHIVE_FUNCTION(archive_read_support_filter_zstd);
  CANDOR_ARCHIVE_FUNCTION(archive_read_open_memory);
  CANDOR_ARCHIVE_FUNCTION(archive_read_next_header);
  CANDOR_ARCHIVE_FUNCTION(archive_read_data);
  CANDOR_ARCHIVE_FUNCTION(archive_error_string);
  CANDOR_ARCHIVE_FUNCTION(archive_entry_pathname);
  CANDOR_ARCHIVE_FUNCTION(archive_entry_pathname_utf8);
  CANDOR_ARCHIVE_FUNCTION(archive_entry_filetype);
  CANDOR_ARCHIVE_FUNCTION(archive_entry_is_encrypted);
#undef CANDOR_ARCHIVE_FUNCTION
};

const Library& library() {
  static const Library found;
  return found;
}

/// "a/./b//c" as "a/b/c"; nothing for a path that leaves the archive.
bool tidy_path(std::string_view raw, std::string& tidy) {
  tidy.clear();
  std::string path(raw);
  std::replace(path.begin(), path.end(), '\\', '/');  // as some programs on Windows write them
  if (path.starts_with('/') || (path.size() > 1 && path[1] == ':')) return false;
  for (const std::string_view part : split_text(path, '/')) {
    if (part == "..") return false;
    if (part.empty() || part == ".") continue;
    tidy += (tidy.empty() ? "" : "/") + std::string(part);
  }
  return true;
}

std::string bytes_text(std::uint64_t bytes) { return with_thousands(static_cast<std::int64_t>(bytes)) + " bytes"; }

}  // namespace

std::vector<ArchiveFile> parse_archive(std::span<const std::byte> bytes, const std::string& name, bool (*wanted)(std::string_view), bool skip_bad, std::int64_t* skipped,
                                       const ArchiveLimits& limits) {
  const Library& l = library();
  if (bytes.empty()) fail(ErrorKind::corrupt, name + ": the file is empty, an archive is expected");
  const std::unique_ptr<archive, int (*)(archive*)> reader(l.archive_read_new(), l.archive_read_free);
  if (!reader) fail(ErrorKind::memory, name + ": there is no memory to read an archive");
  archive* const a = reader.get();
  const auto fail_archive = [&](const std::string& where) {
    const char* said = l.archive_error_string(a);
    const std::string text = said ? said : "damaged";
    const bool locked = lower_case(text).find("passphrase") != std::string::npos || lower_case(text).find("encrypt") != std::string::npos;
    fail(locked ? ErrorKind::unsupported : ErrorKind::corrupt,
         name + where + (locked ? ": it is encrypted; unpack it first (" : ": damaged archive, or none that can be read: zip, tar (also .gz, .xz, .bz2, .zst) and 7z can (") + text + ")");
  };
  l.archive_read_support_format_zip(a);
  l.archive_read_support_format_tar(a);
  l.archive_read_support_format_7zip(a);
  l.archive_read_support_filter_gzip(a);
  l.archive_read_support_filter_bzip2(a);
  l.archive_read_support_filter_xz(a);
  l.archive_read_support_filter_zstd(a);
  if (l.archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) fail_archive("");

  const std::uint64_t most = limits.bytes ? limits.bytes : available_memory() / 2;
  std::vector<ArchiveFile> files;
  std::uint64_t total = 0;
  std::int64_t entries = 0;
  std::string path;
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = l.archive_read_next_header(a, &entry);
    if (status == ARCHIVE_EOF) break;
    if (status < ARCHIVE_WARN) fail_archive(files.empty() ? "" : ", after " + files.back().path);
    if (++entries > limits.entries)
      fail(ErrorKind::invalid_argument, name + ": more than " + with_thousands(limits.entries) + " entries; unpack it and name the folder");
    const char* raw = l.archive_entry_pathname_utf8(entry);
    if (!raw) raw = l.archive_entry_pathname(entry);
    if (!raw) {  // a name that is no text in this locale
      if (skip_bad) {
        if (skipped) ++*skipped;
        continue;
      }
      fail(ErrorKind::corrupt, name + ": entry " + std::to_string(entries) + " has no name that can be read; leave it out with --skip-bad");
    }
    if (!tidy_path(raw, path)) {
      if (skip_bad) {
        if (skipped) ++*skipped;
        continue;
      }
      fail(ErrorKind::corrupt, name + ": entry " + quoted(raw) + " points outside of the archive, which no honest archive does; leave such entries out with --skip-bad");
    }
    if (l.archive_entry_filetype(entry) != AE_IFREG || !wanted(path)) continue;
    if (l.archive_entry_is_encrypted(entry)) fail(ErrorKind::unsupported, name + ": " + path + " is encrypted; unpack the archive first");
    ArchiveFile file{path, {}};
    std::array<std::byte, 1 << 16> piece;
    bool bad = false;
    for (;;) {
      const la_ssize_t got = l.archive_read_data(a, piece.data(), piece.size());
      if (got < 0) {
        bad = skip_bad && got > ARCHIVE_FATAL;  // a file with a wrong checksum; those behind it can be read
        if (!bad) fail_archive(", at " + path);
        break;
      }
      if (got == 0) break;
      total += static_cast<std::uint64_t>(got);
      if (file.bytes.size() + static_cast<std::size_t>(got) > limits.file_bytes)
        fail(ErrorKind::invalid_argument, name + ": " + path + " unpacks to more than " + bytes_text(limits.file_bytes) + ", which no picture needs");
      if (total > most)
        fail(ErrorKind::invalid_argument, name + ": its files unpack to more than " + bytes_text(most) + ", which is what may be held in memory; unpack it and name the folder");
      file.bytes.insert(file.bytes.end(), piece.data(), piece.data() + got);
    }
    if (!bad) files.push_back(std::move(file));
    else if (skipped) ++*skipped;
  }
  return files;
}

#else

std::vector<ArchiveFile> parse_archive(std::span<const std::byte>, const std::string& name, bool (*)(std::string_view), bool, std::int64_t*, const ArchiveLimits&) {
  fail(ErrorKind::unsupported, name + ": an archive, and this build reads none; build with -DCANDOR_ARCHIVE=ON and libarchive, or unpack it and name the folder");
}

#endif

std::vector<ArchiveFile> read_archive(const std::string& path, bool (*wanted)(std::string_view), bool skip_bad, std::int64_t* skipped, const ArchiveLimits& limits) {
  const MappedFile file(path);
  return parse_archive(file.bytes(), path, wanted, skip_bad, skipped, limits);
}

}  // namespace candor::data
