// The memory that a control group of the system (a container, a service) leaves to its processes.
#pragma once

#include <cstddef>
#include <string>

namespace candor {

/// Bytes that may still be taken in the groups that `groups` (the text of /proc/self/cgroup) names and in those above them, with their files
/// below `root` (/sys/fs/cgroup): the limit, less what is in use, plus the file contents that the system would drop first. The largest number there is when none has a limit.
/// Both versions of control groups are read: https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.max), .../cgroup-v1/memory.html (memory.limit_in_bytes).
std::size_t group_memory(const std::string& groups, const std::string& root);

}  // namespace candor
