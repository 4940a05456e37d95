// Candidates of the recurrent sequences. A task takes some rows of the batch through all steps: rows do not depend on each other, so
// tasks never wait. U is packed once a call in the order in which tiles read it; states stay in the task's own memory.
#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/recurrent_gates.h"
#include "candor/backends/cpu/recurrent_tiles.h"
#include "candor/ops/recurrent_rules.h"

namespace candor::cpu {
namespace {

using candor::recurrent::Walk;
using namespace recurrent;

struct Plan {
  Walk walk;
  Family family = Family::lstm;
  Gates gates;
  const TileSet* tiles = nullptr;
  std::int64_t gate_count = 4;
  std::int64_t tasks = 1, slots = 1, most_rows = 1;
  std::int64_t panel_rows = 1, vectors = 1;  ///< of a tile
  std::int64_t blocks = 1;                   ///< of units: a vector each (forward), or `vectors` (backward)
  std::int64_t block_floats = 0;             ///< of U packed
  std::int64_t state_row = 0, local_row = 0, slot_floats = 0;
  int mask = -1;
  bool cell = false;

  std::size_t scratch() const { return static_cast<std::size_t>(blocks * block_floats + slots * slot_floats) * sizeof(float); }
  TileFn tile(std::int64_t rows, std::int64_t width) const { return tile_of(*tiles, rows, width); }
};

// ---- forward

void pack_forward(const Plan& p, const float* u, float* packed) {
  parallel_for(p.blocks, [&](std::int64_t block) { pack_gates(u, p.walk.units, p.gate_count, p.walk.units, p.gates.lanes, block, packed + block * p.block_floats); });
}

void forward_task(const Plan& p, const KernelArgs& args, std::int64_t row, std::int64_t rows, const float* packed, float* own) {
  const Walk& w = p.walk;
  const std::int64_t n = w.units, lanes = p.gates.lanes, states = rows * p.state_row;
  const bool lstm = p.family == Family::lstm, gru = p.family == Family::gru;
  float *before = own, *after = own + states, *cell = own + 2 * states, *sums = own + 3 * states;
  copy_rows(args.input<float>(gru ? 3 : 2) + row * n, n, rows, n, before, p.state_row);
  if (lstm) copy_rows(args.input<float>(3) + row * n, n, rows, n, cell, p.state_row);
  TileArgs tile = tile_args(n);
  tile.a_row = p.state_row;
  tile.b_row = tile.c_row = p.gate_count * lanes;
  tile.columns = static_cast<int>(tile.b_row);
  tile.c = sums;
  Forward f;
  f.units = n, f.time = w.time, f.state_row = p.state_row, f.sums = sums;
  f.x_row = p.gate_count * w.time * n, f.x_gate = n, f.gates_row = 4 * w.time * n;
  for (std::int64_t i = 0; i < w.time; ++i) {
    const std::int64_t t = w.at(i);
    for (std::int64_t block = 0; block < p.blocks; ++block) {
      const std::int64_t unit = block * lanes;
      tile.b = packed + block * p.block_floats;
      f.width = static_cast<int>(std::min(lanes, n - unit));
      for_panels(p.panel_rows, rows, [&](std::int64_t from, std::int64_t count) {
        tile.a = before + from * p.state_row;
        p.tile(count, p.gate_count)(tile);
        const std::int64_t step = (row + from) * w.time + t, own_at = from * p.state_row + unit;
        f.rows = count;
        f.x = args.input<float>(0) + step * p.gate_count * n + unit;
        f.before = before + own_at, f.after = after + own_at, f.cell = cell + own_at;
        f.h = args.output<float>(0) + step * n + unit;
        if (lstm) f.c = args.output<float>(1) + step * n + unit, f.gates = args.output<float>(2) + step * 4 * n + unit;
        if (gru) f.gates = args.output<float>(1) + step * 4 * n + unit, f.bias = args.input<float>(2) + unit;
        if (p.mask >= 0) f.mask = args.input<bool>(static_cast<std::size_t>(p.mask)) + step;
        p.gates.forward(f);
      });
    }
    std::swap(before, after);
  }
}

// ---- backward

/// A block is [gates * units, vectors * lanes]: the transpose of U, cut into columns.
void pack_backward(const Plan& p, const float* u, float* packed) {
  const std::int64_t n = p.walk.units, width = p.vectors * p.gates.lanes, depth = p.gate_count * n;
  parallel_for(p.blocks, [&](std::int64_t block) {
    const std::int64_t unit = block * width;
    transpose_block(u + unit * depth, depth, std::min(width, n - unit), depth, packed + block * p.block_floats, width);
  });
}

void backward_task(const Plan& p, const KernelArgs& args, std::int64_t row, std::int64_t rows, const float* packed, float* own) {
  const Walk& w = p.walk;
  const std::int64_t n = w.units, lanes = p.gates.lanes, states = rows * p.state_row, width = p.vectors * lanes;
  const bool lstm = p.family == Family::lstm, gru = p.family == Family::gru;
  float *carry = own, *cell = own + states, *local = own + 2 * states;
  std::fill(own, local, 0.f);
  const float *states_after = lstm || gru ? args.input<float>(2) : args.input<float>(1), *first = lstm || gru ? args.input<float>(4) : nullptr;
  TileArgs tile = tile_args(p.gate_count * n);
  tile.a_row = p.local_row;
  tile.b_row = width;
  tile.c_row = tile.start_row = p.state_row;
  Backward b;
  b.rows = rows, b.units = n, b.time = w.time, b.state_row = p.state_row, b.local_row = p.local_row;
  b.dh_row = w.time * n, b.gates_row = 4 * w.time * n;
  for (std::int64_t i = w.time; i-- > 0;) {
    const std::int64_t step = row * w.time + w.at(i);
    if (p.mask >= 0) b.mask = args.input<bool>(static_cast<std::size_t>(p.mask)) + step;
    for (std::int64_t unit = 0; unit < n; unit += lanes) {
      b.width = static_cast<int>(std::min(lanes, n - unit));
      b.dh = args.input<float>(0) + step * n + unit;
      if (p.cell) b.dc = args.input<float>(5) + step * n + unit;
      b.state = states_after + step * n + unit;
      if (first) {
        b.gates = args.input<float>(1) + step * 4 * n + unit;
        b.before = i == 0 ? first + row * n + unit : states_after + (row * w.time + w.at(i - 1)) * n + unit;
        b.before_row = i == 0 ? n : w.time * n;
      }
      b.carry = carry + unit, b.cell = cell + unit, b.local = local + unit;
      b.dx = args.output<float>(0) + step * p.gate_count * n + unit;
      if (gru) b.dinner = args.output<float>(1) + step * p.gate_count * n + unit;
      p.gates.backward(b);
    }
    for (std::int64_t block = 0; block < p.blocks; ++block) {
      const std::int64_t columns = std::min(width, n - block * width), vectors = ceil_div(columns, lanes);
      tile.b = packed + block * p.block_floats;
      tile.columns = static_cast<int>(columns);
      for_panels(p.panel_rows, rows, [&](std::int64_t from, std::int64_t count) {
        tile.a = local + from * p.local_row;
        tile.c = carry + from * p.state_row + block * width;
        tile.start = tile.c;
        p.tile(count, vectors)(tile);
      });
    }
  }
  copy_rows(carry, p.state_row, rows, n, args.output<float>(gru ? 2 : 1) + row * n, n);
  if (lstm) copy_rows(cell, p.state_row, rows, n, args.output<float>(2) + row * n, n);
}

// ---- plans

template <bool forward>
void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  auto* packed = reinterpret_cast<float*>(args.scratch);
  float* slots = packed + p.blocks * p.block_floats;
  const std::size_t u = forward ? 1 : p.family == Family::rnn ? 2 : 3;
  (forward ? pack_forward : pack_backward)(p, args.input<float>(u), packed);
  run_tasks(p.tasks, p.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t row = part_start(p.walk.batch, p.tasks, task), rows = part_start(p.walk.batch, p.tasks, task + 1) - row;
    (forward ? forward_task : backward_task)(p, args, row, rows, packed, slots + slot * p.slot_floats);
  });
}

