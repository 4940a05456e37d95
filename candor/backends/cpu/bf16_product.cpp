// c = activation(a b + bias + residual) in blocks of 32 x 32. b is packed once for all rows (constant weights: once for all runs), or panel by panel by the only
// task that needs it; rows of a are read where they lie when their length is a multiple of 32, else packed too.
#include "candor/backends/cpu/bf16_product.h"

#include <algorithm>

#include "candor/backends/cpu/bf16_pack.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;
constexpr std::int64_t block_floats = bf16_block * bf16_block;
constexpr std::int64_t lines_of_step = bf16_step / bf16_block;  // of the cache, in a packed panel
constexpr std::int64_t most_steps = 16;  // of a panel that stays in the first cache while rows pass: 32 KB
constexpr std::int64_t long_steps = 256;
constexpr std::int64_t row_bytes = 3 << 19;  // of a task's rows: the second cache holds them while panels pass, each of which comes from beyond it

std::int64_t slots(const Bf16Product& plan) { return slots_for(plan.tasks()); }
bool shares_a(const Bf16Product& plan) { return plan.packs_a && plan.batch() == 1 && plan.column_parts > 1; }
std::int64_t shared_b(const Bf16Product& plan) { return plan.shares_b && !plan.problem.constant_b ? plan.panels * plan.steps * bf16_step / 2 : 0; }  ///< floats of room
std::int64_t shared_a(const Bf16Product& plan) { return shares_a(plan) ? plan.blocks * plan.steps * bf16_step / 2 : 0; }
std::int64_t own_a(const Bf16Product& plan) { return (plan.packs_a && !shares_a(plan) ? plan.task_blocks : 1) * plan.steps * bf16_step / 2; }
/// Of a slot: sums of a task's rows, a block of a second operand, packed rows, a packed panel.
std::int64_t slot_floats(const Bf16Product& plan) { return (plan.task_blocks + 1) * block_floats + own_a(plan) + (plan.shares_b ? 0 : plan.steps * bf16_step / 2); }

void pack_panel(const Bf16Product& plan, const Bits* b, std::int64_t panel, Bits* to) {
  if (plan.columns) return plan.columns->pack(b, panel, to);
  const MatmulProblem& p = plan.problem;
  const std::int64_t column = panel * bf16_block;
  pack_right_bf16(b + column * (p.transpose_b ? p.b_row : 1), p.b_row, !p.transpose_b, p.k, std::min(bf16_block, p.n - column), to);
}

std::int64_t rows_of(const MatmulProblem& p, std::int64_t block) { return std::min(bf16_block, p.m - block * bf16_block); }

void pack_rows(const Bf16Product& plan, const Bits* a, std::int64_t block, Bits* to) {
  if (plan.rows) return plan.rows->pack(a, block, to);
  const MatmulProblem& p = plan.problem;
  pack_left_bf16(a + block * bf16_block * (p.transpose_a ? 1 : p.a_row), p.a_row, !p.transpose_a, rows_of(p, block), p.k, to);
}

struct Part {
  std::int64_t first, last;  ///< blocks of rows
  std::int64_t from, to;     ///< panels of columns
};

