#include "candor/backends/cpu/bf16_conv.h"

#include <algorithm>

#include "candor/backends/cpu/bf16_conv_walk.h"
#include "candor/backends/cpu/bf16_pack.h"
#include "candor/backends/cpu/bf16_patches.h"
#include "candor/backends/cpu/matmul_finish.h"
#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;
constexpr const char* kName = "cpu.conv.bf16";
constexpr std::int64_t block_floats = bf16_block * bf16_block;

/// The kernel turned round, with inputs and outputs exchanged: what the gradient of the input multiplies by.
class TurnedKernel : public Bf16Columns {
 public:
  explicit TurnedKernel(const ConvGeometry& forward) : g_(forward) {}
  void pack(const Bits* kernel, std::int64_t panel, Bits* to) const override {
    const std::int64_t in = g_.in_channels, out = g_.out_channels, column = panel * bf16_block;
    for (std::int64_t tap = g_.taps(); tap-- > 0; to += out * bf16_block)
      pack_right_bf16(kernel + (tap * in + column) * out, out, false, out, std::min(bf16_block, in - column), to);
  }

 private:
  ConvGeometry g_;
};

std::string why_not(const NodeInfo& node, const Bf16Tiles& tiles) {
  for (const auto* list : {&node.in, &node.out})
    for (const TensorType& type : *list)
      if (type.dtype != DType::bf16) return "dtype " + std::string(to_string(type.dtype)) + ", bf16 only";
  if (!tiles.block) return "the processor multiplies no bf16";
  const int rank = node.in[0].shape.rank();
  if (rank < 3 || rank > 5) return "rank " + std::to_string(rank);
  return "";
}

std::string why_not(const ConvGeometry& g) {
  if (g.empty()) return "nothing to compute";
  return g.groups == 1 ? "" : std::to_string(g.groups) + " groups";
}

/// The product of m rows of a with the kernel, without what gives rows and columns.
std::shared_ptr<Bf16Product> product(const Bf16Tiles& tiles, std::int64_t m, std::int64_t n, std::int64_t k) {
  auto plan = std::make_shared<Bf16Product>();
  plan->tiles = tiles;
  MatmulProblem& p = plan->problem;
  p.m = m, p.n = n, p.k = k;
  p.a_row = k, p.b_row = n;
  p.a_start = p.b_start = {0};
  p.lowest = epilogue_of("linear").lowest;
  return plan;
}

void run(const KernelArgs& args) {
  const auto& plan = *static_cast<const Bf16Product*>(args.block);
  run_bf16_product(plan, bf16_conv_operands(args, plan.problem), reinterpret_cast<float*>(args.scratch));
}

Kernel planned(std::shared_ptr<Bf16Product> plan) {
  plan_bf16_product(*plan);
  const std::size_t scratch = plan->scratch();
  return {kName, run, plan, scratch, plan->describe()};
}

Answer forward_candidate(const NodeInfo& node, const Machine& machine) {
  const Bf16Tiles tiles = bf16_tiles(machine);
  if (const std::string reason = why_not(node, tiles); !reason.empty()) return declined(kName, reason);
  const ConvGeometry g = conv_geometry(node.attrs, node.in[0].shape, node.in[1].shape, node.out[0].shape);
  if (const std::string reason = why_not(g); !reason.empty()) return declined(kName, reason);
  auto plan = product(tiles, g.images * g.out_cells(), g.out_channels, g.taps() * g.in_channels);
  MatmulProblem& p = plan->problem;
  const bool fused = node.attrs.has("activation");
  const Epilogue epilogue = epilogue_of(fused ? node.attrs.text("activation") : "linear");
  p.lowest = epilogue.lowest;
  p.finish = epilogue.finish;
  p.bias = fused && node.attrs.flag("bias");
  p.residual = node.attrs.has("residual") && node.attrs.flag("residual");
  p.constant_b = has_constant_kernel(node);
  if (!is_pointwise(g)) {
    if (std::optional<Kernel> walk = bf16_walk(g, p, tiles, nullptr)) return std::move(*walk);
    plan->rows = std::make_shared<PatchRows>(g);
  }
  return planned(std::move(plan));
}

