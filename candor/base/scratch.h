// Memory for what is larger than memory.
#pragma once

#include <cstddef>
#include <memory>

namespace candor {

/// `bytes` zero bytes that lie in a file without a name and are mapped: the system keeps in memory what is in use and writes the rest to the
/// disk. The file is made in $TMPDIR, else in /var/tmp, is taken whole at once and goes with the last handle. Throws Error (io) when the disk
/// has no room for it.
std::shared_ptr<void> scratch_memory(std::size_t bytes);

}  // namespace candor
