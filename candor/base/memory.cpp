#include "candor/base/memory.h"

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

}  // namespace

std::size_t available_memory() {
  std::ifstream groups("/proc/self/cgroup");
  const std::string text{std::istreambuf_iterator<char>(groups), {}};
  return std::min(machine_memory(), group_memory(text, "/sys/fs/cgroup"));
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
