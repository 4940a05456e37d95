#include "candor/backends/cpu/bf16_matmul.h"

#include "candor/backends/cpu/bf16_product.h"
#include "candor/backends/cpu/matmul.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;
constexpr const char* kName = "cpu.matmul.bf16";

void run(const KernelArgs& args) {
  const auto& plan = *static_cast<const Bf16Product*>(args.block);
  const MatmulProblem& p = plan.problem;
  const std::size_t next = 2 + std::size_t{p.bias};
  Bf16Operands at{args.input<Bits>(0), args.input<Bits>(1), p.bias ? args.input<Bits>(2) : nullptr, p.residual ? args.input<Bits>(next) : nullptr, p.gate ? args.input<Bits>(next + p.residual) : nullptr, args.output<Bits>(0), nullptr};
  if (p.pair_finish) at.second = static_cast<Bits*>(args.node->out.size() == 2 ? args.out[1] : args.in[args.node->in.size() - 1]);
  run_bf16_product(plan, at, reinterpret_cast<float*>(args.scratch));
}

}  // namespace

Answer bf16_matmul_candidate(const NodeInfo& node, const Machine& machine) {
  for (const auto* list : {&node.in, &node.out})
    for (const TensorType& type : *list)
      if (type.dtype != DType::bf16) return declined(kName, "dtype " + std::string(to_string(type.dtype)) + ", bf16 only");
  auto plan = std::make_shared<Bf16Product>();
  plan->tiles = bf16_tiles(machine);
  if (!plan->tiles.block) return declined(kName, "the processor multiplies no bf16");
  if (auto refusal = read_matmul(node, kName, plan->problem)) return *std::move(refusal);
  if (plan->problem.k == 0 || plan->problem.m == 0 || plan->problem.n == 0) return declined(kName, "an empty operand");
  plan_bf16_product(*plan);
  return Kernel{kName, run, plan, plan->scratch(), plan->describe()};
}

}  // namespace candor::cpu
