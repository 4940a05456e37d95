#include "candor/backends/cpu/matmul_sparse.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/matmul.h"
#include "candor/backends/cpu/matmul_finish.h"
#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

constexpr const char* kName = "cpu.matmul.sparse";
constexpr std::int64_t most_rows = 32, most_depth = 128;            // of one list
constexpr std::int64_t least_columns = 32, least_work = 1 << 15, least_row_work = 1 << 13;
constexpr std::int64_t samples = 64, sample = 16, few = 4096;       // numbers that are looked at to judge how many zeros there are
constexpr std::int64_t unit = 16;                                   // rows are cut between cache lines
constexpr float none = -std::numeric_limits<float>::infinity();

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

struct Plan {
  Kernel dense;
  SparsePasses passes{};
  std::int64_t m = 0, n = 0, k = 0, a_row = 0;
  std::int64_t b_row = 0;       // distance of the rows of b
  bool keeps_b = false;         // in the first run they are laid out so that each begins on a line of the cache
  KeptKernel kept;
  bool transposed = false, bias = false;
  float lowest = none;
  FinishFn finish = nullptr;
  std::int64_t groups = 1;      // parts of the sum, each added up by itself: whoever owns a part of the weights reads no other
  std::int64_t row_parts = 1;
  std::int64_t depth = 0, slots = 1, list_room = 0, slot_floats = 0;

  std::int64_t tasks() const { return groups * row_parts; }
  std::size_t scratch() const {
    return std::max(dense.scratch, static_cast<std::size_t>(slots * slot_floats + (groups > 1 ? groups * m * n : 0)) * sizeof(float));
  }
};

/// Whether at most a third is not zero, as far as a sample says; three quarters of a single row, which takes as long as reading the weights does. It depends on the numbers and their count alone, so the gradient of a product
/// decides as the product did.
bool mostly_zeros(const Plan& p, const float* a) {
  const std::int64_t size = p.m * p.k;
  if (p.m == 1 && size <= few) return 4 * p.passes.count(a, size) <= 3 * size;
  if (size <= few) return 3 * p.passes.count(a, size) <= size;
  std::int64_t found = 0;
  for (std::int64_t s = 0; s < samples; ++s) found += p.passes.count(a + s * 2654435761LL % (size - sample), sample);
  return 3 * found <= samples * sample;
}

struct Operands {
  const float *a, *b, *bias;
  float* c;
};

/// Rows [row, end) of the result, summed over [k, k_end); they begin with `start` and are raised to `lowest` at the end.
void add_block(const Plan& p, const Operands& at, std::int64_t row, std::int64_t end, std::int64_t k, std::int64_t k_end, const float* start, float lowest, float* scratch) {
  auto* value = scratch;
  auto* places = reinterpret_cast<std::int32_t*>(scratch + p.list_room);
  float* turned = scratch + 2 * p.list_room;
  std::int32_t first[most_rows + 1];
  for (std::int64_t i = row; i < end; i += most_rows) {
    const std::int64_t rows = std::min(most_rows, end - i);
    for (std::int64_t from = k; from < k_end; from += p.depth) {
      const std::int64_t depth = std::min(p.depth, k_end - from);
      if (p.transposed) transpose_block(at.a + from * p.a_row + i, p.a_row, depth, rows, turned, p.depth);
      std::int64_t found = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        first[r] = static_cast<std::int32_t>(found);
        const float* x = p.transposed ? turned + r * p.depth : at.a + (i + r) * p.a_row + from;
        found += p.passes.list(x, depth, 0, static_cast<std::int32_t>(p.b_row), value + found, places + found);
      }
      first[rows] = static_cast<std::int32_t>(found);
      const bool begins = from == k, ends = from + depth == k_end;
      for (std::int64_t j = 0; j < p.n; j += p.passes.columns) {
        float* c = at.c + i * p.n + j;
        p.passes.add({value, places, first, rows, at.b + from * p.b_row + j, c, p.n, !begins ? c : start ? start + j : nullptr, begins ? 0 : p.n, ends ? lowest : none,
                      static_cast<int>(std::min<std::int64_t>(p.passes.columns, p.n - j))});
      }
    }
  }
}

/// Part i of `parts` of [0, count) begins here, on a multiple of `unit`.
std::int64_t cut(std::int64_t count, std::int64_t parts, std::int64_t i) { return std::min(count, part_start(ceil_div(count, unit), parts, i) * unit); }

