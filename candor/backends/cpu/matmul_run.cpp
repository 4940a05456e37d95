#include "candor/backends/cpu/matmul_run.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity(), kNoLimit = std::numeric_limits<float>::infinity();
constexpr std::int64_t kZero = 0;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

struct Operands {
  const float *a, *b, *bias, *residual, *gate;
  float *c, *second;
};

/// Columns [j, j + width) of `depth` rows of b from row k on, in the order in which a tile reads them.
void pack_panel(const MatmulProblem& p, const float* b, std::int64_t k, std::int64_t depth, std::int64_t j, std::int64_t width, float* to, std::int64_t to_row) {
  if (p.transpose_b) transpose_block(b + j * p.b_row + k, p.b_row, width, depth, to, to_row);
  else copy_block(b + k * p.b_row + j, p.b_row, depth, width, to, to_row);
}

/// Vectors of the tiles of the panel that begins at column j.
std::int64_t vectors_at(const MatmulPlan& plan, std::int64_t j, std::int64_t column_end) {
  std::int64_t vectors = std::min<std::int64_t>(plan.vectors, ceil_div(column_end - j, plan.tiles->lanes));
  while (!plan.tiles->tile[0][plan.most_rows][vectors]) --vectors;
  return vectors;
}

/// All of b, one panel after the other.
void pack_panels(const MatmulPlan& plan, const float* b, float* to) {
  const MatmulProblem& p = plan.problem;
  for (std::int64_t j = 0; j < p.n;) {
    const std::int64_t row = vectors_at(plan, j, p.n) * plan.tiles->lanes, width = std::min(row, p.n - j);
    pack_panel(p, b, 0, p.k, j, width, to + j * p.k, row);
    j += width;
  }
}

/// Asks for lines that are read or written behind a long sum: by then they are there.
template <int writes>
void fetch_block(const float* from, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r, from += stride)
    for (std::int64_t j = 0; j < columns; j += 16) __builtin_prefetch(from + j, writes);
}

/// Asks, while part i of `parts` of a panel's tiles is summed, for the panel that this task or the next one packs then: its columns are pieces of two or
/// three lines that lie far apart, or rows that another core may have written.
void fetch_next_panel(const MatmulProblem& p, const float* b, std::int64_t k, std::int64_t depth, std::int64_t j, std::int64_t width, std::int64_t parts, std::int64_t i) {
  const std::int64_t columns = std::min(width, p.n - j);
  if (columns <= 0) return;
  const std::int64_t rows = p.transpose_b ? columns : depth, from = part_start(rows, parts, i), to = part_start(rows, parts, i + 1);
  const float* first = p.transpose_b ? b + (j + from) * p.b_row + k : b + (k + from) * p.b_row + j;
  for (std::int64_t r = from; r < to; ++r, first += p.b_row)
    for (std::int64_t c = 0, end = p.transpose_b ? depth : columns; c < end; c += 16) __builtin_prefetch(first + c, 0, 2);
}

