#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {

// Once all gradients are recorded the node only passes its results on.
int drop_custom_gradient(Graph& graph) {
  int dropped = 0;
  Graph out = rebuild(graph, [&](Graph&, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    if (node.info.op->name != "custom_gradient") return std::nullopt;
    ++dropped;
    return std::vector<int>(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(node.outputs.size()));
  });
  if (dropped) graph = std::move(out);
  return dropped;
}

}  // namespace candor::rewrites
