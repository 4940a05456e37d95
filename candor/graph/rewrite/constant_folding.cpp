#include "candor/graph/backend.h"
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

constexpr std::int64_t largest_result = 1 << 16;  // elements; larger constants cost more memory than their computation time

// Weights in fewer bits, or under another shape, take no more memory than before.
bool keeps_memory(const Node& node) {
  return node.info.op->alias || (node.info.op->name == "cast" && node.info.out[0].bytes() < node.info.in[0].bytes());
}

/// Weights in fewer bits that products read: factors behind these come first, so that what they make of the weights is rounded once (constant_kernels).
std::vector<bool> narrow_kernels(const Graph& graph) {
  std::vector<bool> result(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    if ((node.info.op->name != "conv" && node.info.op->name != "matmul") || node.info.out[0].dtype != DType::bf16) continue;
    const Value& kernel = graph.values[static_cast<std::size_t>(node.inputs[1])];
    if (kernel.source == Source::node && graph.nodes[static_cast<std::size_t>(kernel.node)].info.op->name == "cast") result[static_cast<std::size_t>(kernel.node)] = true;
  }
  return result;
}

bool foldable(const Graph& graph, const Node& node, const std::vector<int>& inputs) {
  if (node.info.op->random || node.info.op->in_place_updates) return false;
  for (int v : inputs)
    if (graph.values[static_cast<std::size_t>(v)].source != Source::constant) return false;
  for (const TensorType& type : node.info.out)
    if (type.size() > largest_result && !keeps_memory(node)) return false;
  return true;
}

std::vector<int> evaluate(Graph& graph, const Node& node, const std::vector<int>& inputs) {
  std::vector<Tensor> results;
  if (node.info.op->alias) {
    results.push_back(graph.values[static_cast<std::size_t>(inputs[0])].tensor.view_reshape(node.info.out[0].shape));
  } else if (node.info.op->name == "cast") {
    results.push_back(graph.values[static_cast<std::size_t>(inputs[0])].tensor.to(node.info.out[0].dtype));
  } else {
    const Kernel kernel = backend("reference").choose(node.info, nullptr);
    std::vector<void*> in, out;
    for (int v : inputs) in.push_back(graph.values[static_cast<std::size_t>(v)].tensor.raw());
    for (const TensorType& type : node.info.out) out.push_back(results.emplace_back(Tensor::empty(type.shape, type.dtype)).raw());
    const Storage scratch(kernel.scratch);
    const RunState state{};
    kernel.run({&node.info, in.data(), out.data(), scratch.data(), kernel.block.get(), &state});
  }
  std::vector<int> values;
  for (const Tensor& t : results) values.push_back(graph.add_constant(t));
  return values;
}

}  // namespace

int constant_folding(Graph& graph) {
  int folded = 0;
  const std::vector<bool> later = narrow_kernels(graph);
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    if (later[static_cast<std::size_t>(&node - graph.nodes.data())] || !foldable(g, node, inputs)) return std::nullopt;
    ++folded;
    return evaluate(g, node, inputs);
  });
  if (folded) graph = std::move(out);
  return folded;
}

int fold_narrow_kernels(Graph& graph) {
  int folded = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    if (node.info.op->name != "cast" || !keeps_memory(node) || !foldable(g, node, inputs)) return std::nullopt;
    ++folded;
    return evaluate(g, node, inputs);
  });
  if (folded) graph = std::move(out);
  return folded;
}

}  // namespace candor::rewrites
