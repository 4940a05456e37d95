// Gradients of reductions repeat a small cotangent to a full shape. An elementwise op broadcasts by itself, so the small tensor can
// enter it directly and the repeated one need not be written.
#include "candor/base/error.h"
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

// A loss is elementwise and refuses to broadcast.
bool gives(const Op& op, const std::vector<TensorType>& in, const Attrs& attrs, const std::vector<TensorType>& out) {
  try {
    return op.infer(in, attrs) == out;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

int drop_broadcast(Graph& graph) {
  int count = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& in) -> std::optional<std::vector<int>> {
    if (!node.info.op->elementwise || in.size() < 2) return std::nullopt;
    std::vector<int> inputs = in;
    std::vector<TensorType> types;
    for (int v : in) types.push_back(g.values[static_cast<std::size_t>(v)].type);
    int dropped = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const Value& value = g.values[static_cast<std::size_t>(in[i])];
      if (value.source != Source::node || g.nodes[static_cast<std::size_t>(value.node)].info.op->name != "broadcast_to") continue;
      const int small = g.nodes[static_cast<std::size_t>(value.node)].inputs[0];
      const TensorType full = types[i];
      types[i] = g.values[static_cast<std::size_t>(small)].type;
      if (gives(*node.info.op, types, node.info.attrs, node.info.out)) inputs[i] = small, ++dropped;
      else types[i] = full;  // it alone gives the result its shape
    }
    if (!dropped) return std::nullopt;
    count += dropped;
    return g.add_node(*node.info.op, node.info.attrs, inputs, node.path);
  });
  if (count) graph = std::move(out);
  return count;
}

}  // namespace candor::rewrites
