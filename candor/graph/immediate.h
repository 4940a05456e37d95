// Immediate mode: an op on concrete tensors runs at once, with the kernel the CPU backend would use in a Program.
#pragma once

#include <cstdint>

namespace candor {

/// Seed of random ops that run immediately (they draw new numbers at each call). Starts at 0.
void set_seed(std::uint64_t seed);

namespace detail {
/// Installs tracing and immediate execution as the dispatcher of ops/.
void install_graph_dispatcher();
}  // namespace detail

}  // namespace candor
