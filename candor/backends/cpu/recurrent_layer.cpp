// Candidates of recurrent_layer and recurrent_layer_gradient (graph/recurrent_layer.h). As for the sequences, a task takes some rows of the
// batch through all steps. Forward, a step's tiles go over W and over U. Backward, the gates' cotangents of a few steps stay in the task's
// own memory until the gradients of the weights have taken them up: each part of the batch sums gradients of its own, added in order at the end.
#include "candor/graph/recurrent_layer.h"

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/recurrent_gates.h"
#include "candor/backends/cpu/recurrent_tiles.h"

namespace candor::cpu {
namespace {

using namespace recurrent;
using candor::recurrent::LayerPlaces;
using candor::recurrent::Walk;

/// Sums of weight gradients that are kept apart, at most.
constexpr std::int64_t most_parts = 8;
/// Rows of a product of weight gradients: its sums are read and written once for all of them.
constexpr std::int64_t chunk_rows = 128;

std::size_t at(int place) { return static_cast<std::size_t>(place); }

struct Common {
  LayerPlaces places;
  Family family = Family::lstm;
  Gates gates;
  const TileSet* tiles = nullptr;
  std::int64_t groups = 1, most_rows = 1;  ///< of rows
  std::int64_t tasks = 1, slots = 1, slot_floats = 0;
  std::int64_t panel_rows = 1;  ///< of a tile
  std::int64_t state_row = 0;
  std::int64_t columns() const { return places.gate_count * places.walk.units; }
  std::int64_t group_start(std::int64_t group) const { return part_start(places.walk.batch, groups, group); }
};

Common common_of(const NodeInfo& node, const LayerPlaces& places) {
  Common p;
  p.places = places;
  const std::string& cell = node.attrs.text("cell");
  p.family = cell == "lstm" ? Family::lstm : cell == "gru" ? Family::gru : Family::rnn;
  p.gates = gates_of(p.family);
  p.tiles = &tile_set();
  p.groups = groups_of_rows(places.walk.batch, node.op->flops(node));
  p.most_rows = ceil_div(places.walk.batch, p.groups);
  p.state_row = rounded(places.walk.units) + 16;
  return p;
}

/// Asks for the lines of numbers that the next step reads: they lie where no earlier access led to.
void fetch(const float* from, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 16) __builtin_prefetch(from + i);
}

// ---- forward

struct ForwardPlan : Common {
  std::int64_t blocks = 1, block_floats = 0;  ///< of units: [bias, W, U], a vector a gate
};

void pack(const ForwardPlan& p, const KernelArgs& args, float* packed) {
  const LayerPlaces& l = p.places;
  const std::int64_t n = l.walk.units, lanes = p.gates.lanes, width = l.gate_count * lanes;
  parallel_for(p.blocks, [&](std::int64_t block) {
    float* to = packed + block * p.block_floats;
    if (l.b >= 0) pack_gates(args.input<float>(at(l.b)), 1, l.gate_count, n, lanes, block, to);
    else std::fill(to, to + width, 0.f);
    pack_gates(args.input<float>(at(l.w)), l.features, l.gate_count, n, lanes, block, to + width);
    pack_gates(args.input<float>(at(l.u)), n, l.gate_count, n, lanes, block, to + width * (1 + l.features));
  });
}

void forward_task(const ForwardPlan& p, const KernelArgs& args, std::int64_t row, std::int64_t rows, const float* packed, float* own) {
  const LayerPlaces& l = p.places;
  const Walk& w = l.walk;
  const std::int64_t n = w.units, lanes = p.gates.lanes, states = rows * p.state_row, width = l.gate_count * lanes;
  float *before = own, *after = own + states, *cell = own + 2 * states, *from_x = own + 3 * states, *sums = from_x + TileSet::max_rows * width;
  copy_rows(args.input<float>(at(l.h0)) + row * n, n, rows, n, before, p.state_row);
  if (l.c0 >= 0) copy_rows(args.input<float>(at(l.c0)) + row * n, n, rows, n, cell, p.state_row);
  const float* x = args.input<float>(at(l.x));
  TileArgs of_x = tile_args(l.features), of_h = tile_args(n);
  of_x.a_row = w.time * l.features;
  of_h.a_row = p.state_row;
  of_x.b_row = of_x.c_row = of_h.b_row = of_h.c_row = width;
  of_x.columns = of_h.columns = static_cast<int>(width);
  of_x.c = from_x, of_h.c = sums;
  Forward f;
  f.units = n, f.time = w.time, f.state_row = p.state_row, f.gates_row = 4 * n;
  f.sums = sums, f.x = from_x, f.x_row = width, f.x_gate = lanes;
  float* kept = l.out_gates >= 0 ? args.output<float>(at(l.out_gates)) : nullptr;
  for (std::int64_t i = 0; i < w.time; ++i) {
    const std::int64_t t = w.at(i);
    for (std::int64_t r = 0; r < rows && i + 1 < w.time; ++r) fetch(x + ((row + r) * w.time + w.at(i + 1)) * l.features, l.features);
    for (std::int64_t block = 0; block < p.blocks; ++block) {
      const std::int64_t unit = block * lanes;
      const float* weights = packed + block * p.block_floats;
      of_x.bias = weights, of_x.b = weights + width, of_h.b = weights + width * (1 + l.features);
      f.width = static_cast<int>(std::min(lanes, n - unit));
      for_panels(p.panel_rows, rows, [&](std::int64_t from, std::int64_t count) {
        const TileFn tile = tile_of(*p.tiles, count, l.gate_count);
        const std::int64_t step = (row + from) * w.time + t, own_at = from * p.state_row + unit;
        if (kept) {
          f.gates = kept + (t * w.batch + row + from) * 4 * n + unit;
          f.gates_ahead = block + 1 < p.blocks ? lanes : i + 1 < w.time ? (w.at(i + 1) - t) * w.batch * 4 * n - unit : 0;
        }
        of_x.a = x + step * l.features;
        tile(of_x);
        of_h.a = before + from * p.state_row;
        tile(of_h);
        f.rows = count;
        f.before = before + own_at, f.after = after + own_at, f.cell = cell + own_at;
        f.h = args.output<float>(0) + step * n + unit;
        if (l.out_c >= 0) f.c = args.output<float>(at(l.out_c)) + step * n + unit;
        if (l.inner_b >= 0) f.bias = args.input<float>(at(l.inner_b)) + unit;
        if (l.mask >= 0) f.mask = args.input<bool>(at(l.mask)) + step;
        p.gates.forward(f);
      });
    }
    std::swap(before, after);
  }
}

void run_forward(const KernelArgs& args) {
  const auto& p = *static_cast<const ForwardPlan*>(args.block);
  auto* packed = reinterpret_cast<float*>(args.scratch);
  float* slots = packed + p.blocks * p.block_floats;
  pack(p, args, packed);
  run_tasks(p.tasks, p.slots, [&](std::int64_t task, std::int64_t slot) {
    forward_task(p, args, p.group_start(task), p.group_start(task + 1) - p.group_start(task), packed, slots + slot * p.slot_floats);
  });
}

// ---- backward

struct BackwardPlan : Common {
  std::int64_t vectors = 1;                        ///< of a tile of carries and of dx
  std::int64_t carry_blocks = 1, dx_blocks = 0;    ///< of columns of the transposes of U and W
  std::int64_t block_floats = 0;
  std::int64_t steps = 1;                          ///< of a chunk
  std::int64_t local_row = 0;                      ///< numbers of a row of the gates' cotangents
  std::int64_t inner = 0;                          ///< where those of h U + b begin; those of x W + b are the first
  std::int64_t sum_rows = 1, a_step = 1;           ///< of a tile of weight gradients: rows at most, and of its packed A
  std::int64_t x_rows = 1, h_rows = 0, x_panels = 1, h_panels = 1;  ///< of the sums: W and b; U and b of U
  std::int64_t sum_floats = 0, local_floats = 0, pack_floats = 0, states_floats = 0;
  /// Where the gate g of W stands among the own cotangents: a gru's candidate comes first, so that z, r are beside both it and U's.
  std::int64_t place(std::int64_t g) const { return family == Family::gru ? (g + 1) % 3 : g; }
};

void pack(const BackwardPlan& p, const KernelArgs& args, float* packed) {
  const LayerPlaces& l = p.places;
  const std::int64_t n = l.walk.units, columns = p.columns(), width = p.vectors * p.gates.lanes;
  parallel_for(p.carry_blocks + p.dx_blocks, [&](std::int64_t block) {
    float* to = packed + block * p.block_floats;
    if (block < p.carry_blocks) {
      const std::int64_t unit = block * width;
      transpose_block(args.input<float>(at(l.u)) + unit * columns, columns, std::min(width, n - unit), columns, to, width);
      return;
    }
    const std::int64_t first = (block - p.carry_blocks) * width;
    for (std::int64_t g = 0; g < l.gate_count; ++g)
      transpose_block(args.input<float>(at(l.w)) + first * columns + g * n, columns, std::min(width, l.features - first), n, to + p.place(g) * n * width, width);
  });
}

/// One group of rows on its way back, and the memory of its task.
struct Way {
  const BackwardPlan& p;
  const KernelArgs& args;
  const float* packed;
  std::int64_t row, rows;
  float *carry, *cell, *local, *pack_a, *sums;
  bool first;  ///< nothing is in the sums yet

