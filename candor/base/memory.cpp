#include "candor/base/memory.h"

#include <unistd.h>

#include <cstdio>
#include <limits>

namespace candor {

std::size_t available_memory() {
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

}  // namespace candor
