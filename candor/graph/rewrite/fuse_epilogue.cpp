#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

bool is_epilogue_activation(const std::string& op) { return op == "relu" || op == "tanh" || op == "sigmoid" || op == "gelu" || op == "gelu_tanh"; }

/// The only node that reads a value, or -1 when there are several readers or it leaves the graph.
int only_reader(const std::vector<int>& uses, const std::vector<int>& readers, int v) {
  const auto i = static_cast<std::size_t>(v);
  return uses[i] == 1 ? readers[i] : -1;
}

struct Chain {
  int bias = -1;          // value added, -1: none
  int add = -1;           // node
  int activation = -1;    // node
};

/// A bias is a vector along the last axis of the result.
bool is_bias(const Graph& graph, int v, const TensorType& result) {
  const TensorType& t = graph.values[static_cast<std::size_t>(v)].type;
  return t.dtype == result.dtype && t.shape.rank() == 1 && result.shape.rank() >= 2 && t.shape[0] == result.shape[-1];
}

}  // namespace

int fuse_epilogue(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  std::vector<int> readers(graph.values.size(), -1);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    for (int v : graph.nodes[n].inputs) readers[static_cast<std::size_t>(v)] = static_cast<int>(n);

  std::vector<int> absorbed_into(graph.nodes.size(), -1);  // node -> the product whose epilogue it became
  std::vector<Chain> chains(graph.nodes.size());
  std::vector<int> last(graph.nodes.size(), -1);           // product -> node whose output the fused node gives
  int count = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if ((node.info.op->name != "matmul" && node.info.op->name != "conv") || node.info.out[0].shape.rank() < 2) continue;
    Chain& chain = chains[n];
    int end = static_cast<int>(n);
    const auto next = [&] { return only_reader(uses, readers, graph.nodes[static_cast<std::size_t>(end)].outputs[0]); };
    if (const int m = next(); m >= 0 && graph.nodes[static_cast<std::size_t>(m)].info.op->name == "add") {
      const Node& sum = graph.nodes[static_cast<std::size_t>(m)];
      const int other = sum.inputs[0] == node.outputs[0] ? sum.inputs[1] : sum.inputs[0];
      if (other != node.outputs[0] && is_bias(graph, other, node.info.out[0])) {
        // The bias must be there when the product runs: an input, a constant, or made before.
        const Value& b = graph.values[static_cast<std::size_t>(other)];
        if (b.source != Source::node || b.node < static_cast<int>(n)) chain.bias = other, chain.add = m, end = m;
      }
    }
    if (const int m = next(); m >= 0 && is_epilogue_activation(graph.nodes[static_cast<std::size_t>(m)].info.op->name)) chain.activation = m, end = m;
    if (end == static_cast<int>(n)) continue;
    for (int m : {chain.add, chain.activation})
      if (m >= 0) absorbed_into[static_cast<std::size_t>(m)] = static_cast<int>(n);
    last[n] = end;
    ++count;
  }
  if (!count) return 0;

  std::vector<int> fused_value(graph.nodes.size(), -1);
  std::size_t n = 0;
  // Values of the old graph as values of the new one, for biases that are not inputs of the product's own node.
  std::vector<int> moved(graph.values.size(), -1);
  graph = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    const std::size_t i = n++;
    for (std::size_t k = 0; k < inputs.size(); ++k) moved[static_cast<std::size_t>(node.inputs[k])] = inputs[k];
    std::vector<int> out;
    if (absorbed_into[i] >= 0) {
      out = {fused_value[static_cast<std::size_t>(absorbed_into[i])]};
    } else if (last[i] >= 0) {
      const Chain& chain = chains[i];
      std::vector<int> in = inputs;
      Attrs attrs = node.info.attrs;
      attrs.set("bias", AttrValue(chain.bias >= 0));
      if (chain.bias >= 0) {
        const Value& b = graph.values[static_cast<std::size_t>(chain.bias)];
        int v = moved[static_cast<std::size_t>(chain.bias)];
        if (v < 0 && b.tensor.defined()) v = g.add_constant(b.tensor);
        if (v < 0 && b.source == Source::argument) v = g.arguments[static_cast<std::size_t>(b.index)];
        in.push_back(v);
      }
      std::string activation = "linear";
      if (chain.activation >= 0) activation = graph.nodes[static_cast<std::size_t>(chain.activation)].info.op->name;
      attrs.set("activation", AttrValue(activation));
      const bool product = node.info.op->name == "matmul";
      if (product) attrs.set("residual", AttrValue(false));
      out = g.add_node(op(product ? "fused_matmul" : "fused_conv"), attrs, in, node.path);
      fused_value[i] = out[0];
    } else {
      out = g.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    }
    for (std::size_t k = 0; k < out.size(); ++k) moved[static_cast<std::size_t>(node.outputs[k])] = out[k];
    return out;
  });
  return count;
}

}  // namespace candor::rewrites