  const float* in(int place) const { return args.input<float>(at(place)); }

  void gates(std::int64_t i, float* d) const {
    const LayerPlaces& l = p.places;
    const Walk& w = l.walk;
    const std::int64_t n = w.units, t = w.at(i), step = row * w.time + t, only = args.node->attrs.integer("only");
    Backward b;
    b.rows = rows, b.units = n, b.time = w.time, b.state_row = p.state_row, b.local_row = p.local_row, b.gates_row = 4 * n;
    b.dh_row = only < 0 ? w.time * n : n;
    if (l.mask >= 0) b.mask = args.input<bool>(at(l.mask)) + step;
    for (std::int64_t unit = 0; unit < n; unit += p.gates.lanes) {
      b.width = static_cast<int>(std::min<std::int64_t>(p.gates.lanes, n - unit));
      if (only < 0) b.dh = in(l.dh) + step * n + unit;
      else if (t == only) b.dh = in(l.dh) + row * n + unit;
      if (l.dc >= 0) b.dc = in(l.dc) + step * n + unit;
      b.state = in(l.c >= 0 ? l.c : l.h) + step * n + unit;
      if (l.gates >= 0) {
        const float *all = in(l.c >= 0 ? l.c : l.h), *start = in(l.c >= 0 ? l.c0 : l.h0);
        b.gates = in(l.gates) + (t * w.batch + row) * 4 * n + unit;
        b.before = i == 0 ? start + row * n + unit : all + (row * w.time + w.at(i - 1)) * n + unit;
        b.before_row = i == 0 ? n : w.time * n;
      }
      // The gates of the next step; what the sums of weight gradients take up at the end of the chunk.
      if (i > 0) {
        if (l.gates >= 0) b.soon_gates = in(l.gates) + (w.at(i - 1) * w.batch + row) * 4 * n + unit;
        b.soon_h = in(l.h) + (row * w.time + w.at(i - 1)) * n + unit;
      }
      b.soon_x = unit < l.features ? in(l.x) + (row * w.time + t) * l.features + unit : nullptr;
      b.soon_x_row = w.time * l.features;
      b.carry = carry + unit, b.cell = cell + unit, b.local = d + p.inner + unit;
      if (p.family == Family::gru) b.candidate = d + unit;
      p.gates.backward(b);
    }
    if (i == 0) return;
    for (std::int64_t r = 0; r < rows && only < 0; ++r) fetch(in(l.dh) + ((row + r) * w.time + w.at(i - 1)) * n, n);
  }

