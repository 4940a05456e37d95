// Sound tables that are made anew, of kinds that the files lack.
#pragma once

#include <vector>

#include "bench/candid/registry.h"

namespace candor::bench {

/// Each from a seed of its own: the same rows in every run.
std::vector<Source> made_sources();

}  // namespace candor::bench
