#include "candor/base/memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/memory_group.h"
#include "candor/base/text.h"

namespace candor {
namespace {

std::size_t machine_memory() {
  // Linux promises more than it has and ends a program that takes it at its word; MemAvailable is what it can keep.
  if (std::FILE* file = std::fopen("/proc/meminfo", "re")) {
    char line[256];
    unsigned long long kilobytes = 0;
    bool found = false;
    while (!found && std::fgets(line, sizeof line, file)) found = std::sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1;
    std::fclose(file);
    if (found) return static_cast<std::size_t>(kilobytes) * 1024;
  }
  const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) : std::numeric_limits<std::size_t>::max();
}

// What `ulimit -d` leaves: it counts what a program may write to, and not the files that it maps.
std::size_t left_by_limit() {
  constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
  rlimit limit{};
  if (::getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return any;
  std::ifstream file("/proc/self/statm");
  std::size_t pages[6] = {};
  for (std::size_t& count : pages) file >> count;
  const long page = ::sysconf(_SC_PAGESIZE);
  if (!file || page <= 0) return any;
  const std::size_t used = pages[5] * static_cast<std::size_t>(page);
  return limit.rlim_cur > used ? static_cast<std::size_t>(limit.rlim_cur) - used : 0;
}

}  // namespace

std::size_t available_memory() {
  std::ifstream groups("/proc/self/cgroup");
  const std::string text{std::istreambuf_iterator<char>(groups), {}};
  return std::min({machine_memory(), group_memory(text, "/sys/fs/cgroup"), left_by_limit()});
}

void require_memory(double bytes) {
  constexpr double looked_up = 1 << 26;  // asking the system takes longer than a small allocation
  if (bytes < looked_up) return;
  const auto free = static_cast<double>(available_memory());
  if (bytes < free) return;
  const std::string wanted = bytes < 9e18 ? with_thousands(static_cast<std::int64_t>(bytes)) : "more than 2^63";
  fail(ErrorKind::memory, "not enough memory for " + wanted + " bytes (" + with_thousands(static_cast<std::int64_t>(free)) + " are free); a smaller size takes less");
}

}  // namespace candor
