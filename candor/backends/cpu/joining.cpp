// Candidates of pad and concatenate: inputs written to their places within the result.
#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/strided_copy.h"
#include "candor/ops/reference.h"

namespace candor::cpu {
namespace {

struct Joined {
  std::vector<StridedCopy> parts;  ///< one an input
};

// Where an input of shape `part` lies in `full` when its first element is at `first`.
StridedCopy placed(const Shape& full, const Shape& part, std::int64_t first, DType dtype) {
  return StridedCopy(part, row_major_strides(full), first, size_of(dtype));
}

void run_parts(const KernelArgs& args) {
  const auto& parts = static_cast<const Joined*>(args.block)->parts;
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].scatter(args.input<std::byte>(i), args.output<std::byte>(0));
}

void run_pad(const KernelArgs& args) {
  const TensorType& out = args.node->out[0];
  const double value = args.node->attrs.number("value");
  visit_dtype(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    std::fill_n(args.output<T>(0), out.size(), reference::convert<T>(value));
  });
  run_parts(args);
}

Kernel answer(const NodeInfo& node, KernelFn run, Joined joined) {
  Kernel kernel;
  kernel.name = "cpu.copy." + node.op->name;
  kernel.run = run;
  const bool parallel = std::any_of(joined.parts.begin(), joined.parts.end(), [](const StridedCopy& p) { return p.parallel(); });
  kernel.note = std::to_string(joined.parts.size()) + (joined.parts.size() == 1 ? " part, " : " parts, ") + (parallel ? "parallel" : "inline");
  kernel.block = std::make_shared<const Joined>(std::move(joined));
  return kernel;
}

Answer pad(const NodeInfo& node, const Machine&) {
  const Shape& full = node.out[0].shape;
  const auto strides = row_major_strides(full);
  const auto& low = node.attrs.integers("low");
  std::int64_t first = 0;
  for (std::size_t i = 0; i < low.size(); ++i) first += low[i] * strides[i];
  return answer(node, run_pad, {{placed(full, node.in[0].shape, first, node.out[0].dtype)}});
}

Answer concatenate(const NodeInfo& node, const Machine&) {
  const Shape& full = node.out[0].shape;
  const auto axis = static_cast<int>(node.attrs.integer("axis"));
  const std::int64_t step = row_major_strides(full)[static_cast<std::size_t>(axis)];
  Joined joined;
  std::int64_t at = 0;
  for (const TensorType& part : node.in) {
    joined.parts.push_back(placed(full, part.shape, at * step, part.dtype));
    at += part.shape[axis];
  }
  return answer(node, run_parts, std::move(joined));
}

}  // namespace

void add_joining(CandidateTable& table) {
  table.add("pad", pad);
  table.add("concatenate", concatenate);
}

}  // namespace candor::cpu
