// Candidates of the ops that move elements: transpose, broadcast_to, slice, slice_scatter, take, take_gradient.
#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/strided_copy.h"
#include "candor/base/threads.h"

namespace candor::cpu {
namespace {

using Strides = std::array<std::int64_t, Shape::max_rank>;

void run_gather(const KernelArgs& args) { static_cast<const StridedCopy*>(args.block)->gather(args.input<std::byte>(0), args.output<std::byte>(0)); }

void run_scatter(const KernelArgs& args) {
  if (const std::size_t bytes = args.node->out[0].bytes()) std::memset(args.out[0], 0, bytes);
  static_cast<const StridedCopy*>(args.block)->scatter(args.input<std::byte>(0), args.output<std::byte>(0));
}

Kernel copying(const NodeInfo& node, const StridedCopy& copy, KernelFn run) {
  Kernel kernel;
  kernel.name = "cpu.copy." + node.op->name;
  kernel.run = run;
  const bool rows = copy.across < 0;
  kernel.note = rows ? "rows of " + std::to_string(copy.extent[static_cast<std::size_t>(copy.rank - 1)]) : "tiles of 16 x 16";
  kernel.note += copy.parallel() ? ", parallel" : ", inline";
  kernel.block = std::make_shared<const StridedCopy>(copy);
  return kernel;
}

Answer transpose(const NodeInfo& node, const Machine&) {
  const Strides own = row_major_strides(node.in[0].shape);
  Strides strides{};
  const auto& axes = node.attrs.integers("axes");
  for (std::size_t i = 0; i < axes.size(); ++i) strides[i] = own[static_cast<std::size_t>(axes[i])];
  return copying(node, StridedCopy(node.out[0].shape, strides, 0, size_of(node.in[0].dtype)), run_gather);
}

Answer broadcast_to(const NodeInfo& node, const Machine&) {
  const Shape &from = node.in[0].shape, &to = node.out[0].shape;
  const Strides own = row_major_strides(from);
  Strides strides{};
  for (int i = 1; i <= from.rank(); ++i)
    if (from[-i] != 1) strides[static_cast<std::size_t>(to.rank() - i)] = own[static_cast<std::size_t>(from.rank() - i)];
  return copying(node, StridedCopy(to, strides, 0, size_of(node.in[0].dtype)), run_gather);
}

// The part of `full` that slice's attributes name.
StridedCopy part_of(const NodeInfo& node, const Shape& full, const Shape& part) {
  Strides strides = row_major_strides(full);
  std::int64_t first = 0;
  const auto &start = node.attrs.integers("start"), &step = node.attrs.integers("step");
  for (std::size_t i = 0; i < start.size(); ++i) {
    first += start[i] * strides[i];
    strides[i] *= step[i];
  }
  return StridedCopy(part, strides, first, size_of(node.in[0].dtype));
}

Answer slice(const NodeInfo& node, const Machine&) { return copying(node, part_of(node, node.in[0].shape, node.out[0].shape), run_gather); }
Answer slice_scatter(const NodeInfo& node, const Machine&) { return copying(node, part_of(node, node.out[0].shape, node.in[0].shape), run_scatter); }

// Rows of a table: whole slices along the first axes.
struct Take {
  std::int64_t outer = 1, extent = 1, count = 0, grain = 1;
  std::size_t bytes = 0;
};

/// Rows of a table lie anywhere: those of the next numbers are asked for while these are moved.
constexpr std::int64_t rows_ahead = 8;
void ask_for_row(const void* row, std::size_t bytes) {
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes, 1024); i += 64) __builtin_prefetch(static_cast<const std::byte*>(row) + i);
}

template <class I>
void take_rows(const KernelArgs& args, const Take& p) {
  const auto* index = args.input<I>(1);
  const std::byte* in = args.input<std::byte>(0);
  std::byte* out = args.output<std::byte>(0);
  const auto place = [&](I i) { return i < 0 ? static_cast<std::int64_t>(i) + p.extent : static_cast<std::int64_t>(i); };
  I lowest = 0, highest = 0;  // two comparisons a number, of many numbers at once
  for (std::int64_t k = 0; k < p.count; ++k) lowest = std::min(lowest, index[k]), highest = std::max(highest, index[k]);
  if (lowest < -p.extent || highest >= p.extent) return args.node->op->reference(args);  // which says which index it is
  const std::int64_t rows = p.outer * p.count;
  // Short rows of the common widths without a call for each.
  const auto short_rows = [&](auto element) {
    const auto* from = reinterpret_cast<const decltype(element)*>(in);
    auto* to = reinterpret_cast<decltype(element)*>(out);
    for (std::int64_t k = 0; k < p.count; ++k) to[k] = from[place(index[k])];
  };
  struct Sixteen { std::uint64_t low, high; };
  if (p.outer == 1 && p.grain == rows) switch (p.bytes) {
      case 1: return short_rows(std::uint8_t{});
      case 4: return short_rows(std::uint32_t{});
      case 8: return short_rows(std::uint64_t{});
      case 16: return short_rows(Sixteen{});
      default:
        for (std::int64_t k = 0; k < p.count; ++k) std::memcpy(out + static_cast<std::size_t>(k) * p.bytes, in + static_cast<std::size_t>(place(index[k])) * p.bytes, p.bytes);
        return;
    }
  parallel_for((rows + p.grain - 1) / p.grain, [&](std::int64_t t) {
    const std::int64_t first = t * p.grain;
    const std::byte* table = in + static_cast<std::size_t>(first / p.count * p.extent) * p.bytes;
    std::int64_t k = first % p.count;
    for (std::int64_t r = first; r < std::min(rows, first + p.grain); ++r) {
      if (k + rows_ahead < p.count) ask_for_row(table + static_cast<std::size_t>(place(index[k + rows_ahead])) * p.bytes, p.bytes);
      std::memcpy(out + static_cast<std::size_t>(r) * p.bytes, table + static_cast<std::size_t>(place(index[k])) * p.bytes, p.bytes);
      if (++k == p.count) k = 0, table += static_cast<std::size_t>(p.extent) * p.bytes;
    }
  });
}

