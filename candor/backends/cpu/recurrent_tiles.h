// What the kernels of recurrent sequences and of recurrent layers share: cutting rows among tasks and tiles.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>

#include "candor/backends/cpu/matmul_micro.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu::recurrent {

/// Rows a task takes at most; more tasks than that share U less.
inline constexpr std::int64_t rows_a_task = 16;
/// Work below which a call is one task.
inline constexpr double least_parallel = 1e6;
inline constexpr std::int64_t no_offset = 0;

inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
inline std::int64_t rounded(std::int64_t floats) { return ceil_div(floats, 16) * 16; }

/// Groups of rows that one task takes through all steps.
inline std::int64_t groups_of_rows(std::int64_t batch, double flops) {
  return flops < least_parallel ? 1 : std::min(batch, std::max<std::int64_t>(2, ceil_div(batch, rows_a_task)));
}

/// Calls f(first row, rows) for tiles of at most `most` of the rows.
template <class F>
void for_panels(std::int64_t most, std::int64_t rows, F&& f) {
  const std::int64_t panels = ceil_div(rows, most);
  for (std::int64_t i = 0; i < panels; ++i) {
    const std::int64_t from = part_start(rows, panels, i);
    f(from, part_start(rows, panels, i + 1) - from);
  }
}

inline TileFn tile_of(const TileSet& tiles, std::int64_t rows, std::int64_t vectors) { return vectors == 3 ? tiles.triple[rows] : tiles.tile[0][rows][vectors]; }

/// Most rows of a tile of that many vectors.
inline std::int64_t tallest(const TileSet& tiles, std::int64_t vectors) {
  std::int64_t rows = 1;
  while (rows < TileSet::max_rows && tile_of(tiles, rows + 1, vectors)) ++rows;
  return rows;
}

inline TileArgs tile_args(std::int64_t depth) {
  TileArgs tile{};
  tile.segments = &no_offset;
  tile.segment_count = 1;
  tile.segment_length = depth;
  tile.a_step = 1;
  tile.lowest = -std::numeric_limits<float>::infinity();
  return tile;
}

inline void copy_rows(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  for (std::int64_t r = 0; r < rows; ++r) std::memcpy(to + r * to_row, from + r * from_row, static_cast<std::size_t>(columns) * sizeof(float));
}

/// Blocks [depth, gates, lanes] of a matrix [depth, gates * units], `block_floats` apart: what a tile of one vector a gate reads, zero beyond the
/// last unit.
inline void pack_gates(const float* from, std::int64_t depth, std::int64_t gates, std::int64_t units, std::int64_t lanes, std::int64_t block, float* to) {
  const std::int64_t width = std::min(lanes, units - block * lanes);
  for (std::int64_t k = 0; k < depth * gates; ++k, to += lanes) {
    std::memcpy(to, from + k * units + block * lanes, static_cast<std::size_t>(width) * sizeof(float));
    std::fill(to + width, to + lanes, 0.f);
  }
}

}  // namespace candor::cpu::recurrent
