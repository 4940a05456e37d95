#include "candor/backends/cpu/matmul_long.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

constexpr std::int64_t shortest_sum = 1024, shortest_part = 256, block_extent = 512, wanted_tasks = 8, packed_depth = 128, most_panels = 10, zero = 0;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// `count` numbers, `width` at a time into panels that lie `panel` apart. The last panel gets what is there.
template <std::int64_t Width>
void spread_row(const float* from, std::int64_t count, float* to, std::int64_t panel) {
  std::int64_t i = 0;
  for (; i + Width <= count; i += Width, to += panel) std::memcpy(to, from + i, Width * sizeof(float));
  if (i < count) std::memcpy(to, from + i, static_cast<std::size_t>(count - i) * sizeof(float));
}

void pack_b(const LongMatmulPlan& p, const float* b, std::int64_t depth, std::int64_t columns, float* to) {
  const std::int64_t panel = p.depth * p.panel_columns;
  for (std::int64_t k = 0; k < depth; ++k, b += p.b_row, to += p.panel_columns) {
    switch (p.panel_columns) {
      case 32: spread_row<32>(b, columns, to, panel); break;
      case 16: spread_row<16>(b, columns, to, panel); break;
      case 8: spread_row<8>(b, columns, to, panel); break;
      default: spread_row<4>(b, columns, to, panel); break;
    }
  }
}

/// Panels hold the rows [part_start(rows, panels, i), part_start(rows, panels, i + 1)), and may read on into the next.
void pack_a(const LongMatmulPlan& p, const float* a, std::int64_t depth, std::int64_t row, std::int64_t rows, std::int64_t panels, float* to) {
  const std::int64_t panel = p.depth * p.a_step;
  for (std::int64_t k = 0; k < depth; ++k, a += p.a_row, to += p.a_step) {
    for (std::int64_t i = 0; i < panels; ++i) {
      const std::int64_t r = row + part_start(rows, panels, i);
      if (p.a_step == 16 && r + 16 <= p.m) std::memcpy(to + i * panel, a + r, 16 * sizeof(float));
      else std::memcpy(to + i * panel, a + r, static_cast<std::size_t>(std::min(p.a_step, p.m - r)) * sizeof(float));
    }
  }
}

/// Asks for rows that will be packed soon: `count` numbers each.
void fetch_rows(const float* from, std::int64_t row, std::int64_t rows, std::int64_t count) {
  for (std::int64_t r = 0; r < rows; ++r, from += row)
    for (std::int64_t i = 0; i < count; i += 16) __builtin_prefetch(from + i, 0, 2);
}

void run_part(const LongMatmulPlan& p, const float* a, const float* b, float* c, std::int64_t first, std::int64_t end, std::int64_t row, std::int64_t row_end,
              std::int64_t column, std::int64_t column_end, float* scratch) {
  const std::int64_t rows = row_end - row, columns = column_end - column, panels = ceil_div(rows, p.panel_rows);
  float *packed_a = scratch, *packed_b = scratch + p.packed_a;
  TileArgs tile;
  tile.a_row = 1;
  tile.a_step = p.a_step;
  tile.b_row = p.reads_b ? p.b_row : p.panel_columns;
  tile.segments = &zero;
  tile.segment_count = 1;
  tile.c_row = tile.start_row = p.n;
  tile.bias = nullptr;
  tile.lowest = -std::numeric_limits<float>::infinity();
  for (std::int64_t k = first; k < end; k += p.depth) {
    const std::int64_t depth = std::min(p.depth, end - k);
    tile.segment_length = depth;
    pack_a(p, a + k * p.a_row, depth, row, rows, panels, packed_a);
    if (!p.reads_b) pack_b(p, b + k * p.b_row + column, depth, columns, packed_b);
    // The next steps' rows come while the tiles of these are summed, a few before each tile.
    const std::int64_t next = k + depth, coming = std::min(p.depth, end - next), tiles = ceil_div(columns, p.panel_columns) * panels;
    std::int64_t done = 0;
    for (std::int64_t j = 0; j < columns; j += p.panel_columns) {
      const std::int64_t width = std::min(p.panel_columns, columns - j);
      tile.b = p.reads_b ? b + k * p.b_row + column + j : packed_b + j * p.depth;
      tile.columns = static_cast<int>(width);
      for (std::int64_t i = 0; i < panels; ++i) {
        const std::int64_t from = part_start(rows, panels, i), count = part_start(rows, panels, i + 1) - from;
        tile.a = packed_a + i * p.depth * p.a_step;
        tile.c = c + (row + from) * p.n + column + j;
        tile.start = k == first ? nullptr : tile.c;
        const std::int64_t vectors = ceil_div(width, p.tiles->lanes);
        const TileFn streaming = next < end && vectors == 2 && rows == p.a_row && columns == p.b_row ? p.tiles->streaming[count] : nullptr;
        if (streaming) {  // whole rows: what comes next lies in one piece
          const auto share = [&](std::int64_t floats, const float* area, const float*& piece, int& lines) {
            const std::int64_t all = ceil_div(floats, 16), begin = part_start(all, tiles, done), chunks = depth / 4;
            piece = area + begin * 16;
            lines = static_cast<int>(ceil_div(part_start(all, tiles, done + 1) - begin, std::max<std::int64_t>(chunks, 1)));
          };
          share(coming * p.a_row, a + next * p.a_row, tile.next_a, tile.next_a_lines);
          share(coming * p.b_row, b + next * p.b_row, tile.next_b, tile.next_b_lines);
        } else {
          const std::int64_t from_row = coming * done / tiles, fetched = coming * (done + 1) / tiles - from_row;
          fetch_rows(a + (next + from_row) * p.a_row + row, p.a_row, fetched, rows);
          fetch_rows(b + (next + from_row) * p.b_row + column, p.b_row, fetched, columns);
        }
        ++done;
        (streaming ? streaming : p.tiles->tile[1][count][vectors])(tile);
      }
    }
  }
}

}  // namespace

