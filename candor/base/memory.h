// How much memory there is to take.
#pragma once

#include <cstddef>

namespace candor {

/// Bytes that can be taken now without the system ending the program for it; what the machine has where the system does not say.
/// Counts what the machine keeps free, and the limits of the process (`ulimit -d`) and of its group.
std::size_t available_memory();

/// Throws Error (memory) when so many bytes are not there: before a table of a size that a user gave is made, as Tensor does for itself.
void require_memory(double bytes);

}  // namespace candor
