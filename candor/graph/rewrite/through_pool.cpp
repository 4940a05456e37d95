// The gradient of max_pool puts each number at one place of the image and zeros elsewhere, so what is done with the image afterwards can be
// done with the fewer numbers before.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

const Node* producer(const Graph& g, int v, const char* name) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  return node.info.op->name == name ? &node : nullptr;
}

bool is_zero(const Graph& g, int v) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  return value.source == Source::constant && value.type.size() == 1 && is_floating(value.type.dtype) && value.tensor.item<double>() == 0;
}

// where(y > 0, max_pool_gradient(c, index), 0), where index is that of p = max_pool(y): at the places that index names, y is p, so it is
// max_pool_gradient(where(p > 0, c, 0), index).
std::optional<std::vector<int>> mask_before(Graph& g, const Node& node, const std::vector<int>& in) {
  if (node.info.op->name != "where" || !is_zero(g, in[2])) return std::nullopt;
  const Node* spread = producer(g, in[1], "max_pool_gradient");
  const Node* mask = producer(g, in[0], "greater");
  if (!spread || !mask || !is_zero(g, mask->inputs[1])) return std::nullopt;
  const Node* pool = producer(g, spread->inputs[1], "max_pool");
  if (!pool || pool->outputs[1] != spread->inputs[1] || pool->inputs[0] != mask->inputs[0]) return std::nullopt;
  if (!(node.info.out[0] == spread->info.out[0])) return std::nullopt;
  const Node spread_copy = *spread;  // adding nodes moves them
  const Op *greater = mask->info.op, *where = node.info.op;
  const int pooled = pool->outputs[0], zero = mask->inputs[1], other = in[2];
  const int open = g.add_node(*greater, {}, {pooled, zero}, node.path)[0];
  const int kept = g.add_node(*where, node.info.attrs, {open, spread_copy.inputs[0], other}, node.path)[0];
  return g.add_node(*spread_copy.info.op, spread_copy.info.attrs, {kept, spread_copy.inputs[1]}, node.path);
}

// The sum over images and places of max_pool_gradient(c, index) is that of c.
std::optional<std::vector<int>> sum_before(Graph& g, const Node& node, const std::vector<int>& in) {
  if (node.info.op->name != "sum") return std::nullopt;
  const Node* spread = producer(g, in[0], "max_pool_gradient");
  if (!spread) return std::nullopt;
  const auto& axes = node.info.attrs.integers("axes");
  const int rank = node.info.in[0].shape.rank();
  if (static_cast<int>(axes.size()) != rank - 1) return std::nullopt;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i] != static_cast<std::int64_t>(i)) return std::nullopt;
  const int numbers = spread->inputs[0];
  return g.add_node(*node.info.op, node.info.attrs, {numbers}, node.path);
}

}  // namespace

int through_pool(Graph& graph) {
  int count = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& in) -> std::optional<std::vector<int>> {
    auto result = mask_before(g, node, in);
    if (!result) result = sum_before(g, node, in);
    count += result.has_value();
    return result;
  });
  if (count) {
    graph = std::move(out);
    dead_code(graph);
  }
  return count;
}

}  // namespace candor::rewrites
