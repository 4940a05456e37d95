// A backend without kernels: it plans memory and counts work, which keeps the seam to real devices honest.
#include "candor/backends/registry.h"

namespace candor {
namespace {

class NullBackend final : public Backend {
 public:
  std::string_view name() const override { return "null"; }
  bool computes() const override { return false; }
  Kernel choose(const NodeInfo& node, std::vector<Declined>*) const override {
    Kernel kernel;
    kernel.name = "null." + node.op->name;
    kernel.note = "counted, not computed";
    return kernel;
  }
  std::string describe() const override { return "null: plans memory and counts operations, computes nothing"; }
};

}  // namespace

const Backend& null_backend() {
  static const NullBackend backend;
  return backend;
}

}  // namespace candor
