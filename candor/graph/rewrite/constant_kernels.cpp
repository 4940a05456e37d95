// Products with constant kernels, as in a frozen graph: a factor for each channel behind one, as batch normalisation has it, is multiplied into the
// kernel, what is added for each channel becomes a bias, and the product is marked, so that its kernel may lay the constant out once.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

/// A constant with one number for each entry of the last axis: [c], or [1, ..., 1, c].
bool is_by_channel(const Graph& g, int v, std::int64_t channels) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  return value.source == Source::constant && value.type.dtype == DType::f32 && value.type.shape.rank() > 0 && value.type.size() == channels &&
         value.type.shape[-1] == channels;
}

/// The product with a constant kernel that alone gives v, or null.
const Node* product_of(const Graph& g, int v) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node || value.type.dtype != DType::f32) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  const std::string& name = node.info.op->name;
  if (name != "conv" && !(name == "matmul" && !node.info.attrs.flag("transpose_b") && node.info.in[1].shape.rank() == 2)) return nullptr;
  return g.values[static_cast<std::size_t>(node.inputs[1])].source == Source::constant ? &node : nullptr;
}

std::vector<int> with_factors(Graph& g, const Node& product, int factors) {
  const Node copy = product;  // adding nodes moves them
  const Tensor kernel = g.values[static_cast<std::size_t>(copy.inputs[1])].tensor.clone(), by = g.values[static_cast<std::size_t>(factors)].tensor.contiguous();
  const std::int64_t channels = by.size();
  float* w = static_cast<float*>(kernel.raw());
  const float* f = static_cast<const float*>(by.raw());
  for (std::int64_t i = 0; i < kernel.size(); ++i) w[i] *= f[i % channels];
  return g.add_node(*copy.info.op, copy.info.attrs, {copy.inputs[0], g.add_constant(kernel)}, copy.path);
}

}  // namespace

int constant_kernels(Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  int count = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& in) -> std::optional<std::vector<int>> {
    const std::string& name = node.info.op->name;
    if ((name != "multiply" && name != "add") || node.info.out[0].shape.rank() < 2) return std::nullopt;
    const std::int64_t channels = node.info.out[0].shape[-1];
    for (int side : {0, 1}) {
      const auto at = static_cast<std::size_t>(side), other = static_cast<std::size_t>(1 - side);
      const Node* product = product_of(g, in[at]);
      if (!product || uses[static_cast<std::size_t>(node.inputs[at])] != 1 || !is_by_channel(g, in[other], channels) || !(node.info.in[at] == node.info.out[0])) continue;
      if (name == "multiply") {
        ++count;
        return with_factors(g, *product, in[other]);
      }
      const Tensor bias = g.values[static_cast<std::size_t>(in[other])].tensor;
      if (bias.shape().rank() == 1) continue;
      ++count;
      const int vector = g.add_constant(bias.contiguous().view_reshape({channels}));
      return g.add_node(*node.info.op, node.info.attrs, {in[at], vector}, node.path);
    }
    return std::nullopt;
  });
  for (Node& node : out.nodes) {
    const std::string& name = node.info.op->name;
    if ((name != "conv" && name != "matmul") || out.values[static_cast<std::size_t>(node.inputs[1])].source != Source::constant || node.info.in[1].shape.rank() < 2) continue;
    node.info.attrs.set("constant", true);
    ++count;
  }
  if (count) {
    graph = std::move(out);
    dead_code(graph);
  }
  return count;
}

}  // namespace candor::rewrites