/// The part of c in rows [row, row_end) and columns [column, column_end) of one matrix of the batch.
void run_block(const MatmulPlan& plan, const Operands& at, std::int64_t row, std::int64_t row_end, std::int64_t column,
               std::int64_t column_end, float* scratch) {
  const MatmulProblem& p = plan.problem;
  const TileSet& tiles = *plan.tiles;
  const std::int64_t lanes = tiles.lanes, rows = row_end - row;
  const std::int64_t panels = ceil_div(rows, plan.most_rows), least = panels ? rows / panels : 0, longer = rows - least * panels;  // as part_start cuts
  TileArgs tile;
  tile.segments = &kZero;
  tile.segment_count = 1;
  tile.c_row = p.n;
  std::int64_t k = 0;
  do {
    const std::int64_t depth = std::min(plan.k_block, p.k - k);
    const bool first = k == 0, last = k + depth >= p.k;
    tile.segment_length = depth;
    tile.lowest = last ? p.lowest : kNone;
    tile.highest = last ? p.highest : kNoLimit;
    for (std::int64_t j = column; j < column_end;) {
      const std::int64_t vectors = vectors_at(plan, j, column_end), width = std::min(vectors * lanes, column_end - j);
      if (plan.pack_all || plan.keeps_b) {
        tile.b_row = vectors * lanes;
        tile.b = (plan.keeps_b ? at.b : scratch) + j * p.k + k * tile.b_row;
      } else if (plan.pack_b) {
        tile.b_row = vectors * lanes;
        pack_panel(p, at.b, k, depth, j, width, scratch, tile.b_row);
        tile.b = scratch;
      } else {
        tile.b = at.b + k * p.b_row + j;
        tile.b_row = p.b_row;
      }
      // Weights that were packed once may be more than the second cache holds: the next panel is asked for while this one is used.
      const float* next = plan.keeps_b ? tile.b + depth * tile.b_row : nullptr;
      const std::int64_t next_floats = next && j + width < p.n ? depth * std::min(tile.b_row, p.n - j - width) : 0;
      tile.columns = static_cast<int>(width);
      tile.bias = first && at.bias ? at.bias + j : nullptr;
      for (std::int64_t i = 0, r = row; i < panels; ++i) {
        const std::int64_t count = least + (i < longer);
        bool stepped = true;
        if (p.transpose_a) {
          tile.a = at.a + k * p.a_row + r;
          tile.a_row = 1;
          tile.a_step = p.a_row;
        } else {
          tile.a = at.a + r * p.a_row + k;
          tile.a_row = p.a_row;
          tile.a_step = 1;
          stepped = false;
        }
        tile.c = at.c + r * p.n + j;
        tile.start_row = p.n;
        tile.start = !first ? tile.c : at.residual ? at.residual + r * p.n + j : nullptr;
        const TileFn fetching = plan.fetches_c && !stepped && vectors == 4 ? tiles.fetching[count] : nullptr;
        if (fetching) {
          // Behind the last rows come the first ones, in the next panel of columns.
          const bool more = i + 1 < panels;
          const std::int64_t next_row = more ? r + count : row, next_column = more ? j : j + width;
          const bool any = more || next_column < column_end;
          tile.next_a = any ? at.a + next_row * p.a_row + k : nullptr;
          tile.next_c = any ? at.c + next_row * p.n + next_column : nullptr;
          tile.next_second = any && at.second ? at.second + next_row * p.n + next_column : nullptr;
          tile.next_start = any && at.residual ? at.residual + next_row * p.n + next_column : nullptr;
        } else if (plan.fetches_c) {
          fetch_block<1>(tile.c, p.n, count, width);
          if (at.second) fetch_block<1>(at.second + r * p.n + j, p.n, count, width);
          if (at.residual && i + 1 < panels) fetch_block<0>(at.residual + (r + count) * p.n + j, p.n, least + (i + 1 < longer), width);
        }
        for (std::int64_t at_next = part_start(next_floats, panels, i), end = part_start(next_floats, panels, i + 1); at_next < end; at_next += 16) __builtin_prefetch(next + at_next, 0, 2);
        if (plan.pack_b) fetch_next_panel(p, at.b, k, depth, j + width, width, panels, i);
        (fetching ? fetching : tiles.tile[stepped][count][vectors])(tile);
        if (last && p.pair_finish) p.pair_finish(tile.c, at.second + r * p.n + j, p.n, count, width);
        else if (last && p.finish) p.finish(tile.c, p.n, count, width);
        r += count;
      }
      j += width;
    }
    k += depth;
  } while (k < p.k);
  if (at.gate) p.gate(at.c + row * p.n + column, at.gate + row * p.n + column, p.n, rows, column_end - column);
}

