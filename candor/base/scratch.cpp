#include "candor/base/scratch.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor {

std::shared_ptr<void> scratch_memory(std::size_t bytes) {
  const char* chosen = std::getenv("TMPDIR");
  std::string path = std::string(chosen && *chosen ? chosen : "/var/tmp") + "/candor-" + std::string(6, 'X');  // six letters that mkostemp replaces
  const auto give_up = [&](int error) {
    fail(ErrorKind::io, "a temporary file of " + with_thousands(static_cast<std::int64_t>(bytes)) + " bytes cannot be made as " + path + ": " + std::strerror(error) +
                            "; set TMPDIR to a folder with room for it");
  };
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) give_up(errno);
  ::unlink(path.c_str());
  // All of it now: a disk that fills up later would end the program at a write to memory.
  int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* data = MAP_FAILED;
  if (error == 0) {
    data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (data == MAP_FAILED) error = errno;
  }
  ::close(file);
  if (error != 0) give_up(error);
  return {data, [bytes](void* at) { ::munmap(at, bytes); }};
}

}  // namespace candor
