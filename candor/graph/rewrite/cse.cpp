#include <unordered_map>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

struct Key {
  const Op* op;
  Attrs attrs;
  std::vector<int> inputs;
  int recomputed;
  bool operator==(const Key&) const = default;
};
struct Hash {
  std::size_t operator()(const Key& key) const {
    std::size_t h = std::hash<const void*>{}(key.op) ^ key.attrs.hash();
    for (int v : key.inputs) h = h * 1000003 + static_cast<std::size_t>(v);
    return h;
  }
};

}  // namespace

int common_subexpressions(Graph& graph) {
  std::unordered_map<Key, std::vector<int>, Hash> seen;
  int merged = 0;
  // Random nodes carry their op_id as an attribute, so equal nodes draw equal numbers and may be merged too.
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    Key key{node.info.op, node.info.attrs, inputs, node.recomputed};
    if (const auto found = seen.find(key); found != seen.end()) {
      ++merged;
      return found->second;
    }
    std::vector<int> made = g.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    seen.emplace(std::move(key), made);
    return made;
  });
  if (merged) graph = std::move(out);
  return merged;
}

}  // namespace candor::rewrites
