// How a tile loop walks its inputs: the common shape with axes merged where every input allows it.
#pragma once

#include <span>

#include "candor/backends/cpu/tile/program.h"

namespace candor::cpu::tile {

/// How one input lies relative to the outputs.
enum class Reach { scalar, whole, row, column, gather };

/// Fills extent, rank, by_rows, total, row_length of `program` and the inputs' strides. `shapes` broadcast to `shape`.
std::vector<Reach> lay_out(Program& program, const Shape& shape, std::span<const Shape> shapes);

/// Fills tile_length: as many elements as fit `budget` bytes when each takes `bytes_per_element`, in whole rows where rows matter.
void choose_tile(Program& program, std::size_t bytes_per_element);

/// Cuts the work into chunks for `cost` operations an element. Depends on shapes alone.
void choose_chunks(Program& program, double cost);

}  // namespace candor::cpu::tile
