#include "candor/backends/cpu/by_f32.h"
#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/roofline.h"
#include "candor/backends/registry.h"
#include "candor/base/threads.h"

namespace candor {
namespace {

class CpuBackend final : public Backend {
 public:
  std::string_view name() const override { return "cpu"; }

  Kernel choose(const NodeInfo& node, std::vector<Declined>* refusals) const override {
    const auto& machine = cpu::machine();
    const auto list = cpu::candidates().of(node.op->name);
    if (machine.isa != cpu::Isa::none) {
      for (cpu::Candidate candidate : list) {
        Answer answer = candidate(node, machine);
        if (auto* kernel = std::get_if<Kernel>(&answer)) return std::move(*kernel);
        if (refusals) refusals->push_back(std::get<Declined>(std::move(answer)));
      }
      if (std::optional<Kernel> kernel = cpu::kernel_by_f32(node, machine)) return std::move(*kernel);
    }
    Kernel kernel = reference_kernel(node, "reference.");
    kernel.note = machine.isa == cpu::Isa::none ? "no vector instructions" : list.empty() ? "one thread; no other kernel for this op" : "one thread; all others declined";
    return kernel;
  }

  std::string describe() const override {
    const auto& machine = cpu::machine();
    std::string text = "cpu: " + std::to_string(threads()) + (threads() == 1 ? " thread, " : " threads, ") + std::string(to_string(machine.isa));
    if (machine.bf16 != cpu::Bf16::none) text += ", " + std::string(to_string(machine.bf16));
    text += ", L1 " + std::to_string(machine.l1_bytes >> 10) + " KiB, L2 " + std::to_string(machine.l2_bytes >> 10) + " KiB";
    return text + (machine.onednn.empty() ? ", without oneDNN" : ", oneDNN " + machine.onednn);
  }

  Roofline measure_roofline() const override { return cpu::measure_roofline(); }
};

}  // namespace

const Backend& cpu_backend() {
  static const CpuBackend backend;
  return backend;
}

}  // namespace candor