void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  Operands at{args.input<float>(0), args.input<float>(1), p.bias ? args.input<float>(2) : nullptr, args.output<float>(0)};
  const float* given = at.b;  // laid out whatever this run's numbers are: only the first run takes memory
  if (p.keeps_b) at.b = p.kept.get(static_cast<std::size_t>(p.k * p.b_row), [&](float* to) { copy_block(given, p.n, p.k, p.n, to, p.b_row); });
  if (!mostly_zeros(p, at.a)) {
    KernelArgs dense = args;
    dense.block = p.dense.block.get();
    return p.dense.run(dense);
  }
  auto* scratch = reinterpret_cast<float*>(args.scratch);
  float* partial = scratch + p.slots * p.slot_floats;
  run_tasks(p.tasks(), p.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t group = task / p.row_parts, part = task % p.row_parts;
    const std::int64_t row = cut(p.m, p.row_parts, part), end = cut(p.m, p.row_parts, part + 1);
    Operands own = at;
    if (p.groups > 1) own.c = partial + group * p.m * p.n;
    add_block(p, own, row, end, cut(p.k, p.groups, group), cut(p.k, p.groups, group + 1), group == 0 ? at.bias : nullptr, p.groups == 1 ? p.lowest : none,
              scratch + slot * p.slot_floats);
    if (p.groups == 1 && p.finish) p.finish(at.c + row * p.n, p.n, end - row, p.n);
  });
  if (p.groups == 1) return;
  parallel_for(p.row_parts, [&](std::int64_t part) {
    const std::int64_t row = cut(p.m, p.row_parts, part), rows = cut(p.m, p.row_parts, part + 1) - row;
    const float* sum = partial + row * p.n;
    p.passes.join(sum, sum + p.m * p.n, at.c + row * p.n, rows * p.n, p.lowest);
    if (p.finish) p.finish(at.c + row * p.n, p.n, rows, p.n);
  });
}

void cut_up(Plan& p) {
  const std::int64_t work = p.m * p.n * p.k;
  if (work >= 1 << 20) {
    // Few rows and a long sum: two parts of the sum. Else blocks of rows.
    if (!p.transposed && p.m <= 512 && p.k >= 4 * unit) p.groups = 2;
    p.row_parts = std::clamp<std::int64_t>(p.m / (p.transposed ? unit : most_rows), 1, 16);
  }
  const std::int64_t longest = ceil_div(ceil_div(p.k, unit), p.groups) * unit, wanted = p.m == 1 ? few : most_depth;
  p.depth = std::min(longest, ceil_div(ceil_div(longest, ceil_div(longest, wanted)), unit) * unit);
  const std::int64_t rows = std::min(p.m, most_rows);
  p.list_room = ceil_div(rows * p.depth + p.passes.lanes, unit) * unit;
  p.slots = slots_for(p.tasks());
  p.slot_floats = 2 * p.list_room + (p.transposed ? ceil_div(rows * p.depth, unit) * unit : 0);
}

}  // namespace

Answer sparse_matmul_candidate(const NodeInfo& node, const Machine& machine) {
  if (!node.attrs.has("sparse")) return declined(kName, "its first operand depends on weights or is none that comes from data");
  for (const TensorType& type : node.in)
    if (type.dtype != DType::f32) return declined(kName, "dtype " + std::string(to_string(type.dtype)) + ", f32 only");
  const Shape &a = node.in[0].shape, &b = node.in[1].shape;
  if (b.rank() != 2 || a.rank() < 2) return declined(kName, "not one matrix on the right");
  const bool fused = node.attrs.has("activation");
  Plan p;
  p.transposed = node.attrs.flag("transpose_a");
  if (node.attrs.flag("transpose_b") || (p.transposed && a.rank() != 2)) return declined(kName, "rows of the second operand are not adjacent");
  for (const char* more : {"residual", "gate", "times", "slope"})
    if (fused && node.attrs.has(more) && node.attrs.flag(more)) return declined(kName, std::string("an epilogue with ") + more);
  p.bias = fused && node.attrs.flag("bias");
  p.n = b[1];
  p.k = b[0];
  if (p.n < least_columns) return declined(kName, std::to_string(p.n) + " columns < " + std::to_string(least_columns));
  if (p.bias && node.in[2].size() != p.n) return declined(kName, "bias " + to_string(node.in[2].shape) + " is not one vector");
  if (p.k == 0 || a.size() == 0) return declined(kName, "nothing to add");
  p.a_row = a[-1];
  p.keeps_b = has_constant_kernel(node) && p.n % unit != 0;
  p.b_row = p.keeps_b ? ceil_div(p.n, unit) * unit : p.n;
  p.m = p.transposed ? a[-1] : a.size() / p.k;
  if (p.m * p.n * p.k < (p.m == 1 ? least_row_work : least_work) || p.k < 2 * unit) return declined(kName, "too small");
  if (few * p.b_row > std::numeric_limits<std::int32_t>::max()) return declined(kName, "rows too long");
  const Epilogue epilogue = epilogue_of(fused ? node.attrs.text("activation") : "linear");
  p.lowest = epilogue.lowest;
  p.finish = epilogue.finish;
  p.passes = sparse_passes();
  Answer dense = matmul_candidate(node, machine);
  if (!std::holds_alternative<Kernel>(dense)) return dense;
  p.dense = std::get<Kernel>(std::move(dense));
  cut_up(p);
  Kernel kernel;
  kernel.name = kName;
  kernel.run = run;
  kernel.scratch = p.scratch();
  kernel.note = (p.m == 1 ? "where three quarters or less are not zero: " : "where a third or less is not zero: ") + (p.tasks() == 1 ? "inline" : std::to_string(p.tasks()) + " tasks") + "; else " + p.dense.name.substr(4) + ", " + p.dense.note;
  kernel.block = std::make_shared<const Plan>(std::move(p));
  return kernel;
}

}  // namespace candor::cpu
