#include "candor/graph/rewrite/rewrite.h"

#include <cstdlib>
#include <string_view>

namespace candor {

const std::vector<Rewrite>& all_rewrites() {
  static const std::vector<Rewrite> table{
      {"drop_custom_gradient", "results with a gradient of their own are results like others once it is recorded", rewrites::drop_custom_gradient},
      {"simplify", "x * 1, x + 0, casts and transposes that cancel, reshapes of reshapes", rewrites::simplify},
      {"drop_broadcast", "an operand that is only repeated enters an elementwise op as it is", rewrites::drop_broadcast},
      {"constant_folding", "nodes of constants alone are computed while planning", rewrites::constant_folding},
      {"cse", "equal nodes are computed once", rewrites::common_subexpressions},
      {"constant_kernels", "factors behind a product with a constant kernel join the kernel, which is laid out once", rewrites::constant_kernels},
      {"fold_transpose", "a transposed operand becomes a flag of its matmul", rewrites::fold_transpose},
      {"dead_code", "nodes whose results nobody reads are dropped", rewrites::dead_code},
      {"drop_history", "a scan that nobody differentiates keeps no history of its carry", rewrites::drop_history},
      {"scale_taken", "a batch of pixels is gathered, converted and scaled in one pass", rewrites::scale_taken},
      {"through_pool", "masks and sums behind the gradient of a max_pool are taken before it, where there are fewer numbers", rewrites::through_pool},
      {"pooled_gradients", "the gradients of a convolution before a max_pool are summed over the pool's winners alone", rewrites::pooled_gradients},
      {"recurrent_layer", "a recurrent sequence takes the products before it and the gradients of its weights along", rewrites::recurrent_layer},
      {"fuse_epilogue", "bias, residual, activation and its slopes, or factors join their matmul; bias, residual and activation their convolution", rewrites::fuse_epilogue},
      {"loss_with_gradient", "a cross-entropy and its gradient share one pass over the scores", rewrites::loss_with_gradient},
      {"gate_products", "a product behind the gradient of relu writes zeros where relu did", rewrites::gate_products},
      {"by_images", "a convolution and its pooling run on a few images after the other, a depthwise convolution with the pointwise ones around it", rewrites::by_images},
      {"fuse_elementwise", "chains of elementwise ops become one loop over tiles", rewrites::fuse_elementwise},
      {"sparse_inputs", "products of what comes from data may look for zeros", rewrites::sparse_inputs},
      {"early_updates", "parameters of a large model are updated in groups, each as soon as its gradients are there", rewrites::early_updates},
      {"sparse_updates", "an optimizer adds up the rows of an embedding's gradient itself, where they are fewer than its table's", rewrites::sparse_updates},
  };
  return table;
}

namespace {
bool enabled(std::string_view name) {
  const char* setting = std::getenv("CANDOR_REWRITES");
  if (!setting) return true;
  std::string_view rest(setting);
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    if (item == "none" || (item.size() > 1 && item[0] == '-' && item.substr(1) == name)) return false;
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
  }
  return true;
}
}  // namespace

std::vector<std::pair<std::string, int>> rewrite(Graph& graph) {
  std::vector<std::pair<std::string, int>> fired;
  for (const Rewrite& r : all_rewrites()) {
    if (!enabled(r.name)) continue;
    if (const int count = r.apply(graph)) fired.emplace_back(r.name, count);
  }
  return fired;
}

namespace rewrites {

Graph rebuild(const Graph& graph, const Visit& visit) {
  Graph out;
  std::vector<int> moved(graph.values.size(), -1);
  for (int v : graph.arguments) moved[static_cast<std::size_t>(v)] = out.add_argument(graph.values[static_cast<std::size_t>(v)].type);
  const auto move = [&](int v) {
    int& to = moved[static_cast<std::size_t>(v)];
    if (to < 0 && graph.values[static_cast<std::size_t>(v)].tensor.defined()) to = out.add_constant(graph.values[static_cast<std::size_t>(v)].tensor);
    return to;  // -1: made by a node that was dropped
  };
  for (const Node& node : graph.nodes) {
    std::vector<int> inputs;
    for (int v : node.inputs) inputs.push_back(move(v));
    const std::size_t before = out.nodes.size();
    std::optional<std::vector<int>> replaced = visit(out, node, inputs);
    if (!replaced) replaced = out.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    for (std::size_t n = before; n < out.nodes.size(); ++n) out.nodes[n].recomputed = node.recomputed;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) moved[static_cast<std::size_t>(node.outputs[i])] = (*replaced)[i];
  }
  for (int v : graph.results) out.results.push_back(move(v));
  for (const auto& [variable, v] : graph.updates) out.updates.emplace_back(variable, move(v));
  return out;
}

}  // namespace rewrites
}  // namespace candor
