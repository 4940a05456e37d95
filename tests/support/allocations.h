// Counts heap allocations of the test program, to prove that a Program's steady state makes none.
#pragma once

#include <cstddef>

namespace candor::test {

/// Number of calls to operator new and aligned_alloc-backed Storage so far, in all threads.
std::size_t allocations();

}  // namespace candor::test