Answer input_gradient_candidate(const NodeInfo& node, const Machine& machine) {
  const Bf16Tiles tiles = bf16_tiles(machine);
  if (const std::string reason = why_not(node, tiles); !reason.empty()) return declined(kName, reason);
  const ConvGeometry g = conv_geometry(node.attrs, node.out[0].shape, node.in[1].shape, node.in[0].shape);
  if (const std::string reason = why_not(g); !reason.empty()) return declined(kName, reason);
  auto plan = product(tiles, g.images * g.in_cells(), g.in_channels, g.taps() * g.out_channels);
  if (is_pointwise(g)) {
    plan->problem.transpose_b = true;
    plan->problem.b_row = g.out_channels;
  } else {
    if (g.out_channels % bf16_block != 0) return declined(kName, std::to_string(g.out_channels) + " outputs, not a multiple of 32");
    const ConvGeometry back = backward(g);
    plan->columns = std::make_shared<TurnedKernel>(g);
    if (std::optional<Kernel> walk = bf16_walk(back, plan->problem, tiles, plan->columns)) return std::move(*walk);
    plan->rows = std::make_shared<PatchRows>(back);
  }
  return planned(std::move(plan));
}

/// The gradient of the kernel, transposed: that of the outputs, transposed, times patches; one number of a sum for each output. The sums are cut into parts, which
/// are added in order at the end.
struct KernelGradient {
  ConvGeometry g;
  Bf16Tiles tiles;
  std::int64_t blocks = 0, panels = 0, steps = 0;  ///< of 32: output channels, taps times input channels, outputs
  std::int64_t row_parts = 1, column_parts = 1, sum_parts = 1;

  std::int64_t outputs() const { return g.images * g.out_cells(); }
  std::int64_t tasks() const { return row_parts * column_parts * sum_parts; }
  std::int64_t task_panels() const { return (panels + column_parts - 1) / column_parts; }
  std::int64_t rows_floats() const { return blocks * steps * bf16_step / 2; }   ///< the packed gradient of the outputs
  std::int64_t sums_floats() const { return blocks * panels * block_floats; }  ///< of a part
  std::int64_t slot_floats() const;
  std::size_t scratch() const { return static_cast<std::size_t>(rows_floats() + sum_parts * sums_floats() + slots_for(tasks()) * slot_floats()) * sizeof(float); }
};

constexpr std::int64_t chunk = 32;  // steps of which a task packs its patches at a time: 64 KB a panel

std::int64_t KernelGradient::slot_floats() const { return task_panels() * std::min(chunk, steps) * bf16_step / 2; }

void sum_part(const KernelGradient& plan, const Bits* x, const Bits* rows, std::int64_t task, float* sums, Bits* patches) {
  const std::int64_t part = task % plan.sum_parts, row_part = task / plan.sum_parts % plan.row_parts, column_part = task / plan.sum_parts / plan.row_parts;
  const std::int64_t first = part_start(plan.blocks, plan.row_parts, row_part), last = part_start(plan.blocks, plan.row_parts, row_part + 1);
  const std::int64_t from = part_start(plan.panels, plan.column_parts, column_part), to = part_start(plan.panels, plan.column_parts, column_part + 1);
  const std::int64_t begin = part_start(plan.steps, plan.sum_parts, part), end = part_start(plan.steps, plan.sum_parts, part + 1);
  sums += part * plan.sums_floats();
  plan.tiles.begin();
  for (std::int64_t step = begin; step < end; step += chunk) {
    const std::int64_t count = std::min(chunk, end - step);
    for (std::int64_t panel = from; panel < to; ++panel) pack_patch_columns(plan.g, x, panel, step, count, patches + (panel - from) * count * bf16_step);
    for (std::int64_t block = first; block < last; ++block)
      for (std::int64_t panel = from; panel < to; ++panel)
        plan.tiles.block({.a = rows + (block * plan.steps + step) * bf16_step, .a_row = bf16_block, .a_step = bf16_step, .b = patches + (panel - from) * count * bf16_step, .steps = count,
                          .c = sums + (panel * plan.blocks + block) * block_floats, .first = step == begin});
  }
  plan.tiles.end();
}

