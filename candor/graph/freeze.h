// A graph whose weights no longer change: what only depends on them is computed once.
#pragma once

#include <memory>

#include "candor/graph/graph.h"

namespace candor {

/// The graph with copies of all weights, as they are now, as constants: Program program(freeze(trace(f, types))). Then planning folds normalisations
/// into the kernels before them, and kernels lay weights out once. What is assigned to the weights later does not reach the program. Throws Error
/// (invalid_argument) for a graph that changes its weights itself, as a step of training does.
std::shared_ptr<const Graph> freeze(const std::shared_ptr<const Graph>& graph);

}  // namespace candor
