// multiply(cast(take(pixels, rows), f32), number): the batch is gathered, converted and scaled in one pass.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

/// The node that makes a value nobody else reads, if it is of that op.
const Node* sole(const Graph& g, const std::vector<int>& uses, int v, const char* name) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node || uses[static_cast<std::size_t>(v)] != 1) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  return node.info.op->name == name ? &node : nullptr;
}

}  // namespace

int scale_taken(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  int count = 0;
  std::size_t at = 0;
  Graph rebuilt = rebuild(graph, [&](Graph& out, const Node& moved, const std::vector<int>& in) -> std::optional<std::vector<int>> {
    const Node& node = graph.nodes[at++];
    if (moved.info.op->name != "multiply" || node.info.out[0].dtype != DType::f32) return std::nullopt;
    const Value& number = graph.values[static_cast<std::size_t>(node.inputs[1])];
    if (number.source != Source::constant || number.type.size() != 1 || number.type.shape.rank() > node.info.out[0].shape.rank()) return std::nullopt;
    const Node* cast = sole(graph, uses, node.inputs[0], "cast");
    const Node* take = cast ? sole(graph, uses, cast->inputs[0], "take") : nullptr;
    if (!take || take->info.in[0].dtype != DType::u8 || take->info.attrs.integer("axis") != 0) return std::nullopt;
    // The take stands in the new graph already, below the cast.
    const Node& new_cast = out.nodes[static_cast<std::size_t>(out.values[static_cast<std::size_t>(in[0])].node)];
    const Node& new_take = out.nodes[static_cast<std::size_t>(out.values[static_cast<std::size_t>(new_cast.inputs[0])].node)];
    Attrs attrs = new_take.info.attrs;
    attrs.set("scale", number.tensor.item<double>());
    const std::vector<int> inputs = new_take.inputs;
    ++count;
    return out.add_node(op("take_scaled"), attrs, inputs, moved.path);
  });
  if (count) {
    graph = std::move(rebuilt);
    dead_code(graph);
  }
  return count;
}

}  // namespace candor::rewrites