  /// carry += d U^T, and dx = d W^T.
  void products(std::int64_t i, const float* d) const {
    const LayerPlaces& l = p.places;
    const std::int64_t n = l.walk.units, width = p.vectors * p.gates.lanes;
    TileArgs tile = tile_args(p.columns());
    tile.a_row = p.local_row;
    tile.b_row = width;
    for (std::int64_t block = 0; block < p.carry_blocks + p.dx_blocks; ++block) {
      const bool of_x = block >= p.carry_blocks;
      const std::int64_t at_column = (of_x ? block - p.carry_blocks : block) * width, columns = std::min(width, (of_x ? l.features : n) - at_column);
      tile.b = packed + block * p.block_floats;
      tile.columns = static_cast<int>(columns);
      tile.c_row = tile.start_row = of_x ? l.walk.time * l.features : p.state_row;
      for_panels(p.panel_rows, rows, [&](std::int64_t from, std::int64_t count) {
        tile.a = d + (of_x ? 0 : p.inner) + from * p.local_row;
        tile.c = of_x ? args.output<float>(at(l.out_dx)) + ((row + from) * l.walk.time + l.walk.at(i)) * l.features + at_column : carry + from * p.state_row + at_column;
        tile.start = of_x ? nullptr : tile.c;
        tile_of(*p.tiles, count, ceil_div(columns, p.gates.lanes))(tile);
      });
    }
  }

