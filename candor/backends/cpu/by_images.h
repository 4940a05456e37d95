// A piece of graph run on a few images of the batch after the other.
#pragma once

#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

void add_by_images(CandidateTable& table);

}  // namespace candor::cpu
