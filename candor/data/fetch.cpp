#include "candor/data/fetch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/sha256.h"
#include "candor/base/text.h"
#include "candor/data/unpack.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

/// One process at a time fetches a name; it ends with the process, whatever happens to it.
class Lock {
 public:
  Lock(const std::string& path, const std::string& name) : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(ErrorKind::io, path + ": cannot be written: " + std::strerror(errno));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor_);
      fail(ErrorKind::io, name + " is being fetched by another program; wait for it, or end it");
    }
  }
  ~Lock() { ::close(descriptor_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int descriptor_;
};

bool lies_there(const RemoteFile& file, const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && static_cast<std::uint64_t>(info.st_size) == file.bytes && sha256_file(path) == file.sha256;
}

std::string by_hand(const CatalogueEntry& entry, const std::string& folder) {
  std::string text = "\nWithout a network: put these files into " + folder + " and give the command again; it checks them.";
  for (const RemoteFile& file : entry.files)
    text += "\n  " + file.name + "  " + with_thousands(static_cast<std::int64_t>(file.bytes)) + " bytes, sha256 " + file.sha256 + (file.addresses.empty() ? "" : "\n    from " + file.addresses.front());
  return text;
}

}  // namespace

Fetched fetch(const CatalogueEntry& entry, const FetchOptions& options) {
  if (!entry.by_hand.empty()) fail(ErrorKind::unsupported, entry.name + " is not downloaded: " + entry.by_hand);
  if (options.cache.empty()) fail(ErrorKind::not_found, "there is no folder for " + entry.name + ": set CANDOR_CACHE to one");
  if (!options.again) {
    if (const std::string path = fetched_path(entry, options.cache); !path.empty()) return {path, true};
  }
  const std::string downloads = options.cache + "/downloads/" + entry.name, final_folder = entry_folder(entry, options.cache);
  make_folders(downloads);
  make_folders(options.cache + "/data");
  const Lock lock(downloads + "/.lock", entry.name);
  for (RemoteFile file : entry.files) {
    const std::string path = downloads + "/" + file.name;
    if (lies_there(file, path)) continue;
    if (!options.mirror.empty()) file.addresses.insert(file.addresses.begin(), options.mirror + (options.mirror.ends_with('/') ? "" : "/") + entry.name + "/" + file.name);
    try {
      download(file, path, entry.name + "/" + file.name, options.download);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::io && error.kind() != ErrorKind::unsupported) throw;
      throw Error(error.kind(), error.message() + by_hand(entry, downloads));
    }
  }
  const std::string made = final_folder + ".part-" + std::to_string(::getpid());
  std::error_code error;
  fs::remove_all(made, error);
  try {
    unpack(entry, downloads, made);
  } catch (...) {
    fs::remove_all(made, error);
    throw;
  }
  fs::remove_all(final_folder, error);
  fs::rename(made, final_folder, error);
  if (error) {
    const std::string why = error.message();
    fs::remove_all(made, error);
    fail(ErrorKind::io, final_folder + ": cannot be made: " + why);
  }
  fs::remove_all(downloads, error);
  return {fetched_path(entry, options.cache), false};
}

}  // namespace candor::data