void run_take(const KernelArgs& args) {
  const Take& p = *static_cast<const Take*>(args.block);
  args.node->in[1].dtype == DType::i64 ? take_rows<std::int64_t>(args, p) : take_rows<std::int32_t>(args, p);
}

Answer take(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.take";
  if (node.out[0].size() == 0) return declined(name, "nothing to take");
  const Shape& shape = node.in[0].shape;
  const auto axis = static_cast<int>(node.attrs.integer("axis"));
  Take p;
  p.bytes = size_of(node.in[0].dtype);
  for (int i = 0; i < axis; ++i) p.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) p.bytes *= static_cast<std::size_t>(shape[i]);
  p.extent = shape[axis], p.count = node.in[1].size();
  const std::int64_t rows = p.outer * p.count, total = static_cast<std::int64_t>(node.out[0].bytes());
  p.grain = total < (128 << 10) ? rows : std::max<std::int64_t>(1, (32 << 10) / static_cast<std::int64_t>(p.bytes));
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_take;
  kernel.note = "rows of " + std::to_string(p.bytes) + (p.grain == rows ? " bytes, inline" : " bytes, parallel");
  kernel.block = std::make_shared<const Take>(p);
  return kernel;
}

// Rows added up by number: a task owns some rows of the table and walks over all numbers, so that each row's sum has one order.
struct TakeGradient {
  std::int64_t outer = 1, extent = 1, count = 0, inner = 1, rows_a_task = 1;
};

template <class I>
void add_rows(const KernelArgs& args, const TakeGradient& p) {
  const auto* index = args.input<I>(1);
  const float* in = args.input<float>(0);
  float* out = args.output<float>(0);
  const auto place = [&](I i) { return i < 0 ? static_cast<std::int64_t>(i) + p.extent : static_cast<std::int64_t>(i); };
  bool inside = true;
  for (std::int64_t k = 0; k < p.count; ++k) inside &= place(index[k]) >= 0 && place(index[k]) < p.extent;
  if (!inside) return args.node->op->reference(args);  // which says which index it is
  parallel_for((p.extent + p.rows_a_task - 1) / p.rows_a_task, [&](std::int64_t t) {
    const std::int64_t first = t * p.rows_a_task, rows = std::min(p.rows_a_task, p.extent - first);
    for (std::int64_t o = 0; o < p.outer; ++o) {
      float* table = out + (o * p.extent + first) * p.inner;
      std::memset(table, 0, static_cast<std::size_t>(rows * p.inner) * sizeof(float));
      for (std::int64_t k = 0; k < p.count; ++k) {
        const std::int64_t row = place(index[k]) - first;
        if (row < 0 || row >= rows) continue;
        const float* from = in + (o * p.count + k) * p.inner;
        float* to = table + row * p.inner;
        for (std::int64_t j = 0; j < p.inner; ++j) to[j] += from[j];
      }
    }
  });
}

void run_take_gradient(const KernelArgs& args) {
  const TakeGradient& p = *static_cast<const TakeGradient*>(args.block);
  args.node->in[1].dtype == DType::i64 ? add_rows<std::int64_t>(args, p) : add_rows<std::int32_t>(args, p);
}

Answer take_gradient(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.take_gradient";
  if (node.out[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.out[0].dtype)));
  if (node.out[0].size() == 0) return declined(name, "an empty table");
  const Shape& shape = node.out[0].shape;
  const auto axis = static_cast<int>(node.attrs.integer("axis"));
  TakeGradient p;
  for (int i = 0; i < axis; ++i) p.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) p.inner *= shape[i];
  p.extent = shape[axis], p.count = node.in[1].size();
  // Each task reads all numbers, so there are few.
  const std::int64_t work = node.out[0].size() + node.in[0].size(), tasks = work < (64 << 10) ? 1 : std::min<std::int64_t>(p.extent, 4);
  p.rows_a_task = (p.extent + tasks - 1) / tasks;
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_take_gradient;
  kernel.note = "rows of " + std::to_string(p.inner) + (tasks == 1 ? ", inline" : ", " + std::to_string(tasks) + " parts of the table");
  kernel.block = std::make_shared<const TakeGradient>(p);
  return kernel;
}

}  // namespace

void add_movement(CandidateTable& table) {
  table.add("transpose", transpose);
  table.add("broadcast_to", broadcast_to);
  table.add("slice", slice);
  table.add("slice_scatter", slice_scatter);
  table.add("take", take);
  table.add("take_gradient", take_gradient);
}

}  // namespace candor::cpu
