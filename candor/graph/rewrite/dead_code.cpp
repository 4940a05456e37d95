#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {

int dead_code(Graph& graph) {
  std::vector<bool> live(graph.values.size(), false);
  for (int v : graph.results) live[static_cast<std::size_t>(v)] = true;
  for (const auto& [variable, v] : graph.updates) live[static_cast<std::size_t>(v)] = true;
  std::vector<bool> keep(graph.nodes.size(), false);
  int dropped = 0;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    for (int v : graph.nodes[n].outputs) keep[n] = keep[n] || live[static_cast<std::size_t>(v)];
    if (!keep[n]) {
      ++dropped;
      continue;
    }
    for (int v : graph.nodes[n].inputs) live[static_cast<std::size_t>(v)] = true;
  }
  if (!dropped) return 0;
  std::size_t n = 0;
  graph = rebuild(graph, [&](Graph&, const Node& node, const std::vector<int>&) -> std::optional<std::vector<int>> {
    if (keep[n++]) return std::nullopt;
    return std::vector<int>(node.outputs.size(), -1);
  });
  return dropped;
}

}  // namespace candor::rewrites
