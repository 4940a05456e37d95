// where(y > 0, a b, 0), the gradient of a relu behind a product, becomes a product that writes zeros where y has them, and (a b) (1 - y^2), that of a
// tanh, one that writes so much less: its result is not read and written once more.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

bool is_number(const Graph& g, int v, double number) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  return value.source == Source::constant && value.type.size() == 1 && value.tensor.item<double>() == number;
}

const Node* made_by(const Graph& g, int v, const char* name) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  return node.info.op->name == name ? &node : nullptr;
}

/// What a node makes of a product: it closes a gate behind it.
struct Gate {
  int product = -1, of = -1;  ///< values: the product, and the activation's result that says how far the gate is open; -1: there is none
  const char* kind = "relu";
};

Gate gate_of(const Graph& g, const Node& node) {
  const std::string& name = node.info.op->name;
  if (name == "where" && is_number(g, node.inputs[2], 0)) {
    const Node* positive = made_by(g, node.inputs[0], "greater");
    if (positive && is_number(g, positive->inputs[1], 0)) return {node.inputs[1], positive->inputs[0], "relu"};
  } else if (name == "multiply") {
    for (const std::size_t i : {0u, 1u}) {
      const Node* rest = made_by(g, node.inputs[1 - i], "subtract");
      const Node* squared = rest && is_number(g, rest->inputs[0], 1) ? made_by(g, rest->inputs[1], "square") : nullptr;
      if (squared) return {node.inputs[i], squared->inputs[0], "tanh"};
    }
  }
  return {};
}

}  // namespace

int gate_products(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  std::vector<int> gated_by(graph.nodes.size(), -1);  // product -> the node that chooses between it and zero
  std::vector<int> product_of(graph.nodes.size(), -1);
  int count = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Gate gate = gate_of(graph, graph.nodes[n]);
    const Node* product = gate.product >= 0 ? made_by(graph, gate.product, "matmul") : nullptr;
    if (!product || uses[static_cast<std::size_t>(gate.product)] != 1) continue;
    const TensorType &result = product->info.out[0], &type = graph.values[static_cast<std::size_t>(gate.of)].type;
    if (type != result || graph.nodes[n].info.out[0] != result || (type.dtype != DType::f32 && type.dtype != DType::f64)) continue;
    const int at = graph.values[static_cast<std::size_t>(gate.product)].node;
    const Value& source = graph.values[static_cast<std::size_t>(gate.of)];
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
      made = {moved[static_cast<std::size_t>(gate_of(graph, node).product)]};
    } else if (gated_by[n] >= 0) {
      const Gate behind = gate_of(graph, graph.nodes[static_cast<std::size_t>(gated_by[n])]);
      const int v = behind.of;
      const Value& gate = graph.values[static_cast<std::size_t>(v)];
      int& to = moved[static_cast<std::size_t>(v)];
      if (to < 0 && gate.tensor.defined()) to = out.add_constant(gate.tensor);
      if (to < 0 && gate.source == Source::argument) to = out.arguments[static_cast<std::size_t>(gate.index)];
      Attrs attrs = node.info.attrs;
      attrs.set("bias", AttrValue(false)).set("residual", AttrValue(false)).set("activation", AttrValue(std::string("linear"))).set("gate", AttrValue(true));
      attrs.set("gate_of", AttrValue(std::string(behind.kind)));
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
