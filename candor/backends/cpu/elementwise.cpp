// Candidates of elementwise ops and of fused_elementwise: the tile loop.
#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/tile/compile.h"

namespace candor::cpu {
namespace {

Answer answer(const NodeInfo& node, tile::Compiled compiled) {
  if (!compiled.program) return declined("cpu.tile", std::move(compiled.reason));
  const tile::Program& p = *compiled.program;
  Kernel kernel;
  kernel.name = node.op->name == "fused_elementwise" ? "cpu.tile" : "cpu.tile." + node.op->name;
  kernel.run = tile::run;
  const std::size_t count = p.tile.size();
  kernel.note = std::to_string(count) + (count == 1 ? " instruction" : " instructions") + " over " + std::to_string(p.tile_length) + " elements; ";
  kernel.note += p.chunks == 1 ? "inline" : "parallel over " + std::to_string(p.chunks) + " chunks";
  kernel.block = std::move(compiled.program);
  return kernel;
}

Answer single(const NodeInfo& node, const Machine&) { return answer(node, tile::compile(node)); }
Answer fused(const NodeInfo& node, const Machine&) { return answer(node, tile::compile(*node.attrs.graph("body"))); }

}  // namespace

void add_elementwise(CandidateTable& table) {
  for (const Op* op : all_ops())
    if (op->elementwise && op->name != "fused_elementwise") table.add(op->name, single);
  table.add("fused_elementwise", fused);
}

}  // namespace candor::cpu