Family family_of(const NodeInfo& node) {
  return node.op->name.starts_with("lstm") ? Family::lstm : node.op->name.starts_with("gru") ? Family::gru : Family::rnn;
}

Plan plan_of(const NodeInfo& node) {
  Plan p;
  p.walk = candor::recurrent::walk_of(node);
  p.family = family_of(node);
  p.gates = gates_of(p.family);
  p.tiles = &tile_set();
  p.gate_count = p.family == Family::lstm ? 4 : p.family == Family::gru ? 3 : 1;
  p.mask = candor::recurrent::mask_input(node);
  p.cell = node.attrs.has("cell") && node.attrs.flag("cell");
  p.tasks = groups_of_rows(p.walk.batch, candor::recurrent::flops(node));
  p.slots = slots_for(p.tasks);
  p.most_rows = ceil_div(p.walk.batch, p.tasks);
  return p;
}

template <bool forward>
Answer candidate(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu." + node.op->name;
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)));
  Plan p = plan_of(node);
  if (p.walk.batch == 0 || p.walk.time == 0 || p.walk.units == 0) return declined(name, "no steps");
  const std::int64_t n = p.walk.units, lanes = p.gates.lanes;
  p.state_row = rounded(n) + 16;
  if (forward) {
    p.blocks = ceil_div(n, lanes);
    p.block_floats = n * p.gate_count * lanes;
    p.panel_rows = tallest(*p.tiles, p.gate_count);
    p.slot_floats = 3 * p.most_rows * p.state_row + rounded(TileSet::max_rows * p.gate_count * lanes);
  } else {
    p.vectors = n > 2 * lanes ? 4 : n > lanes ? 2 : 1;
    const std::int64_t width = p.vectors * lanes;
    p.blocks = ceil_div(n, width);
    p.block_floats = rounded(p.gate_count * n * width);
    p.panel_rows = p.tiles->tile[0][1][p.vectors] ? tallest(*p.tiles, p.vectors) : 1;
    p.local_row = rounded(p.gate_count * n) + 16;
    p.slot_floats = p.most_rows * (2 * p.state_row + p.local_row);
  }
  Kernel kernel;
  kernel.name = name;
  kernel.run = run<forward>;
  kernel.scratch = p.scratch();
  kernel.note = "rows in " + std::to_string(p.panel_rows) + " a tile, " + (p.tasks == 1 ? std::string("inline") : std::to_string(p.tasks) + " tasks of " + std::to_string(p.most_rows) + " rows");
  kernel.block = std::make_shared<const Plan>(p);
  return kernel;
}

}  // namespace

void add_recurrent(CandidateTable& table) {
  table.add({"rnn_sequence", "gru_sequence", "lstm_sequence"}, candidate<true>);
  table.add({"rnn_sequence_gradient", "gru_sequence_gradient", "lstm_sequence_gradient"}, candidate<false>);
}

}  // namespace candor::cpu