/// Decides once what run_block would find again in each run, where there is one panel of columns: small products take no longer than that.
void make_ready(MatmulPlan& plan) {
  const MatmulProblem& p = plan.problem;
  const TileSet& tiles = *plan.tiles;
  if (p.a_start.size() != 1 || plan.tasks() != 1 || plan.pack_all || plan.keeps_b || plan.fetches_c || plan.k_block < p.k || p.m == 0 || p.n == 0) return;
  const std::int64_t vectors = vectors_at(plan, 0, p.n);
  if (vectors * tiles.lanes < p.n) return;
  const std::int64_t panels = ceil_div(p.m, plan.most_rows);
  plan.least = p.m / panels, plan.longer = p.m % panels;
  for (std::int64_t more = 0; more < 2; ++more)
    if (more == 0 || plan.longer > 0) plan.small[more] = tiles.tile[p.transpose_a][plan.least + more][vectors];
  TileArgs& tile = plan.ready;
  tile.a_row = p.transpose_a ? 1 : p.a_row, tile.a_step = p.transpose_a ? p.a_row : 1;
  tile.b_row = plan.pack_b ? vectors * tiles.lanes : p.b_row;
  tile.segments = &kZero, tile.segment_count = 1, tile.segment_length = p.k;
  tile.c_row = tile.start_row = p.n;
  tile.lowest = p.lowest, tile.highest = p.highest;
  tile.columns = static_cast<int>(p.n);
}

void run_small(const MatmulPlan& plan, const Operands& at, float* scratch) {
  const MatmulProblem& p = plan.problem;
  TileArgs tile = plan.ready;
  tile.a = at.a, tile.b = at.b, tile.c = at.c, tile.bias = at.bias, tile.start = at.residual;
  if (plan.pack_b) {
    pack_panel(p, at.b, 0, p.k, 0, p.n, scratch, tile.b_row);
    tile.b = scratch;
  }
  float* second = at.second;
  for (std::int64_t left = p.m, longer = plan.longer; left > 0;) {
    const bool more = longer-- > 0;
    const std::int64_t count = plan.least + more;
    plan.small[more](tile);
    if (p.pair_finish) p.pair_finish(tile.c, second, p.n, count, p.n);
    else if (p.finish) p.finish(tile.c, p.n, count, p.n);
    left -= count;
    tile.a += count * tile.a_row;
    tile.c += count * p.n;
    if (tile.start) tile.start += count * p.n;
    if (second) second += count * p.n;
  }
  if (at.gate) p.gate(at.c, at.gate, p.n, p.m, p.n);
}

/// Cuts until there are about `wanted` tasks, into blocks not smaller than a tile and not larger than the caches like.
void cut(MatmulPlan& plan, double flops, std::int64_t batch) {
  const MatmulProblem& p = plan.problem;
  const std::int64_t width = plan.vectors * plan.tiles->lanes;
  std::int64_t wanted = 1;
  while (wanted < 16 && static_cast<double>(wanted) * 3e5 < flops) wanted *= 2;
  plan.batch_blocks = std::min(batch, wanted);
  // Each panel of columns a task of its own: it is packed once, for all rows.
  if (const std::int64_t panels = ceil_div(p.n, width); plan.pack_b && batch == 1 && wanted == 16 && panels >= 8 && panels <= 16) {
    plan.column_blocks = panels;
    return;
  }
  const auto tasks = [&] { return plan.row_blocks * plan.column_blocks * plan.batch_blocks; };
  const auto block_rows = [&] { return ceil_div(p.m, plan.row_blocks); };
  const auto block_columns = [&] { return ceil_div(p.n, plan.column_blocks); };
  while (tasks() < wanted) {
    // Each block of rows packs b for itself, which only many rows repay.
    const bool rows = block_rows() >= (plan.pack_b && tasks() >= 4 ? 512 : 16), columns = block_columns() >= 2 * width;
    if (columns && !plan.pack_all && (plan.pack_b || !rows)) {
      plan.column_blocks *= 2;
    } else if (rows) {
      plan.row_blocks *= 2;
    } else {
      break;
    }
  }
}

}  // namespace

