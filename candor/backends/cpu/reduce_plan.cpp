// Candidates of sum, mean, max, min and argmax.
#include <algorithm>
#include <limits>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/column_parts.h"
#include "candor/backends/cpu/reduce.h"

namespace candor::cpu {
namespace {

using reduction::ColumnParts;
using reduction::Fold;

constexpr std::int64_t row_part = 16 << 10;        // a longer row is cut
constexpr std::int64_t least_parallel = 32 << 10;  // elements
constexpr std::int64_t task_elements = 8 << 10;

// The input with neighbouring axes merged: kept, reduced, kept, reduced; any of them may be 1.
struct Plan {
  std::int64_t kept_outer = 1, reduced_outer = 1, kept_inner = 1, reduced_inner = 1;
  Fold fold = Fold::sum;
  bool mean = false;
  reduction::Row row = nullptr;
  reduction::Columns columns = nullptr;
  ColumnParts parts;          // for reduced_inner == 1
  std::int64_t row_parts = 1; // for rows alone
  std::int64_t grain = 1;     // outer indices a task takes

  double finished(double value) const { return mean ? value / static_cast<double>(reduced_outer * reduced_inner) : value; }
};

bool merge_axes(const Shape& shape, const std::vector<std::int64_t>& axes, Plan& p) {
  std::int64_t* extents[] = {&p.kept_outer, &p.reduced_outer, &p.kept_inner, &p.reduced_inner};
  std::size_t at = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    const bool reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (reduced != (at % 2 == 1)) ++at;
    if (at > 3) return false;
    *extents[at] *= shape[axis];
  }
  // A row alone: one reduced extent at the end.
  if (p.kept_inner == 1 && p.reduced_inner == 1) std::swap(p.reduced_outer, p.reduced_inner);
  return true;
}

// Calls body(first, last) for outer indices in pieces of p.grain.
template <class Body>
void over_outer(const Plan& p, Body body) {
  const std::int64_t tasks = (p.kept_outer + p.grain - 1) / p.grain;
  parallel_for(tasks, [&](std::int64_t t) { body(t * p.grain, std::min(p.kept_outer, (t + 1) * p.grain)); });
}

void run_rows(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const float* x = args.input<float>(0);
  float* out = args.output<float>(0);
  const std::int64_t n = p.reduced_inner;
  if (p.row_parts == 1) {
    over_outer(p, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) out[r] = static_cast<float>(p.finished(p.row(x + r * n, n)));
    });
    return;
  }
  auto* parts = reinterpret_cast<double*>(args.scratch);
  parallel_for(p.kept_outer * p.row_parts, [&](std::int64_t t) {
    const std::int64_t row = t / p.row_parts, at = t % p.row_parts * row_part;
    parts[t] = p.row(x + row * n + at, std::min(row_part, n - at));
  });
  for (std::int64_t r = 0; r < p.kept_outer; ++r) {
    double value = parts[r * p.row_parts];
    for (std::int64_t i = 1; i < p.row_parts; ++i) value = reduction::combine(p.fold, value, parts[r * p.row_parts + i]);
    out[r] = static_cast<float>(p.finished(value));
  }
}

void run_columns(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const float* x = args.input<float>(0);
  float* out = args.output<float>(0);
  const std::int64_t rows = p.reduced_outer, columns = p.kept_inner;
  if (p.parts.parts == 1) {
    over_outer(p, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t k = first; k < last; ++k) {
        float* to = out + k * columns;
        p.columns(x + k * rows * columns, rows, columns, to);
        if (p.mean)
          for (std::int64_t c = 0; c < columns; ++c) to[c] = static_cast<float>(p.finished(static_cast<double>(to[c])));
      }
    });
    return;
  }
  for (std::int64_t k = 0; k < p.kept_outer; ++k) {
    const float* from = x + k * rows * columns;
    float* to = out + k * columns;
    p.parts.run(
        p.fold, reinterpret_cast<float*>(args.scratch), to,
        [&](std::int64_t first, std::int64_t count, float* part) { p.columns(from + first * columns, count, columns, part); },
        [&](std::int64_t c, double value) { to[c] = static_cast<float>(p.finished(value)); });
  }
}

void run_both(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const float* x = args.input<float>(0);
  float* out = args.output<float>(0);
  over_outer(p, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k)
      for (std::int64_t c = 0; c < p.kept_inner; ++c) {
        double value = 0;
        for (std::int64_t r = 0; r < p.reduced_outer; ++r) {
          const double part = p.row(x + ((k * p.reduced_outer + r) * p.kept_inner + c) * p.reduced_inner, p.reduced_inner);
          value = r == 0 ? part : reduction::combine(p.fold, value, part);
        }
        out[k * p.kept_inner + c] = static_cast<float>(p.finished(value));
      }
  });
}