  /// The rows of x or of the states before the steps [begin, end), followed by a one where a bias is summed, to where the tiles read them:
  /// [panel][row of the chunk][a_step].
  void spread(bool of_x, std::int64_t begin, std::int64_t end, float* out) const {
    const LayerPlaces& l = p.places;
    const Walk& w = l.walk;
    const std::int64_t count = of_x ? l.features : w.units, sum_count = of_x ? p.x_rows : p.h_rows, panels = of_x ? p.x_panels : p.h_panels;
    const std::int64_t panel_floats = (end - begin) * rows * p.a_step, least = sum_count / panels, longer = sum_count % panels;  // as part_start cuts
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t i = begin; i < end; ++i) {
        const bool initial = !of_x && i == 0;
        const float* from = initial ? in(l.h0) + (row + r) * count : of_x ? in(l.x) + ((row + r) * w.time + w.at(i)) * count : in(l.h) + ((row + r) * w.time + w.at(i - 1)) * count;
        float* to = out + ((i - begin) * rows + r) * p.a_step;
        for (std::int64_t panel = 0, start = 0, stop; panel < panels; ++panel, start = stop, to += panel_floats) {
          stop = start + least + (panel < longer);
          if (p.a_step == 16 && start + 16 <= count) std::memcpy(to, from + start, 16 * sizeof(float));
          else std::memcpy(to, from + start, static_cast<std::size_t>(std::max<std::int64_t>(0, std::min(stop, count) - start)) * sizeof(float));
          if (stop > count) to[count - start] = 1;
        }
      }
    }
  }

  /// The sums of W's and U's gradients take up the steps [begin, end).
  void sum(std::int64_t begin, std::int64_t end) const {
    const std::int64_t depth = (end - begin) * rows, columns = p.columns(), panel_columns = 2 * p.tiles->lanes;
    float *of_x = pack_a, *of_h = pack_a + p.x_panels * depth * p.a_step;
    spread(true, begin, end, of_x);
    spread(false, begin, end, of_h);
    TileArgs tile = tile_args(depth);
    tile.a_row = 1, tile.a_step = p.a_step;
    tile.b_row = p.local_row;
    tile.c_row = tile.start_row = columns;
    const auto product = [&](const float* a, std::int64_t sum_count, std::int64_t panels, const float* d, float* to, std::int64_t j) {
      const std::int64_t width = std::min(panel_columns, columns - j);
      tile.b = d + j;
      tile.columns = static_cast<int>(width);
      for (std::int64_t panel = 0; panel < panels; ++panel) {
        const std::int64_t from = part_start(sum_count, panels, panel), count = part_start(sum_count, panels, panel + 1) - from;
        tile.a = a + panel * depth * p.a_step;
        tile.c = to + from * columns + j;
        tile.start = first ? nullptr : tile.c;
        p.tiles->tile[1][count][ceil_div(width, p.tiles->lanes)](tile);
      }
    };
    for (std::int64_t j = 0; j < columns; j += panel_columns) {
      product(of_x, p.x_rows, p.x_panels, local, sums, j);
      product(of_h, p.h_rows, p.h_panels, local + p.inner, sums + p.x_rows * columns, j);
    }
  }

  void run() {
    const LayerPlaces& l = p.places;
    const std::int64_t n = l.walk.units, time = l.walk.time;
    std::fill(carry, carry + rows * p.state_row, 0.f);
    std::fill(cell, cell + rows * p.state_row, 0.f);
    for (std::int64_t end = time; end > 0;) {
      const std::int64_t begin = std::max<std::int64_t>(0, end - p.steps);
      for (std::int64_t i = end; i-- > begin;) {
        float* d = local + (i - begin) * rows * p.local_row;
        gates(i, d);
        products(i, d);
      }
      sum(begin, end);
      first = false;
      end = begin;
    }
    copy_rows(carry, p.state_row, rows, n, args.output<float>(at(l.out_dh0)) + row * n, n);
    if (l.out_dc0 >= 0) copy_rows(cell, p.state_row, rows, n, args.output<float>(at(l.out_dc0)) + row * n, n);
  }
};

