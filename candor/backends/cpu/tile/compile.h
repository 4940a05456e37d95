// From elementwise ops to a tile program.
#pragma once

#include <memory>
#include <string>

#include "candor/backends/cpu/tile/program.h"
#include "candor/graph/graph.h"

namespace candor::cpu::tile {

/// The program, or null and why there is none.
struct Compiled {
  std::shared_ptr<const Program> program;
  std::string reason;
};

/// For one elementwise node.
Compiled compile(const NodeInfo& node);
/// For a graph of elementwise ops whose arguments are broadcast to the shape that all results have.
Compiled compile(const Graph& body);

}  // namespace candor::cpu::tile
