#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

/// The operand below a transpose that swaps the last two axes and leaves the others, or -1.
int below_swap(const Graph& g, int v) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node) return -1;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  if (node.info.op->name != "transpose") return -1;
  const auto& axes = node.info.attrs.integers("axes");
  const std::size_t rank = axes.size();
  if (rank < 2) return -1;
  for (std::size_t i = 0; i + 2 < rank; ++i)
    if (axes[i] != static_cast<std::int64_t>(i)) return -1;
  const auto last = static_cast<std::int64_t>(rank) - 1;
  return axes[rank - 2] == last && axes[rank - 1] == last - 1 ? node.inputs[0] : -1;
}

}  // namespace

int fold_transpose(Graph& graph) {
  int count = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    if (node.info.op->name != "matmul") return std::nullopt;
    std::vector<int> in = inputs;
    Attrs attrs = node.info.attrs;
    const char* flags[] = {"transpose_a", "transpose_b"};
    bool changed = false;
    for (std::size_t i = 0; i < 2; ++i)
      if (const int below = below_swap(g, in[i]); below >= 0) {
        in[i] = below;
        attrs.set(flags[i], AttrValue(!attrs.flag(flags[i])));
        changed = true;
      }
    if (!changed) return std::nullopt;
    ++count;
    return g.add_node(*node.info.op, attrs, in, node.path);
  });
  if (count) graph = std::move(out);
  return count;
}

}  // namespace candor::rewrites