Answer reduce(const NodeInfo& node, const Machine&) {
  const std::string& op = node.op->name;
  const std::string name = "cpu.reduce." + op;
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)));
  if (node.in[0].size() == 0) return declined(name, "nothing to reduce");
  Plan p;
  if (!merge_axes(node.in[0].shape, node.attrs.integers("axes"), p)) return declined(name, "reduced and kept axes alternate more than twice");
  p.fold = op == "max" ? Fold::max : op == "min" ? Fold::min : Fold::sum;
  p.mean = op == "mean";
  p.row = reduction::row_function(p.fold), p.columns = reduction::column_function(p.fold);
  const std::int64_t size = node.in[0].size(), each = size / p.kept_outer;
  p.grain = size < least_parallel ? p.kept_outer : std::max<std::int64_t>(1, task_elements / each);
  Kernel kernel;
  std::int64_t tasks = (p.kept_outer + p.grain - 1) / p.grain;
  if (p.kept_inner == 1 && p.reduced_outer == 1) {
    kernel.name = name + " rows", kernel.run = run_rows;
    if (p.reduced_inner > 2 * row_part && p.kept_outer < 16) {
      p.row_parts = (p.reduced_inner + row_part - 1) / row_part;
      kernel.scratch = static_cast<std::size_t>(p.kept_outer * p.row_parts) * sizeof(double);
      tasks = p.kept_outer * p.row_parts;
    }
  } else if (p.reduced_inner == 1) {
    kernel.name = name + " columns", kernel.run = run_columns;
    p.parts = ColumnParts(p.reduced_outer, p.kept_inner);
    kernel.scratch = static_cast<std::size_t>(p.parts.scratch()) * sizeof(float);
    if (p.parts.parts > 1) tasks = p.parts.parallel ? p.parts.parts : 1;
  } else {
    kernel.name = name + " rows and columns", kernel.run = run_both;
  }
  kernel.note = tasks <= 1 ? "inline" : "parallel over " + std::to_string(tasks) + " pieces";
  kernel.block = std::make_shared<const Plan>(p);
  return kernel;
}

struct Search {
  reduction::Row row = nullptr;
  std::int64_t rows = 0, length = 0, grain = 1;
  bool largest = true;
};

// Rows of a few numbers: one walk.
template <bool largest>
std::int64_t short_search(const float* x, std::int64_t n) {
  std::int64_t at = 0;
  for (std::int64_t i = 1; i < n; ++i)
    if (x[at] == x[at] && (x[i] != x[i] || (largest ? x[i] > x[at] : x[i] < x[at]))) at = i;
  return at;
}

void run_argmax(const KernelArgs& args) {
  const Search& p = *static_cast<const Search*>(args.block);
  const float* x = args.input<float>(0);
  auto* out = args.output<std::int64_t>(0);
  parallel_for((p.rows + p.grain - 1) / p.grain, [&](std::int64_t t) {
    for (std::int64_t r = t * p.grain; r < std::min(p.rows, (t + 1) * p.grain); ++r) {
      const float* row = x + r * p.length;
      if (p.length < 24) {
        out[r] = p.largest ? short_search<true>(row, p.length) : short_search<false>(row, p.length);
        continue;
      }
      const auto best = static_cast<float>(p.row(row, p.length));
      std::int64_t at = 0;
      if (best != best)
        while (row[at] == row[at]) ++at;
      else
        while (row[at] != best) ++at;
      out[r] = at;
    }
  });
}

Answer argmax(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.reduce." + node.op->name;
  const TensorType& in = node.in[0];
  if (in.dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(in.dtype)));
  if (node.attrs.integer("axis") != in.shape.rank() - 1) return declined(name, "not along the last axis");
  if (in.size() == 0) return declined(name, "nothing to choose from");
  Search p;
  p.largest = node.op->name == "argmax";
  p.row = reduction::row_function(p.largest ? Fold::max : Fold::min);
  p.length = in.shape[-1], p.rows = in.size() / p.length;
  p.grain = in.size() < least_parallel ? p.rows : std::max<std::int64_t>(1, task_elements / p.length);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_argmax;
  kernel.note = p.grain == p.rows ? "inline" : "parallel over " + std::to_string((p.rows + p.grain - 1) / p.grain) + " pieces";
  kernel.block = std::make_shared<const Search>(p);
  return kernel;
}

}  // namespace

void add_reductions(CandidateTable& table) {
  table.add({"sum", "mean", "max", "min"}, reduce);
  table.add({"argmax", "argmin"}, argmax);
}

}  // namespace candor::cpu
