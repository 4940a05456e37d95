// The oracle as a backend: every node runs its op's reference kernel.
#include <cstring>

#include "candor/backends/registry.h"

namespace candor {
namespace {

// An alias op shares its input's memory in a Program; asked for on its own it copies.
void copy_first_input(const KernelArgs& args) {
  const std::size_t bytes = args.node->out[0].bytes();
  if (bytes != 0 && args.in[0] != args.out[0]) std::memmove(args.out[0], args.in[0], bytes);
}

class ReferenceBackend final : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  Kernel choose(const NodeInfo& node, std::vector<Declined>*) const override { return reference_kernel(node, "reference."); }
  std::string describe() const override { return "reference: one thread, simple loops, the oracle of the tests"; }
};

}  // namespace

Kernel reference_kernel(const NodeInfo& node, const char* prefix) {
  Kernel kernel;
  kernel.name = prefix + node.op->name;
  kernel.run = node.op->reference ? node.op->reference : copy_first_input;
  if (node.op->reference && node.op->reference_scratch) kernel.scratch = (node.op->reference_scratch(node) + 63) / 64 * 64;
  return kernel;
}

const Backend& reference_backend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace candor
