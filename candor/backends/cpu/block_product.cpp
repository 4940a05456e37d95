#include "candor/backends/cpu/block_product.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {

void multiply(const TileSet& tiles, const Block& a, const Block& b, float* c, std::int64_t c_row, std::int64_t m, std::int64_t n, std::int64_t k, bool add, Ahead* ahead) {
  if (m == 0 || n == 0) return;
  static constexpr std::int64_t start = 0;
  const bool stepped = a.column != 1;
  const std::int64_t panels = (m + tiles.rows - 1) / tiles.rows;
  TileArgs tile;
  tile.a_row = a.row;
  tile.a_step = a.column;
  tile.b_row = b.row;
  tile.segments = &start;
  tile.segment_count = 1;
  tile.segment_length = k;
  tile.c_row = tile.start_row = c_row;
  tile.bias = nullptr;
  tile.lowest = -std::numeric_limits<float>::infinity();
  const std::int64_t wide = n <= tiles.lanes ? 1 : 2;
  for (std::int64_t j = 0; j < n; j += wide * tiles.lanes) {
    const std::int64_t width = std::min<std::int64_t>(wide * tiles.lanes, n - j), vectors = (width + tiles.lanes - 1) / tiles.lanes;
    tile.b = b.data + j;
    tile.columns = static_cast<int>(width);
    for (std::int64_t i = 0; i < panels; ++i) {
      const std::int64_t from = part_start(m, panels, i), rows = part_start(m, panels, i + 1) - from;
      tile.a = a.data + from * a.row;
      tile.c = c + from * c_row + j;
      tile.start = add ? tile.c : nullptr;
      if (ahead) ahead->ask();
      tiles.tile[stepped][rows][vectors](tile);
    }
  }
}

std::int64_t multiply_tiles(const TileSet& tiles, std::int64_t m, std::int64_t n) {
  const std::int64_t width = (n <= tiles.lanes ? 1 : 2) * tiles.lanes;
  return (m + tiles.rows - 1) / tiles.rows * ((n + width - 1) / width);
}

}  // namespace candor::cpu
