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

/// Counters: one whole number each, for which a tile takes longer to set up than to run.
void count_up(const KernelArgs& args) {
  *args.output<std::int64_t>(0) = static_cast<std::int64_t>(*args.input<std::uint64_t>(0) + *args.input<std::uint64_t>(1));
}
void count_as_double(const KernelArgs& args) { *args.output<double>(0) = static_cast<double>(*args.input<std::int64_t>(0)); }
void count_as_float(const KernelArgs& args) { *args.output<float>(0) = static_cast<float>(*args.input<std::int64_t>(0)); }

Answer counter(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.counter." + node.op->name;
  if (node.out[0].size() != 1) return declined(name, to_string(node.out[0]) + " is more than a number");
  for (const TensorType& type : node.in)
    if (type.dtype != DType::i64) return declined(name, "dtype " + std::string(to_string(type.dtype)) + ", i64 only");
  if (node.op->name == "add") return Kernel{name, count_up, nullptr, 0, "one number"};
  const DType to = node.out[0].dtype;
  if (to != DType::f64 && to != DType::f32) return declined(name, "to " + std::string(to_string(to)));
  return Kernel{name, to == DType::f64 ? count_as_double : count_as_float, nullptr, 0, "one number"};
}

Answer single(const NodeInfo& node, const Machine&) { return answer(node, tile::compile(node)); }
Answer fused(const NodeInfo& node, const Machine&) { return answer(node, tile::compile(*node.attrs.graph("body"))); }

}  // namespace

void add_elementwise(CandidateTable& table) {
  table.add({"add", "cast"}, counter);
  for (const Op* op : all_ops())
    if (op->elementwise && op->name != "fused_elementwise") table.add(op->name, single);
  table.add("fused_elementwise", fused);
}

}  // namespace candor::cpu