std::string MatmulPlan::describe() const {
  if (turned) return turned->describe() + ", turned";
  std::string text = std::to_string(most_rows) + "x" + std::to_string(vectors * tiles->lanes) + " tiles, ";
  text += tasks() == 1 ? "inline" : std::to_string(tasks()) + " tasks";
  if (keeps_b) text += ", b packed once";
  else if (pack_all) text += ", packs b once a thread";
  else if (pack_b) text += ", packs b";
  return text;
}

MatmulPlan plan_matmul(MatmulProblem problem) {
  MatmulPlan plan;
  plan.problem = std::move(problem);
  MatmulProblem& p = plan.problem;
  plan.tiles = &tile_set();
  const TileSet& tiles = *plan.tiles;
  const std::int64_t batch = static_cast<std::int64_t>(p.a_start.size());
  const double flops = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k) * static_cast<double>(batch);
  // A column of a matrix stored by rows and a row stored by columns are the same thing.
  if (p.m == 1 && p.transpose_a && p.a_row == 1) p.transpose_a = false, p.a_row = p.k;

  const bool plain = !p.bias && !p.residual && !p.finish && !p.pair_finish && !p.gate && p.lowest == kNone && p.highest == kNoLimit;
  if (plain && p.transpose_a && !p.transpose_b && batch == 1 && p.m >= tiles.lanes && 4 * p.n * ceil_div(p.m, tiles.lanes) <= 3 * p.m) {
    MatmulProblem q = p;
    q.constant_b = false;
    std::swap(q.m, q.n), std::swap(q.a_row, q.b_row), std::swap(q.a_start, q.b_start);
    plan.turned = std::make_shared<const MatmulPlan>(plan_matmul(std::move(q)));
    return plan;
  }
  plan.vectors = p.n <= tiles.lanes ? 1 : 2;
  plan.most_rows = std::clamp<std::int64_t>(p.m, 1, tiles.rows);
  if (plan.vectors == 2 && p.m <= 7) {
    for (int wide : {8, 4}) {
      if (p.n > wide / 2 * tiles.lanes && tiles.tile[0][plan.most_rows][wide]) {
        plan.vectors = wide;
        break;
      }
    }
  }
  // Rows that crowd into one set of the first cache are taken six at a time: it has at least eight ways, and a row more would leave a sum without
  // a register. Other long sums gain too: a wide tile loads less for each product.
  const bool long_rows = !p.transpose_a && p.k >= 64;
  // Few panels of which one is narrow leave a core waiting: then tiles of two vectors, unless rows crowd.
  const std::int64_t wide_panels = ceil_div(p.n, 4 * tiles.lanes);
  const bool even = wide_panels >= 8 || p.n % (4 * tiles.lanes) == 0 || p.a_row % 512 == 0;
  if (long_rows && even && p.n > 2 * tiles.lanes && tiles.rows > 6 && p.m > 7) plan.vectors = 4, plan.most_rows = 6;
  plan.k_block = p.k > 1024 && p.m >= 2 * tiles.rows ? 512 : p.k;
  plan.pack_b = p.transpose_b && p.n > 0;
  if (p.m >= 4 * tiles.rows && p.k >= 64 && p.b_row >= 512 && plan.k_block * p.n > (1 << 18)) plan.pack_b = true;
  // Rows of a batch times weights that another core may have written since: a core fetches its own columns once, in one go.
  if (batch == 1 && !p.transpose_a && p.m >= 4 * tiles.rows && p.m < 1024 && p.k >= 64 && p.n > plan.vectors * tiles.lanes) plan.pack_b = true;
  const std::int64_t panels_of_b = ceil_div(p.n, plan.vectors * tiles.lanes) * plan.vectors * tiles.lanes;
  const bool tall = batch == 1 && p.m >= 1024 && p.k <= plan.k_block && p.k >= 64 && p.k * panels_of_b <= (1 << 18);
  plan.pack_all = tall && (p.transpose_b || p.b_row >= 256);
  plan.fetches_c = tall;
  plan.keeps_b = p.constant_b && batch == 1 && !p.transpose_b && p.n > plan.vectors * tiles.lanes && p.k * p.n >= 1 << 12;
  if (plan.keeps_b) plan.pack_all = plan.pack_b = false;
  if (plan.pack_all) plan.pack_b = false;
  cut(plan, flops, batch);
  const std::int64_t depth = std::min(plan.k_block, p.k);
  if (plan.pack_all) plan.slot_floats = static_cast<std::size_t>(panels_of_b * p.k + 16 + 15) / 16 * 16;
  else if (plan.pack_b) plan.slot_floats = static_cast<std::size_t>(depth * plan.vectors * tiles.lanes + 15) / 16 * 16;
  plan.slots = slots_for(plan.tasks());
  make_ready(plan);
  return plan;
}

