// where(y > 0, a b, 0), the gradient of a relu behind a product, becomes a product that writes zeros where y has them: its result is not
// read and written once more.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

bool is_zero(const Graph& g, int v) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  return value.source == Source::constant && value.type.size() == 1 && value.tensor.item<double>() == 0;
}

const Node* made_by(const Graph& g, int v, const char* name) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  return node.info.op->name == name ? &node : nullptr;
}

}  // namespace

int gate_products(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  std::vector<int> gated_by(graph.nodes.size(), -1);  // product -> the node that chooses between it and zero
  std::vector<int> product_of(graph.nodes.size(), -1);
  int count = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& choice = graph.nodes[n];
    if (choice.info.op->name != "where" || !is_zero(graph, choice.inputs[2])) continue;
    const Node *positive = made_by(graph, choice.inputs[0], "greater"), *product = made_by(graph, choice.inputs[1], "matmul");
    if (!positive || !product || !is_zero(graph, positive->inputs[1]) || uses[static_cast<std::size_t>(choice.inputs[1])] != 1) continue;
    const TensorType &result = product->info.out[0], &gate = positive->info.in[0];
    if (gate != result || choice.info.out[0] != result || (gate.dtype != DType::f32 && gate.dtype != DType::f64)) continue;
    const int at = graph.values[static_cast<std::size_t>(choice.inputs[1])].node;
    const Value& source = graph.values[static_cast<std::size_t>(positive->inputs[0])];
    if (source.source == Source::node && source.node >= at) continue;  // the gate must be there when the product runs
    gated_by[static_cast<std::size_t>(at)] = static_cast<int>(n);
    product_of[n] = at;
    ++count;
  }
  if (!count) return 0;

  std::vector<int> moved(graph.values.size(), -1);
  std::size_t next = 0;
  graph = rebuild(graph, [&](Graph& out, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    const std::size_t n = next++;
    for (std::size_t i = 0; i < inputs.size(); ++i) moved[static_cast<std::size_t>(node.inputs[i])] = inputs[i];
    std::vector<int> made;
    if (product_of[n] >= 0) {
      made = {inputs[1]};
    } else if (gated_by[n] >= 0) {
      const Node& choice = graph.nodes[static_cast<std::size_t>(gated_by[n])];
      const int v = made_by(graph, choice.inputs[0], "greater")->inputs[0];
      const Value& gate = graph.values[static_cast<std::size_t>(v)];
      int& to = moved[static_cast<std::size_t>(v)];
      if (to < 0 && gate.tensor.defined()) to = out.add_constant(gate.tensor);
      if (to < 0 && gate.source == Source::argument) to = out.arguments[static_cast<std::size_t>(gate.index)];
      Attrs attrs = node.info.attrs;
      attrs.set("bias", AttrValue(false)).set("residual", AttrValue(false)).set("activation", AttrValue(std::string("linear"))).set("gate", AttrValue(true));
      made = out.add_node(op("fused_matmul"), attrs, {inputs[0], inputs[1], to}, node.path);
    } else {
      made = out.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    }
    for (std::size_t i = 0; i < made.size(); ++i) moved[static_cast<std::size_t>(node.outputs[i])] = made[i];
    return made;
  });
  dead_code(graph);
  return count;
}

}  // namespace candor::rewrites
