// sparse_softmax_cross_entropy(x, labels) and its gradient for the same scores and labels become one node, which takes the exponentials
// once. The cotangent must be there when the loss is computed: mostly it is the constant that a mean gives.
#include <algorithm>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {

int loss_with_gradient(Graph& graph) {
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  std::vector<int> partner(graph.nodes.size(), -1);  // node of a loss -> of its gradient, and back
  int count = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& loss = graph.nodes[n];
    if (loss.info.op->name != "sparse_softmax_cross_entropy") continue;
    for (std::size_t m = n + 1; m < graph.nodes.size(); ++m) {
      const Node& gradient = graph.nodes[m];
      if (gradient.info.op->name != "sparse_softmax_cross_entropy_gradient" || partner[m] >= 0) continue;
      const Value& cotangent = graph.values[at(gradient.inputs[2])];
      const bool there = cotangent.source != Source::node || cotangent.node < static_cast<int>(n);
      if (!there || !std::equal(loss.inputs.begin(), loss.inputs.end(), gradient.inputs.begin()) || loss.recomputed != gradient.recomputed) continue;
      partner[n] = static_cast<int>(m), partner[m] = static_cast<int>(n);
      ++count;
      break;
    }
  }
  if (!count) return 0;

  std::vector<int> moved(graph.values.size(), -1);
  std::size_t next = 0;
  graph = rebuild(graph, [&](Graph& out, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    const std::size_t n = next++;
    for (std::size_t i = 0; i < inputs.size(); ++i) moved[at(node.inputs[i])] = inputs[i];
    std::vector<int> made;
    if (partner[n] < 0) {
      made = out.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    } else if (partner[n] < static_cast<int>(n)) {
      return std::vector<int>{moved[at(node.outputs[0])]};
    } else {
      const Node& gradient = graph.nodes[at(partner[n])];
      const int v = gradient.inputs[2];
      const Value& cotangent = graph.values[at(v)];
      if (moved[at(v)] < 0 && cotangent.tensor.defined()) moved[at(v)] = out.add_constant(cotangent.tensor);
      if (moved[at(v)] < 0 && cotangent.source == Source::argument) moved[at(v)] = out.arguments[at(cotangent.index)];
      const std::vector<int> both = out.add_node(op("sparse_softmax_cross_entropy_with_gradient"), {}, {inputs[0], inputs[1], moved[at(v)]}, node.path);
      moved[at(gradient.outputs[0])] = both[1];
      made = {both[0]};
    }
    for (std::size_t i = 0; i < made.size(); ++i) moved[at(node.outputs[i])] = made[i];
    return made;
  });
  return count;
}

}  // namespace candor::rewrites
