// The gradient of an embedding is as large as its table and mostly zeros. Where only an optimizer reads it, and fewer rows were taken than
// the table has, the optimizer gets the rows and their numbers instead and adds them up piece by piece: the table of zeros is never written.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

/// The node that makes the gradient v of a parameter of that type, if it can be left to the optimizer.
const Node* taken_rows(const Graph& g, int v, const TensorType& parameter, const std::vector<int>& uses) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node || uses[static_cast<std::size_t>(v)] != 1 || value.type != parameter) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  if (node.info.op->name != "take_gradient" || node.info.attrs.integer("axis") != 0 || node.info.in[0].dtype != parameter.dtype) return nullptr;
  const TensorType& index = node.info.in[1];
  const bool whole = index.dtype == DType::i32 || index.dtype == DType::i64;
  return whole && parameter.shape.rank() > 0 && index.size() > 0 && index.size() < parameter.shape[0] ? &node : nullptr;
}

}  // namespace

int sparse_updates(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  std::vector<int> moved(graph.values.size(), -1);
  int count = 0;
  Graph changed = rebuild(graph, [&](Graph& out, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    for (std::size_t i = 0; i < inputs.size(); ++i) moved[static_cast<std::size_t>(node.inputs[i])] = inputs[i];
    const Attrs& attrs = node.info.attrs;
    std::vector<std::int64_t> taken;
    std::vector<int> in = inputs;
    if (node.info.op->in_place_updates && !attrs.has("taken")) {
      const auto parameters = static_cast<std::size_t>(attrs.integer("count")), lists = static_cast<std::size_t>(attrs.integer("lists"));
      for (std::size_t p = 0; p < parameters; ++p) {
        const Node* rows = taken_rows(graph, node.inputs[lists * parameters + p], node.info.in[p], uses);
        if (!rows) continue;
        taken.push_back(static_cast<std::int64_t>(p));
        in[lists * parameters + p] = moved[static_cast<std::size_t>(rows->inputs[0])];
        in.push_back(moved[static_cast<std::size_t>(rows->inputs[1])]);
      }
    }
    std::vector<int> made;
    if (taken.empty()) {
      made = out.add_node(*node.info.op, attrs, inputs, node.path);
    } else {
      Attrs more = attrs;
      count += static_cast<int>(taken.size());
      made = out.add_node(*node.info.op, more.set("taken", std::move(taken)), in, node.path);
    }
    for (std::size_t i = 0; i < made.size(); ++i) moved[static_cast<std::size_t>(node.outputs[i])] = made[i];
    return made;
  });
  if (!count) return 0;
  graph = std::move(changed);
  dead_code(graph);
  return count;
}

}  // namespace candor::rewrites
