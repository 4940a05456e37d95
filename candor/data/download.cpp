#include "candor/data/download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/interrupt.h"
#include "candor/base/progress.h"
#include "candor/base/sha256.h"
#include "candor/base/text.h"
#include "candor/data/http.h"

namespace candor::data {
namespace {

std::string megabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

/// The file that bytes come into: PATH.part, open for as long as the download runs.
class Part {
 public:
  explicit Part(const std::string& path) : path_(path + ".part") {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) failed("opened");
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0 || !S_ISREG(info.st_mode)) failed("used");
    size_ = static_cast<std::uint64_t>(info.st_size);
  }
  ~Part() { ::close(descriptor_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  void empty() {
    if (size_ > 0 && ::ftruncate(descriptor_, 0) != 0) failed("emptied");
    size_ = 0;
  }
  /// False when the disk refuses.
  bool append(const char* bytes, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::pwrite(descriptor_, bytes, count, static_cast<off_t>(size_));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes += written;
      count -= static_cast<std::size_t>(written);
      size_ += static_cast<std::uint64_t>(written);
    }
    return true;
  }
  void name_it(const std::string& path) {
    if (::fsync(descriptor_) != 0 || ::rename(path_.c_str(), path.c_str()) != 0) failed("renamed");
  }
  void remove() { ::unlink(path_.c_str()); }
  [[noreturn]] void failed(const char* what) const {
    fail(ErrorKind::io, path_ + ": cannot be " + what + ": " + std::strerror(errno));
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

const std::string web_page = "; a web page came instead of the file: a login, or a proxy that wants one?";

std::string count_of(std::uint64_t bytes) { return with_thousands(static_cast<std::int64_t>(bytes)); }

/// How a try of one address ended.
struct Try {
  enum { complete, again, elsewhere } end = complete;
  std::string why;
};

/// Length and checksum of what has come. A part that was begun earlier may belong to another file: then it is begun anew.
Try judge(const RemoteFile& file, Part& part, bool was_resumed, bool page) {
  const std::string hint = page ? web_page : "";
  if (part.size() < file.bytes && !page) return {Try::again, "ended after " + count_of(part.size()) + " of " + count_of(file.bytes) + " bytes"};
  const std::string sum = part.size() == file.bytes ? sha256_file(part.path()) : "";
  if (sum == file.sha256) return {};
  const std::uint64_t size = part.size();
  part.empty();
  if (size != file.bytes) return {Try::elsewhere, count_of(size) + " bytes came, " + count_of(file.bytes) + " are expected" + hint};
  return {was_resumed ? Try::again : Try::elsewhere, "the checksum is " + sum.substr(0, 12) + "..., " + file.sha256.substr(0, 12) + "... is expected: not the published file" + hint};
}

Try try_http(const Http& http, const RemoteFile& file, const std::string& address, Part& part, Progress& bar, const DownloadOptions& options) {
  if (part.size() > file.bytes) part.empty();
  const std::uint64_t begun = part.size();
  bool disk_full = false, page = false;
  std::string refused;  // why the answer was not taken, in our words
  HttpResult result;
  if (begun < file.bytes) {
    HttpRequest request{.address = address, .from = begun, .timeout = options.timeout};
    request.answered = [&](const HttpAnswer& answer) {
      page = answer.page;
      if (answer.status == 206 && answer.range_start != static_cast<std::int64_t>(begun)) refused = "the server goes on at another place than was asked for";
      if (answer.status != 206) part.empty();  // it cannot go on: all of it comes
      const std::uint64_t total = part.size() + static_cast<std::uint64_t>(std::max<std::int64_t>(answer.length, 0));
      if (refused.empty() && answer.length >= 0 && total != file.bytes && !answer.page)
        refused = "the server offers " + count_of(total) + " bytes, " + count_of(file.bytes) + " are expected";
      return refused.empty();
    };
    request.take = [&](const char* bytes, std::size_t count) {
      if (part.size() + count > file.bytes) {
        refused = "the server sends more than the " + count_of(file.bytes) + " bytes that are expected" + (page ? web_page : "");
        return false;
      }
      disk_full = !part.append(bytes, count);
      bar.update(static_cast<std::int64_t>(part.size()), bar.due() ? megabytes(part.size()) + " of " + megabytes(file.bytes) : "");
      return !disk_full;
    };
    result = http.get(request);
    result.page = page;
    if (disk_full) part.failed("written");
    if (interrupted()) fail(ErrorKind::interrupted, "stopped by the user; what has come is kept, and the same command goes on from there");
    if (!refused.empty()) {
      part.empty();
      return {begun > 0 ? Try::again : Try::elsewhere, refused};
    }
    if (result.status == 416) part.empty();  // nothing lies there: what we have is not of this file
    if (!result.error.empty()) return {result.worth_retrying || result.status == 416 ? Try::again : Try::elsewhere, result.error};
  }
  return judge(file, part, begun > 0, result.page);
}

Try try_copy(const RemoteFile& file, const std::string& path, Part& part) {
  part.empty();
  const MappedFile source(path);
  if (!part.append(reinterpret_cast<const char*>(source.bytes().data()), source.size())) part.failed("written");
  Try result = judge(file, part, false, false);
  if (result.end == Try::again) result.end = Try::elsewhere;
  return result;
}

bool is_path(const std::string& address) { return address.starts_with('/') || address.starts_with("file://"); }

}  // namespace

void download(const RemoteFile& file, const std::string& path, const std::string& label, const DownloadOptions& options) {
  Part part(path);
  Progress bar(label, static_cast<std::int64_t>(file.bytes));
  std::string reasons;
  for (const std::string& address : file.addresses) {
    Try last;
    for (int tries = 0; tries <= options.retries; ++tries) {
      if (is_path(address)) {
        try {
          last = try_copy(file, address.starts_with("file://") ? address.substr(7) : address, part);
        } catch (const Error& error) {
          if (error.kind() != ErrorKind::not_found) throw;
          last = {Try::elsewhere, error.message()};
        }
      } else {
        last = try_http(Http::open(), file, address, part, bar, options);
      }
      if (last.end == Try::complete) {
        part.name_it(path);
        bar.finish(megabytes(file.bytes) + ", checksum right");
        return;
      }
      if (last.end == Try::elsewhere) break;
      if (tries < options.retries) {
        const double wait = options.pause * static_cast<double>(1 << std::min(tries, 6));
        for (double waited = 0; waited < wait && !interrupted(); waited += 0.05) std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.05, wait)));
      }
    }
    reasons += "\n  " + address + ": " + last.why;
  }
  if (part.size() == 0) part.remove();
  fail(ErrorKind::io, label + " could not be fetched:" + (reasons.empty() ? " no address is known" : reasons));
}

}  // namespace candor::data