std::size_t LongMatmulPlan::scratch() const {
  const std::int64_t results = parts == 1 ? 0 : parts * m * n;
  return static_cast<std::size_t>(results + slots * (packed_a + packed_b)) * sizeof(float) + 64;
}

std::string LongMatmulPlan::describe() const {
  return std::to_string(panel_rows) + "x" + std::to_string(panel_columns) + " tiles, " + std::to_string(parts) + " parts of the sum, " +
         (tasks() == 1 ? "inline" : std::to_string(tasks()) + " tasks");
}

std::optional<LongMatmulPlan> plan_long_matmul(const MatmulProblem& problem, bool shorter) {
  const TileSet& tiles = tile_set();
  const bool plain = !problem.bias && !problem.residual && !problem.finish && !problem.pair_finish && !problem.gate && problem.lowest < 0;
  if (!problem.transpose_a || problem.transpose_b || !plain || problem.a_start.size() != 1) return {};
  const bool large = problem.m * problem.n > problem.k * 256;
  if (problem.k < (shorter ? shortest_part : shortest_sum) || problem.m < tiles.rows || problem.n < tiles.lanes || (large && !shorter)) return {};
  LongMatmulPlan p;
  p.m = problem.m, p.n = problem.n, p.k = problem.k, p.a_row = problem.a_row, p.b_row = problem.b_row;
  p.a_start = problem.a_start[0], p.b_start = problem.b_start[0];
  p.tiles = &tiles;
  p.panel_rows = tiles.rows, p.a_step = (tiles.rows + 3) / 4 * 4, p.panel_columns = 2 * tiles.lanes;
  p.row_blocks = ceil_div(p.m, block_extent), p.column_blocks = ceil_div(p.n, block_extent);
  p.parts = std::clamp<std::int64_t>(wanted_tasks / (p.row_blocks * p.column_blocks), 1, p.k / shortest_part);
  if (large) p.parts = 1;
  if (p.parts % 2 && p.parts > 1) --p.parts;  // an odd number leaves one of two threads waiting for the other's last part
  p.depth = std::min(packed_depth, p.k);
  // Tiles read whole vectors, which must not reach beyond the last row.
  p.reads_b = ceil_div(ceil_div(p.m, p.row_blocks), p.panel_rows) <= most_panels && p.n % tiles.lanes == 0;
  const std::int64_t rows = ceil_div(p.m, p.row_blocks), columns = ceil_div(ceil_div(p.n, p.panel_columns), p.column_blocks) * p.panel_columns;
  p.packed_a = (ceil_div(rows, p.panel_rows) + 1) * p.a_step * p.depth;
  p.packed_b = p.reads_b ? 0 : columns * p.depth;
  p.slots = slots_for(p.tasks());
  return p;
}

void run_long_matmul(const LongMatmulPlan& p, const float* a, const float* b, float* c, float* scratch) {
  float* results = scratch;
  float* packs = scratch + (p.parts == 1 ? 0 : (p.parts * p.m * p.n + 15) / 16 * 16);
  const std::int64_t column_panels = ceil_div(p.n, p.panel_columns), blocks = p.row_blocks * p.column_blocks;
  run_tasks(p.tasks(), p.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t part = task / blocks, i = task % blocks / p.column_blocks, j = task % p.column_blocks;
    float* out = p.parts == 1 ? c : results + part * p.m * p.n;
    run_part(p, a + p.a_start, b + p.b_start, out, part_start(p.k, p.parts, part), part_start(p.k, p.parts, part + 1), part_start(p.m, p.row_blocks, i),
             part_start(p.m, p.row_blocks, i + 1), part_start(column_panels, p.column_blocks, j) * p.panel_columns,
             std::min(p.n, part_start(column_panels, p.column_blocks, j + 1) * p.panel_columns), packs + slot * (p.packed_a + p.packed_b));
  });
  if (p.parts == 1) return;
  const std::int64_t size = p.m * p.n, pieces = std::min<std::int64_t>(8, ceil_div(size, 4096));
  parallel_for(pieces, [&](std::int64_t piece) {
    const std::int64_t from = part_start(size, pieces, piece), end = part_start(size, pieces, piece + 1);
    std::copy(results + from, results + end, c + from);
    for (std::int64_t part = 1; part < p.parts; ++part) {
      const float* more = results + part * size;
      for (std::int64_t i = from; i < end; ++i) c[i] += more[i];
    }
  });
}

}  // namespace candor::cpu