void run_matmul(const MatmulPlan& plan, const float* a, const float* b, const float* bias, const float* residual, float* c, float* scratch, const float* gate,
                float* second) {
  const MatmulProblem& p = plan.problem;
  if (plan.small[0]) return run_small(plan, {a + p.a_start[0], b + p.b_start[0], bias, residual, gate, c, second}, scratch);
  if (plan.turned) {
    run_matmul(*plan.turned, b, a, nullptr, nullptr, scratch, scratch + plan.turned_floats());
    return transpose_block(scratch, p.m, p.n, p.m, c, p.n);
  }
  if (plan.keeps_b) b = plan.kept.get(static_cast<std::size_t>(ceil_div(p.n, plan.tiles->lanes) * plan.tiles->lanes * p.k), [&](float* to) { pack_panels(plan, b, to); });
  const std::int64_t blocks = plan.row_blocks * plan.column_blocks, batch = static_cast<std::int64_t>(p.a_start.size());
  if (blocks == 1 && batch == 1) {
    if (plan.pack_all) pack_panels(plan, b + p.b_start[0], scratch);
    run_block(plan, {a + p.a_start[0], b + p.b_start[0], bias, residual, gate, c, second}, 0, p.m, 0, p.n, scratch);
    return;
  }
  const std::int64_t width = plan.vectors * plan.tiles->lanes, column_panels = ceil_div(p.n, width);
  const auto own_of = [&](std::int64_t slot) { return scratch + static_cast<std::size_t>(slot) * plan.slot_floats; };
  const auto packed = [&](float* own) -> float& { return own[plan.slot_floats - 16]; };  // whether the slot has its b
  for (std::int64_t slot = 0; slot < plan.slots && plan.pack_all; ++slot) packed(own_of(slot)) = 0;
  run_tasks(plan.tasks(), plan.slots, [&](std::int64_t task, std::int64_t slot) {
    float* own = own_of(slot);
    if (plan.pack_all && packed(own) == 0) {
      pack_panels(plan, b + p.b_start[0], own);
      packed(own) = 1;
    }
    const std::int64_t block = task % blocks, group = task / blocks;
    const std::int64_t i = block / plan.column_blocks, j = block % plan.column_blocks;
    const std::int64_t row = part_start(p.m, plan.row_blocks, i), row_end = part_start(p.m, plan.row_blocks, i + 1);
    const std::int64_t column = part_start(column_panels, plan.column_blocks, j) * width;
    const std::int64_t column_end = std::min(p.n, part_start(column_panels, plan.column_blocks, j + 1) * width);
    for (std::int64_t n = part_start(batch, plan.batch_blocks, group); n < part_start(batch, plan.batch_blocks, group + 1); ++n) {
      const std::int64_t base = n * p.m * p.n;
      const auto index = static_cast<std::size_t>(n);
      const auto of_batch = [&](auto* from) { return from ? from + base : nullptr; };
      run_block(plan, {a + p.a_start[index], b + p.b_start[index], bias, of_batch(residual), of_batch(gate), c + base, of_batch(second)}, row, row_end, column, column_end, own);
    }
  });
}

}  // namespace candor::cpu
