#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {

int drop_history(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  int dropped = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    if (node.info.op->name != "scan" || !node.info.attrs.flag("history")) return std::nullopt;
    const auto carries = static_cast<std::size_t>(node.info.attrs.integer("carries"));
    for (std::size_t o = node.outputs.size() - carries; o < node.outputs.size(); ++o)
      if (uses[static_cast<std::size_t>(node.outputs[o])]) return std::nullopt;
    Attrs attrs = node.info.attrs;
    attrs.set("history", AttrValue(false));
    std::vector<int> made = g.add_node(*node.info.op, attrs, inputs, node.path);
    made.resize(node.outputs.size(), -1);
    ++dropped;
    return made;
  });
  if (dropped) graph = std::move(out);
  return dropped;
}

}  // namespace candor::rewrites
