// Products of what comes from data: their first operand may be mostly zeros (pixels, one-hot columns, counts of words), which what layers compute
// seldom is. They are marked, so that a kernel may look at the numbers of each run; a batch of pixels that only such products read is marked too.
// So are products of one row that a relu wrote: reading the weights is what they take their time for.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

/// Whether a relu gave these numbers, maybe through max_pool or under another shape.
bool from_relu(const Graph& graph, int v) {
  const Value& value = graph.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node) return false;
  const Node& node = graph.nodes[static_cast<std::size_t>(value.node)];
  const std::string& name = node.info.op->name;
  if (name == "relu") return true;
  if (name == "fused_matmul" || name == "fused_conv") return node.info.attrs.text("activation") == "relu";
  if (node.info.op->alias || (name == "max_pool" && value.index == 0)) return from_relu(graph, node.inputs[0]);
  if (name != "by_images") return false;
  const Graph& body = *node.info.attrs.graph("body");
  return from_relu(body, body.results[static_cast<std::size_t>(value.index)]);
}

/// One row times a matrix.
bool of_one_row(const NodeInfo& product) {
  const Shape& a = product.in[0].shape;
  return a.rank() >= 2 && a.size() == a[-1] && !product.attrs.flag("transpose_a");
}

}  // namespace


int sparse_inputs(Graph& graph) {
  const auto value = [&](int v) -> const Value& { return graph.values[static_cast<std::size_t>(v)]; };
  std::vector<bool> of_weights(graph.values.size(), false);
  for (std::size_t v = 0; v < graph.values.size(); ++v) of_weights[v] = graph.values[v].source == Source::variable;
  int count = 0;
  // How often a value is read by marked products, through other shapes of it.
  std::vector<int> marked(graph.values.size(), 0);
  for (Node& node : graph.nodes) {
    bool weights = false;
    for (int v : node.inputs) weights = weights || of_weights[static_cast<std::size_t>(v)];
    // A product with a constant kernel is what a layer of a frozen graph computes.
    weights = weights || (node.info.attrs.has("constant") && node.info.attrs.flag("constant"));
    for (int v : node.outputs) of_weights[static_cast<std::size_t>(v)] = weights;
    const std::string& name = node.info.op->name;
    if ((name != "matmul" && name != "fused_matmul") || node.info.attrs.has("sparse")) continue;
    if (of_weights[static_cast<std::size_t>(node.inputs[0])]) {
      if (!of_one_row(node.info) || !from_relu(graph, node.inputs[0])) continue;
      node.info.attrs.set("sparse", true);
      ++count;
      continue;
    }
    node.info.attrs.set("sparse", true);
    ++marked[static_cast<std::size_t>(node.inputs[0])];
    ++count;
  }
  const std::vector<int> uses = graph.use_counts();
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    Node& node = graph.nodes[n];
    const auto out = static_cast<std::size_t>(node.outputs[0]);
    if (marked[out] == 0 || marked[out] != uses[out]) continue;
    if (node.info.op->alias && value(node.inputs[0]).source == Source::node) ++marked[static_cast<std::size_t>(node.inputs[0])];
    if (node.info.op->name == "take_scaled") node.info.attrs.set("columns", true);
  }
  return count;
}

}  // namespace candor::rewrites
