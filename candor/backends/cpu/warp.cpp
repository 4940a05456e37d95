// warp in f32: rows of the result on all threads.
#include <memory>

#include "candor/backends/cpu/candidates.h"
#include "candor/base/threads.h"
#include "candor/ops/warp_pixels.h"

namespace candor::cpu {
namespace {

struct Plan {
  reference::WarpPlan warp;
  std::int64_t rows, grain;
};

void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const std::int64_t pixels = p.warp.height * p.warp.width * p.warp.channels, places = p.warp.columns;
  parallel_for((p.rows + p.grain - 1) / p.grain, [&](std::int64_t task) {
    for (std::int64_t r = task * p.grain, end = std::min(p.rows, r + p.grain); r < end; ++r) {
      reference::warp_row<float, float>(p.warp, args.input<float>(0) + r / p.warp.rows * pixels, args.input<float>(1) + r * places,
                                        args.input<float>(2) + r * places, args.output<float>(0) + r * places * p.warp.channels);
    }
  });
}

Answer candidate(const NodeInfo& node, const Machine&) {
  const char* name = "cpu.warp";
  if (node.in[0].dtype != DType::f32) return declined(name, "f32 only");
  if (node.out[0].size() == 0) return declined(name, "no pixels");
  constexpr std::int64_t task_pixels = 4096;
  const reference::WarpPlan warp(node.in[0].shape, node.in[1].shape, node.attrs);
  const Plan plan{warp, node.in[0].shape[0] * warp.rows, std::max<std::int64_t>(1, task_pixels / warp.columns)};
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.note = "rows of " + std::to_string(warp.columns) + " pixels, parallel";
  kernel.block = std::make_shared<const Plan>(plan);
  return kernel;
}

}  // namespace

void add_warp(CandidateTable& table) { table.add("warp", candidate); }

}  // namespace candor::cpu