/// The parts' sums, in order, to where they belong.
void add_parts(const BackwardPlan& p, const KernelArgs& args, const float* sums) {
  const LayerPlaces& l = p.places;
  const std::int64_t n = l.walk.units, columns = p.columns(), rows = p.x_rows + p.h_rows, pieces = std::min<std::int64_t>(8, ceil_div(rows * columns, 4096));
  parallel_for(pieces, [&](std::int64_t piece) {
    for (std::int64_t r = part_start(rows, pieces, piece), end = part_start(rows, pieces, piece + 1); r < end; ++r) {
      const bool of_x = r < p.x_rows;
      const std::int64_t k = of_x ? r : r - p.x_rows;
      float* to = of_x ? (k < l.features ? args.output<float>(0) + k * columns : args.output<float>(1))
                       : (k < n ? args.output<float>(at(l.out_du)) + k * columns : args.output<float>(at(l.out_inner_db)));
      for (std::int64_t g = 0; g < l.gate_count; ++g) {
        const float* from = sums + r * columns + (of_x ? p.place(g) : g) * n;
        float* out = to + g * n;
        std::copy(from, from + n, out);
        for (std::int64_t part = 1; part < p.tasks; ++part) {
          from += p.sum_floats;
          for (std::int64_t c = 0; c < n; ++c) out[c] += from[c];
        }
      }
    }
  });
}

void run_backward(const KernelArgs& args) {
  const auto& p = *static_cast<const BackwardPlan*>(args.block);
  auto* packed = reinterpret_cast<float*>(args.scratch);
  float *sums = packed + (p.carry_blocks + p.dx_blocks) * p.block_floats, *slots = sums + p.tasks * p.sum_floats;
  pack(p, args, packed);
  run_tasks(p.tasks, p.slots, [&](std::int64_t part, std::int64_t slot) {
    float *own = slots + slot * p.slot_floats, *local = own + 2 * p.states_floats;
    const std::int64_t first = part_start(p.groups, p.tasks, part);
    for (std::int64_t group = first; group < part_start(p.groups, p.tasks, part + 1); ++group) {
      const std::int64_t row = p.group_start(group), rows = p.group_start(group + 1) - row;
      Way{p, args, packed, row, rows, own, own + p.states_floats, local, local + p.local_floats, sums + part * p.sum_floats, group == first}.run();
    }
  });
  add_parts(p, args, sums);
}

// ---- plans

std::string describe(const Common& p) {
  return "rows in " + std::to_string(p.panel_rows) + " a tile, " + (p.tasks == 1 ? std::string("inline") : std::to_string(p.tasks) + " tasks, " + std::to_string(p.most_rows) + " rows at once");
}