/// 32 rows of the kernel's gradient: the parts' columns, added and turned.
CANDOR_AVX512_BF16 void add_parts(const KernelGradient& plan, float* sums, std::int64_t panel, Bits* to) {
  const std::int64_t n = plan.g.out_channels;
  for (std::int64_t block = 0; block < plan.blocks; ++block) {
    float* all = sums + (panel * plan.blocks + block) * block_floats;
    for (std::int64_t part = 1; part < plan.sum_parts; ++part)
      for (std::int64_t i = 0; i < block_floats; ++i) all[i] += all[part * plan.sums_floats() + i];
    alignas(64) float turned[block_floats];
    for (std::int64_t r = 0; r < bf16_block; r += 16)
      for (std::int64_t c = 0; c < bf16_block; c += 16) transpose_block(all + r * bf16_block + c, bf16_block, 16, 16, turned + c * bf16_block + r, bf16_block);
    narrow_rows_bf16(turned, bf16_block, bf16_block, std::min(bf16_block, n - block * bf16_block), to + panel * bf16_block * n + block * bf16_block, n);
  }
}

void run_kernel_gradient(const KernelArgs& args) {
  const auto& plan = *static_cast<const KernelGradient*>(args.block);
  const Bits *x = args.input<Bits>(0), *dy = args.input<Bits>(1);
  auto* rows = reinterpret_cast<Bits*>(args.scratch);
  float* sums = reinterpret_cast<float*>(args.scratch) + plan.rows_floats();
  float* own = sums + plan.sum_parts * plan.sums_floats();
  const std::int64_t pieces = (plan.steps + chunk - 1) / chunk, n = plan.g.out_channels;
  parallel_for(plan.blocks * pieces, [&](std::int64_t piece) {
    const std::int64_t block = piece / pieces, step = piece % pieces * chunk, row = step * bf16_block;
    pack_left_bf16(dy + row * n + block * bf16_block, n, false, std::min(bf16_block, n - block * bf16_block), std::min(chunk * bf16_block, plan.outputs() - row), rows + (block * plan.steps + step) * bf16_step);
  });
  run_tasks(plan.tasks(), slots_for(plan.tasks()), [&](std::int64_t task, std::int64_t slot) { sum_part(plan, x, rows, task, sums, reinterpret_cast<Bits*>(own + slot * plan.slot_floats())); });
  parallel_for(plan.panels, [&](std::int64_t panel) { add_parts(plan, sums, panel, args.output<Bits>(0)); });
}

Answer kernel_gradient_candidate(const NodeInfo& node, const Machine& machine) {
  const Bf16Tiles tiles = bf16_tiles(machine);
  if (const std::string reason = why_not(node, tiles); !reason.empty()) return declined(kName, reason);
  auto plan = std::make_shared<KernelGradient>();
  ConvGeometry& g = plan->g;
  g = conv_geometry(node.attrs, node.in[0].shape, node.out[0].shape, node.in[1].shape);
  if (const std::string reason = why_not(g); !reason.empty()) return declined(kName, reason);
  if (g.in_channels % bf16_block != 0) return declined(kName, std::to_string(g.in_channels) + " inputs, not a multiple of 32");
  plan->tiles = tiles;
  plan->blocks = blocks_of(g.out_channels);
  plan->panels = blocks_of(g.taps() * g.in_channels);
  plan->steps = blocks_of(plan->outputs());
  constexpr double task_flops = 4e7;
  std::int64_t wanted = tasks_wanted(g.flops(), task_flops);
  // Columns first: a task packs its own. Eight panels of them fill half of the second cache.
  while (2 * plan->column_parts <= plan->panels && (plan->tasks() < wanted || plan->task_panels() > 8)) plan->column_parts *= 2;
  while (plan->tasks() < wanted && plan->steps / plan->sum_parts >= 4 * chunk) plan->sum_parts *= 2;
  while (plan->tasks() < wanted && 2 * plan->row_parts <= plan->blocks) plan->row_parts *= 2;
  const std::size_t scratch = plan->scratch();
  return Kernel{kName, run_kernel_gradient, plan, scratch, std::string(to_string(tiles.kind)) + ", " + (plan->tasks() == 1 ? "inline" : std::to_string(plan->tasks()) + " tasks")};
}

}  // namespace

void add_bf16_conv(CandidateTable& table) {
  table.add({"conv", "fused_conv"}, forward_candidate);
  table.add("conv_input_gradient", input_gradient_candidate);
  table.add("conv_kernel_gradient", kernel_gradient_candidate);
}

}  // namespace candor::cpu
