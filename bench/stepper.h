// Candor's side of a training case: a compiled step, called on one batch of row numbers after the other.
#pragma once

#include <memory>

#include "bench/system.h"
#include "candor/graph/compile.h"

namespace candor::bench {

/// From the numbers of a batch's rows (i32 [batch]) to its loss.
using TrainingStep = Compiled<Tensor, Tensor>;

/// Takes the steps whose losses are compared, then a case's steps a repetition, in the order of the inputs.
std::unique_ptr<System> stepper(const Case& c, const Inputs& inputs, TrainingStep step);

}  // namespace candor::bench
