// The state of randomness of a run.
#pragma once

#include <cstdint>

namespace candor {

/// What random kernels read when they run. The numbers a random op draws are a function of (seed, step, op_id, element).
struct RunState {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

}  // namespace candor
