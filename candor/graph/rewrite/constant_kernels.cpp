// Products with constant kernels, as in a frozen graph: a factor for each channel behind one, as batch normalisation has it, is multiplied into the
// kernel, what is added for each channel becomes a bias, and the product is marked, so that its kernel may lay the constant out once. A product in bf16
// whose result is widened for this and narrowed again stays in bf16: its kernel is rounded behind the factors.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

const Value& value_of(const Graph& g, int v) { return g.values[static_cast<std::size_t>(v)]; }
const Node* producer(const Graph& g, int v) { return value_of(g, v).source == Source::node ? &g.nodes[static_cast<std::size_t>(value_of(g, v).node)] : nullptr; }
bool is_cast(const Node* node, DType from, DType to) { return node && node->info.op->name == "cast" && node->info.in[0].dtype == from && node->info.out[0].dtype == to; }

/// A constant with one number for each entry of the last axis: [c], or [1, ..., 1, c].
bool is_by_channel(const Graph& g, int v, std::int64_t channels) {
  const Value& value = value_of(g, v);
  return value.source == Source::constant && value.type.dtype == DType::f32 && value.type.shape.rank() > 0 && value.type.size() == channels &&
         value.type.shape[-1] == channels;
}

/// A product with a constant kernel, and the casts around it where it is one of bf16. By value: adding nodes moves them.
struct Product {
  Node node;
  std::optional<Node> narrows;  ///< gives the kernel
  std::optional<Node> widens;   ///< takes the result
};

/// The product that alone gives v.
std::optional<Product> product_of(const Graph& g, int v) {
  const Node* node = producer(g, v);
  std::optional<Product> result = Product{};
  if (is_cast(node, DType::bf16, DType::f32)) {
    result->widens = *node;
    node = producer(g, node->inputs[0]);
  }
  if (!node || value_of(g, v).type.dtype != DType::f32) return std::nullopt;
  const std::string& name = node->info.op->name;
  if (name != "conv" && !(name == "matmul" && !node->info.attrs.flag("transpose_b") && node->info.in[1].shape.rank() == 2)) return std::nullopt;
  result->node = *node;
  int kernel = node->inputs[1];
  if (result->widens) {
    const Node* narrows = producer(g, kernel);
    if (!is_cast(narrows, DType::f32, DType::bf16)) return std::nullopt;
    result->narrows = *narrows;
    kernel = narrows->inputs[0];
  }
  if (value_of(g, kernel).source != Source::constant) return std::nullopt;
  return result;
}

std::vector<int> with_factors(Graph& g, const Product& p, int factors) {
  const int source = p.narrows ? p.narrows->inputs[0] : p.node.inputs[1];
  const Tensor kernel = value_of(g, source).tensor.clone(), by = value_of(g, factors).tensor.contiguous();
  const std::int64_t channels = by.size();
  float* w = static_cast<float*>(kernel.raw());
  const float* f = static_cast<const float*>(by.raw());
  for (std::int64_t i = 0; i < kernel.size(); ++i) w[i] *= f[i % channels];
  int right = g.add_constant(kernel);
  if (p.narrows) right = g.add_node(*p.narrows->info.op, p.narrows->info.attrs, {right}, p.narrows->path)[0];
  const std::vector<int> product = g.add_node(*p.node.info.op, p.node.info.attrs, {p.node.inputs[0], right}, p.node.path);
  return p.widens ? g.add_node(*p.widens->info.op, p.widens->info.attrs, product, p.widens->path) : product;
}

/// The result of a bf16 product with its bias, as f32.
std::vector<int> with_narrow_bias(Graph& g, const Product& p, const Node& add, const Tensor& bias) {
  const int vector = g.add_constant(bias.to(DType::bf16));
  const std::vector<int> sum = g.add_node(*add.info.op, add.info.attrs, {p.widens->inputs[0], vector}, add.path);
  return g.add_node(*p.widens->info.op, p.widens->info.attrs, sum, p.widens->path);
}

/// Nothing else reads what the node takes from `v`, nor, where that is widened, the product itself.
bool alone(const Graph& graph, const std::vector<int>& uses, int v) {
  if (uses[static_cast<std::size_t>(v)] != 1) return false;
  const Node* made = producer(graph, v);
  return !is_cast(made, DType::bf16, DType::f32) || uses[static_cast<std::size_t>(made->inputs[0])] == 1;
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
      const std::optional<Product> product = product_of(g, in[at]);
      if (!product || !alone(graph, uses, node.inputs[at]) || !is_by_channel(g, in[other], channels) || !(node.info.in[at] == node.info.out[0])) continue;
      if (name == "multiply") {
        ++count;
        return with_factors(g, *product, in[other]);
      }
      const Tensor bias = value_of(g, in[other]).tensor;
      if (bias.shape().rank() == 1 && !product->widens) continue;
      ++count;
      const Tensor vector = bias.contiguous().view_reshape({channels});
      if (product->widens) return with_narrow_bias(g, *product, node, vector);
      return g.add_node(*node.info.op, node.info.attrs, {in[at], g.add_constant(vector)}, node.path);
    }
    return std::nullopt;
  });
  const int narrow = fold_narrow_kernels(out);
  if (narrow) simplify(out);  // results are no longer widened between a product and what follows in bf16
  count += narrow;
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