/// `packed_a` and `packed_b`: all of them, or null.
void run_task(const Bf16Product& plan, const Bf16Operands& at, const Bits* packed_a, const Bits* packed_b, const Part& part, float* own) {
  const MatmulProblem& p = plan.problem;
  const std::int64_t panel_bits = plan.steps * bf16_step;
  float *sums = own, *other = own + plan.task_blocks * block_floats;
  Bits *rows = reinterpret_cast<Bits*>(other + block_floats), *panel_room = rows + 2 * own_a(plan);
  const auto in_place = [&](std::int64_t block) { return !plan.packs_a && rows_of(p, block) == bf16_block; };
  const auto packed = [&](std::int64_t block) { return packed_a ? packed_a + block * panel_bits : rows + (plan.packs_a ? block - part.first : 0) * panel_bits; };
  for (std::int64_t block = part.first; block < part.last && !packed_a; ++block)
    if (!in_place(block)) pack_rows(plan, at.a, block, rows + (plan.packs_a ? block - part.first : 0) * panel_bits);
  const std::int64_t passes = (plan.steps + most_steps - 1) / most_steps;
  const bool by_rows = plan.rows && !plan.rows->by_steps();
  const std::int64_t packed_row = by_rows ? plan.steps * bf16_block : bf16_block, packed_step = by_rows ? bf16_block : bf16_step;
  plan.tiles.begin();
  for (std::int64_t panel = part.from; panel < part.to; ++panel) {
    if (!packed_b) pack_panel(plan, at.b, panel, panel_room);
    const Bits* columns = packed_b ? packed_b + panel * panel_bits : panel_room;
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      const std::int64_t step = part_start(plan.steps, passes, pass);
      for (std::int64_t block = part.first; block < part.last; ++block) {
        Bf16Block work;
        work.a = in_place(block) ? at.a + block * bf16_block * p.a_row + step * bf16_block : packed(block) + step * packed_step;
        work.a_row = in_place(block) ? p.a_row : packed_row;
        work.a_step = in_place(block) ? bf16_block : packed_step;
        work.b = columns + step * bf16_step;
        work.steps = part_start(plan.steps, passes, pass + 1) - step;
        work.c = sums + (block - part.first) * block_floats;
        work.first = pass == 0;
        // Weights come from beyond the second cache: the next panel's part, a few lines with each step.
        const std::int64_t lines = (lines_of_step + part.last - part.first - 1) / (part.last - part.first);
        if (packed_b && panel + 1 < part.to && (block - part.first + 1) * lines <= lines_of_step) {
          work.ahead = work.b + panel_bits + (block - part.first) * lines * work.steps * bf16_block;
          work.ahead_lines = lines;
        }
        plan.tiles.block(work);
        if (pass + 1 == passes) finish_bf16_block(p, at, work.c, other, block * bf16_block, rows_of(p, block), panel * bf16_block, std::min(bf16_block, p.n - panel * bf16_block));
      }
    }
  }
  plan.tiles.end();
}

/// Parts of rows that a task's caches hold; then parts of columns, until there are some tasks for every core.
void cut(Bf16Product& plan) {
  const MatmulProblem& p = plan.problem;
  const double flops = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k) * static_cast<double>(plan.batch());
  constexpr double task_flops = 2e7;  // about ten microseconds of AMX
  std::int64_t wanted = tasks_wanted(flops, task_flops);
  const std::int64_t most_blocks = std::max<std::int64_t>(plan.rows ? 2 : 8, row_bytes / (2 * plan.steps * bf16_step));
  plan.row_parts = (plan.blocks + most_blocks - 1) / most_blocks;
  // Patches are many times the picture they are made of: a task makes its own, unless each would read a large b from beyond its caches.
  const bool large = 2 * plan.panels * plan.steps * bf16_step > (1 << 20);
  if (plan.rows && large) wanted = std::min<std::int64_t>(wanted, 16);
  while (plan.rows && !large && plan.tasks() < wanted && 2 * plan.row_parts <= plan.blocks) plan.row_parts *= 2;
  // Rows that a task packs itself need not be written and read again, nor panels of very long sums that no other task uses.
  while (plan.packs_a && plan.row_parts > 1 && plan.tasks() < wanted && plan.blocks / plan.row_parts >= 32) plan.row_parts *= 2;
  while (plan.tasks() < wanted && 2 * plan.column_parts <= plan.panels) plan.column_parts *= 2;
  const std::int64_t enough = plan.steps < long_steps ? wanted : std::min<std::int64_t>(wanted, 16);
  while (plan.tasks() < enough && 2 * plan.row_parts <= plan.blocks) plan.row_parts *= 2;
  plan.task_blocks = (plan.blocks + plan.row_parts - 1) / plan.row_parts;
}

}  // namespace