Answer forward_candidate(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.recurrent_layer";
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)));
  ForwardPlan p;
  static_cast<Common&>(p) = common_of(node, candor::recurrent::layer_places(node.in, node.attrs));
  const LayerPlaces& l = p.places;
  if (l.walk.time == 0 || l.walk.units == 0 || l.features == 0) return declined(name, "no steps");
  const std::int64_t lanes = p.gates.lanes, width = l.gate_count * lanes;
  p.tasks = p.groups;
  p.slots = slots_for(p.tasks);
  p.panel_rows = tallest(*p.tiles, l.gate_count);
  p.blocks = ceil_div(l.walk.units, lanes);
  p.block_floats = rounded((1 + l.features + l.walk.units) * width);
  p.slot_floats = 3 * p.most_rows * p.state_row + 2 * TileSet::max_rows * rounded(width);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_forward;
  kernel.scratch = static_cast<std::size_t>(p.blocks * p.block_floats + p.slots * p.slot_floats) * sizeof(float);
  kernel.note = describe(p);
  kernel.block = std::make_shared<const ForwardPlan>(p);
  return kernel;
}

Answer backward_candidate(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.recurrent_layer_gradient";
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)));
  BackwardPlan p;
  static_cast<Common&>(p) = common_of(node, candor::recurrent::layer_gradient_places(node.in, node.attrs));
  const LayerPlaces& l = p.places;
  const std::int64_t n = l.walk.units, lanes = p.gates.lanes, columns = p.columns();
  if (l.walk.batch == 0 || l.walk.time == 0 || n == 0 || l.features == 0) return declined(name, "no steps");
  p.tasks = std::min(p.groups, most_parts);
  p.slots = slots_for(p.tasks);
  p.vectors = std::max(n, l.out_dx >= 0 ? l.features : 1) > 2 * lanes ? 4 : n > lanes ? 2 : 1;
  p.panel_rows = p.tiles->tile[0][1][p.vectors] ? tallest(*p.tiles, p.vectors) : 1;
  const std::int64_t width = p.vectors * lanes;
  p.carry_blocks = ceil_div(n, width);
  p.dx_blocks = l.out_dx >= 0 ? ceil_div(l.features, width) : 0;
  p.block_floats = rounded(columns * width);
  p.inner = p.family == Family::gru ? n : 0;
  p.local_row = rounded(columns + p.inner) + 16;
  p.sum_rows = p.tiles->rows;
  p.a_step = (p.sum_rows + 3) / 4 * 4;
  p.x_rows = l.features + 1;
  p.h_rows = n + (p.family == Family::gru ? 1 : 0);
  p.x_panels = ceil_div(p.x_rows, p.sum_rows), p.h_panels = ceil_div(p.h_rows, p.sum_rows);
  p.sum_floats = rounded((p.x_rows + p.h_rows) * columns);
  p.steps = std::clamp<std::int64_t>(chunk_rows / p.most_rows, 1, l.walk.time);
  p.local_floats = p.steps * p.most_rows * p.local_row + 16;
  p.pack_floats = rounded((p.x_panels + p.h_panels) * p.steps * p.most_rows * p.a_step + 16);
  p.states_floats = p.most_rows * p.state_row;
  p.slot_floats = 2 * p.states_floats + p.local_floats + p.pack_floats;
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_backward;
  kernel.scratch = static_cast<std::size_t>((p.carry_blocks + p.dx_blocks) * p.block_floats + p.tasks * p.sum_floats + p.slots * p.slot_floats) * sizeof(float);
  kernel.note = describe(p) + ", weights' gradients every " + std::to_string(p.steps) + " steps";
  kernel.block = std::make_shared<const BackwardPlan>(p);
  return kernel;
}

}  // namespace

void add_recurrent_layers(CandidateTable& table) {
  table.add("recurrent_layer", forward_candidate);
  table.add("recurrent_layer_gradient", backward_candidate);
}

}  // namespace candor::cpu
