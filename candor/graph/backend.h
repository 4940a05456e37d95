// The seam between planning and devices: a backend names a kernel for each node, with the reasons of those that declined.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "candor/ops/op.h"

namespace candor {

/// A kernel ready to be put into a Program.
struct Kernel {
  std::string name;                   ///< "cpu.matmul.tile 6x16", as candor plan prints it
  KernelFn run = nullptr;             ///< null: nothing to run (null backend)
  std::shared_ptr<const void> block;  ///< prepared arguments, passed as KernelArgs::block
  std::size_t scratch = 0;            ///< bytes, 64-byte aligned, private to this call
  std::string note;                   ///< "parallel over 4 row blocks", "inline: 0.02 MFLOP"
};
/// A kernel that does not take a node, with the reason as `candor plan` prints it.
struct Declined {
  std::string kernel, reason;  ///< "onednn.matmul", "K=3 < 16"
};

/// What a candidate answers: a kernel, or why not.
using Answer = std::variant<Kernel, Declined>;
inline Declined declined(std::string kernel, std::string reason) { return {std::move(kernel), std::move(reason)}; }
/// What a device can do at most, as measured on it: bandwidths by how much memory the work goes through, caches first.
struct Roofline {
  /// A cache or the memory.
  struct Level {
    std::size_t bytes = 0;         ///< work that goes through no more memory than this reaches the rate; the last level: any
    double bytes_per_second = 0;
  };
  double flops_per_second = 0;     ///< f32, multiply-adds count twice; 0: not measured
  double bf16_flops_per_second = 0;  ///< products of bf16 numbers summed in f32; 0: the processor has no instructions for them
  std::vector<Level> levels;
  /// The rate at which work that goes through `footprint` bytes can read and write.
  double bandwidth(std::size_t footprint) const {
    for (const Level& level : levels)
      if (footprint <= level.bytes) return level.bytes_per_second;
    return levels.empty() ? 0 : levels.back().bytes_per_second;
  }
};

/// A device, or a way to compute: names a kernel for each node. backend("cpu") finds one; PlanOptions chooses.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// False for a backend that plans and counts without computing.
  virtual bool computes() const { return true; }
  /// The kernel for a node; the refusals before it go to `refusals` when not null. Always succeeds: the reference kernel is last.
  virtual Kernel choose(const NodeInfo& node, std::vector<Declined>* refusals) const = 0;
  /// One line for `candor devices`: "cpu: 2 threads, AVX-512, oneDNN 2.6.3".
  virtual std::string describe() const = 0;
  /// Measured now, on the threads there are: takes some tenths of a second. Nothing for a backend that does not compute.
  virtual Roofline measure_roofline() const { return {}; }
};

/// The backend of that name: "cpu", "null", "reference". Throws Error (unsupported) naming those there are. Defined in backends/.
const Backend& backend(std::string_view name);
std::vector<std::string_view> backend_names();

}  // namespace candor