CANDOR_AVX512_BF16 void finish_bf16_block(const MatmulProblem& p, const Bf16Operands& at, float* sums, float* other, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
  const std::int64_t place = row * p.n + column;
  if (at.bias) {
    widen_rows_bf16(at.bias + column, 0, 1, columns, other, 0);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < columns; ++i) sums[r * bf16_block + i] += other[i];
  }
  if (at.residual) {
    widen_rows_bf16(at.residual + place, p.n, rows, columns, other, bf16_block);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < columns; ++i) sums[r * bf16_block + i] += other[r * bf16_block + i];
  }
  if (p.lowest == 0)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < columns; ++i) sums[r * bf16_block + i] = sums[r * bf16_block + i] < 0 ? 0 : sums[r * bf16_block + i];  // a NaN stays
  if (p.pair_finish) {
    const bool reads = p.finish == nullptr;  // factors; otherwise slopes are written
    if (reads) widen_rows_bf16(at.second + place, p.n, rows, columns, other, bf16_block);
    p.pair_finish(sums, other, bf16_block, rows, columns);
    if (!reads) narrow_rows_bf16(other, bf16_block, rows, columns, at.second + place, p.n);
  } else if (p.finish) {
    p.finish(sums, bf16_block, rows, columns);
  }
  if (at.gate) {
    widen_rows_bf16(at.gate + place, p.n, rows, columns, other, bf16_block);
    p.gate(sums, other, bf16_block, rows, columns);
  }
  narrow_rows_bf16(sums, bf16_block, rows, columns, at.c + place, p.n);
}

Bf16Operands bf16_conv_operands(const KernelArgs& args, const MatmulProblem& p) {
  return {args.input<Bits>(0), args.input<Bits>(1), p.bias ? args.input<Bits>(2) : nullptr, p.residual ? args.input<Bits>(p.bias ? 3 : 2) : nullptr, nullptr, args.output<Bits>(0), nullptr};
}

std::size_t Bf16Product::scratch() const { return static_cast<std::size_t>(shared_b(*this) + shared_a(*this) + slots(*this) * slot_floats(*this)) * sizeof(float); }

std::string Bf16Product::describe() const {
  std::string note = std::string(to_string(tiles.kind)) + ", " + (tasks() == 1 ? "inline" : std::to_string(tasks()) + " tasks");
  note += problem.constant_b ? ", b packed once" : "";
  return note + (rows ? ", makes patches" : packs_a ? ", packs a" : "");
}

void plan_bf16_product(Bf16Product& plan) {
  MatmulProblem& p = plan.problem;
  plan.steps = blocks_of(p.k);
  plan.panels = blocks_of(p.n);
  plan.blocks = blocks_of(p.m);
  plan.packs_a = plan.rows || p.transpose_a || p.k % bf16_block != 0;
  cut(plan);
  p.constant_b = p.constant_b && plan.batch() == 1;
  plan.shares_b = plan.batch() == 1 && (p.constant_b || plan.row_parts > 1);
}

void run_bf16_product(const Bf16Product& plan, const Bf16Operands& at, float* scratch) {
  const MatmulProblem& p = plan.problem;
  const std::int64_t panel_bits = plan.steps * bf16_step;
  const Bits *packed_a = nullptr, *packed_b = nullptr;
  if (plan.shares_b) {
    packed_b = reinterpret_cast<const Bits*>(plan.kept.get(p.constant_b, static_cast<std::size_t>(plan.panels * panel_bits / 2), scratch, [&](float* to) {
      parallel_for(plan.panels, [&](std::int64_t panel) { pack_panel(plan, at.b + p.b_start[0], panel, reinterpret_cast<Bits*>(to) + panel * panel_bits); });
    }));
    scratch += shared_b(plan);
  }
  if (shares_a(plan)) {
    auto* to = reinterpret_cast<Bits*>(scratch);
    parallel_for(plan.blocks, [&](std::int64_t block) { pack_rows(plan, at.a + p.a_start[0], block, to + block * panel_bits); });
    packed_a = to;
    scratch += shared_a(plan);
  }
  const std::int64_t parts = plan.row_parts * plan.column_parts;
  run_tasks(plan.tasks(), slots(plan), [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t matrix = task / parts, row = task % parts / plan.column_parts, column = task % plan.column_parts;
    const auto index = static_cast<std::size_t>(matrix);
    const std::int64_t base = matrix * p.m * p.n;
    const auto of_batch = [&](auto* from) { return from ? from + base : nullptr; };
    const Bf16Operands mine{at.a + p.a_start[index], at.b + p.b_start[index], at.bias, of_batch(at.residual), of_batch(at.gate), at.c + base, of_batch(at.second)};
    run_task(plan, mine, packed_a, packed_b,
             {part_start(plan.blocks, plan.row_parts, row), part_start(plan.blocks, plan.row_parts, row + 1), part_start(plan.panels, plan.column_parts, column), part_start(plan.panels, plan.column_parts, column + 1)},
             scratch + slot * slot_floats(plan));
  });
}

}  // namespace candor::cpu
