// The candidates for matmul and fused_matmul.
#include "candor/backends/cpu/matmul.h"

#include "candor/backends/cpu/bf16_matmul.h"
#include "candor/backends/cpu/matmul_few.h"
#include "candor/backends/cpu/matmul_finish.h"
#include "candor/backends/cpu/matmul_long.h"
#include "candor/backends/cpu/matmul_run.h"
#include "candor/backends/cpu/matmul_sparse.h"

namespace candor::cpu {
namespace {

constexpr const char* kName = "cpu.matmul";

/// First element of each matrix of a batch, for an operand whose leading axes broadcast to those of `batch`.
std::vector<std::int64_t> matrix_starts(const Shape& operand, const Shape& result) {
  const int axes = result.rank() - 2, own = operand.rank() - 2;
  std::int64_t count = 1;
  for (int i = 0; i < axes; ++i) count *= result[i];
  const auto strides = row_major_strides(operand);
  std::vector<std::int64_t> starts(static_cast<std::size_t>(count));
  for (std::int64_t n = 0; n < count; ++n) {
    std::int64_t rest = n, start = 0;
    for (int i = axes - 1; i >= 0; --i) {
      const std::int64_t index = rest % result[i];
      rest /= result[i];
      const int axis = i - (axes - own);
      if (axis >= 0 && operand[axis] != 1) start += index * strides[static_cast<std::size_t>(axis)];
    }
    starts[static_cast<std::size_t>(n)] = start;
  }
  return starts;
}

bool same(const std::vector<std::int64_t>& starts) {
  for (std::int64_t start : starts) {
    if (start != starts.front()) return false;
  }
  return true;
}

void run(const KernelArgs& args) {
  const auto& plan = *static_cast<const MatmulPlan*>(args.block);
  const MatmulProblem& p = plan.problem;
  const std::size_t next = 2 + std::size_t{p.bias};
  // Factors are the last input, slopes the second output.
  float* second = !p.pair_finish ? nullptr : static_cast<float*>(args.node->out.size() == 2 ? args.out[1] : args.in[args.node->in.size() - 1]);
  run_matmul(plan, args.input<float>(0), args.input<float>(1), p.bias ? args.input<float>(2) : nullptr,
             p.residual ? args.input<float>(next) : nullptr, args.output<float>(0), reinterpret_cast<float*>(args.scratch),
             p.gate ? args.input<float>(next + p.residual) : nullptr, second);
}

void run_few(const KernelArgs& args) {
  const auto& plan = *static_cast<const FewMatmulPlan*>(args.block);
  const MatmulProblem& p = plan.problem;
  run_few_matmul(plan, args.input<float>(0), args.input<float>(1), p.bias ? args.input<float>(2) : nullptr, p.residual ? args.input<float>(2 + std::size_t{p.bias}) : nullptr, args.output<float>(0),
                 reinterpret_cast<float*>(args.scratch));
}

void run_long(const KernelArgs& args) {
  run_long_matmul(*static_cast<const LongMatmulPlan*>(args.block), args.input<float>(0), args.input<float>(1), args.output<float>(0), reinterpret_cast<float*>(args.scratch));
}

}  // namespace

std::optional<Declined> read_matmul(const NodeInfo& node, const char* name, MatmulProblem& p) {
  const Shape &a = node.in[0].shape, &b = node.in[1].shape, &c = node.out[0].shape;
  if (a.rank() < 2 || b.rank() < 2) return declined(name, "an operand of rank " + std::to_string(std::min(a.rank(), b.rank())));
  p.transpose_a = node.attrs.flag("transpose_a");
  p.transpose_b = node.attrs.flag("transpose_b");
  p.m = c[-2];
  p.n = c[-1];
  p.k = p.transpose_a ? a[-2] : a[-1];
  p.a_row = a[-1];
  p.b_row = b[-1];
  const bool fused = node.attrs.has("activation");
  p.bias = fused && node.attrs.flag("bias");
  p.residual = fused && node.attrs.has("residual") && node.attrs.flag("residual");
  if (p.bias && node.in[2].size() != p.n) return declined(name, "bias " + to_string(node.in[2].shape) + " is not one vector");
  const auto wants = [&](const char* flag) { return fused && node.attrs.has(flag) && node.attrs.flag(flag); };
  for (std::size_t i = 2 + std::size_t{p.bias}; i < node.in.size(); ++i)
    if (!(node.in[i].shape == c)) return declined(name, "residual, gate or factors " + to_string(node.in[i].shape) + " broadcast");
  const Epilogue epilogue = epilogue_of(fused ? node.attrs.text("activation") : "linear");
  p.lowest = epilogue.lowest;
  p.finish = epilogue.finish;
  if (wants("gate")) p.gate = gate_of(node.attrs.text("gate_of"));
  if (wants("slope")) {
    if (!epilogue.with_slope) return declined(name, "no slope of " + node.attrs.text("activation"));
    p.pair_finish = epilogue.with_slope;
  }
  if (wants("times")) {
    if (p.finish || p.pair_finish || p.gate || p.lowest == 0) return declined(name, "an activation or a gate before factors");
    p.pair_finish = finish_by_factors();
  }
  p.constant_b = has_constant_kernel(node);
  p.a_start = matrix_starts(a, c);
  p.b_start = matrix_starts(b, c);
  // One b for the whole batch: the matrices of a are one tall matrix.
  if (!p.transpose_a && p.a_start.size() > 1 && same(p.b_start) && a.size() == static_cast<std::int64_t>(p.a_start.size()) * p.m * p.k && p.k > 0) {
    p.m *= static_cast<std::int64_t>(p.a_start.size());
    p.a_start = p.b_start = {0};
  }
  return std::nullopt;
}

Answer matmul_candidate(const NodeInfo& node, const Machine&) {
  for (const TensorType& type : node.in) {
    if (type.dtype != DType::f32) return declined(kName, "dtype " + std::string(to_string(type.dtype)) + ", f32 only");
  }
  MatmulProblem p;
  if (auto refusal = read_matmul(node, kName, p)) return *std::move(refusal);
  if (auto few = plan_few_matmul(p)) {
    auto plan = std::make_shared<FewMatmulPlan>(std::move(*few));
    return Kernel{"cpu.matmul.few", run_few, plan, plan->scratch(), plan->describe()};
  }
  if (auto split = plan_long_matmul(p)) {
    auto plan = std::make_shared<LongMatmulPlan>(*split);
    return Kernel{"cpu.matmul.long", run_long, plan, plan->scratch(), plan->describe()};
  }
  auto plan = std::make_shared<MatmulPlan>(plan_matmul(std::move(p)));
  return Kernel{kName, run, plan, plan->scratch(), plan->describe()};
}

void add_matmul(CandidateTable& table) {
  table.add({"matmul", "fused_matmul"}, sparse_matmul_candidate);
  table.add({"matmul", "fused_matmul"}, matmul_candidate);
  table.add({"matmul", "fused_matmul"}, bf16_matmul_candidate);
}

}  // namespace candor::cpu
