// Where every value of a graph lives: its own storage (variables, constants, arguments) or a place in one arena. Internal.
#pragma once

#include <cstddef>
#include <vector>

#include "candor/graph/backend.h"
#include "candor/graph/graph.h"

namespace candor::detail {

/// A block of the arena and the steps during which it must not be overwritten.
struct Block {
  std::size_t bytes = 0, offset = 0;
  int first = 0, last = 0;
};

enum class Home : std::uint8_t { none, argument, storage, arena };

struct Place {
  Home home = Home::none;
  int argument = -1;  ///< Home::argument
  Tensor tensor;      ///< Home::storage
  int block = -1;     ///< Home::arena
};

struct MemoryPlan {
  std::vector<Place> places;     ///< one a value
  std::vector<Block> blocks;
  std::vector<int> scratch;      ///< block of a node's scratch, -1: none
  std::vector<bool> updated_in_place;  ///< one an update: its value is computed into the variable
  std::size_t arena_bytes = 0;
};

/// Assigns places. `scratch_bytes` has one entry a node. With reuse, blocks whose lifetimes do not meet share bytes.
MemoryPlan plan_memory(const Graph& graph, const std::vector<std::size_t>& scratch_bytes, bool reuse);

/// Throws Error (internal) when two blocks that live at the same time overlap or leave the arena.
void check_blocks(const MemoryPlan& plan);

}  // namespace candor::detail
