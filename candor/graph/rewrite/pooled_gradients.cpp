// The gradients of a convolution before a max_pool are summed over the winners of the pool alone: for windows of two by two a quarter of
// the products, and the image that max_pool_gradient would make is not needed.
#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

constexpr std::int64_t most_kernel = 1 << 16;  // numbers: a kernel is read at each place of the pooled image and should stay in a core's cache
constexpr std::int64_t least_run = 4;          // neighbouring numbers of the image that are taken at once: below, dense products are faster
constexpr std::int64_t most_window = 16;

const Node* producer(const Graph& g, int v, const char* name) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::node) return nullptr;
  const Node& node = g.nodes[static_cast<std::size_t>(value.node)];
  return node.info.op->name == name ? &node : nullptr;
}

bool worth_it(const Attrs& conv, const Shape& kernel, const Shape& image, const Shape& pooled, const std::vector<std::int64_t>& window) {
  if (image.rank() != 4 || conv.integer("groups") != 1 || window.size() != 2 || window[0] * window[1] > most_window) return false;
  for (std::int64_t d : conv.integers("dilation"))
    if (d != 1) return false;
  return kernel.size() <= most_kernel && kernel[1] * kernel[2] >= least_run && pooled.size() > 0 && image.size() >= 3 * pooled.size();
}

std::optional<std::vector<int>> of_winners(Graph& g, const Node& node, const std::vector<int>& in) {
  const bool of_kernel = node.info.op->name == "conv_kernel_gradient";
  if ((!of_kernel && node.info.op->name != "conv_input_gradient") || node.info.out[0].dtype != DType::f32) return std::nullopt;
  const Node* spread = producer(g, in[of_kernel ? 1 : 0], "max_pool_gradient");
  if (!spread) return std::nullopt;
  const Node* pool = producer(g, spread->inputs[1], "max_pool");
  if (!pool || pool->outputs[1] != spread->inputs[1]) return std::nullopt;
  const Shape &image = spread->info.out[0].shape, &pooled = spread->info.in[0].shape;
  const Shape& kernel = of_kernel ? node.info.out[0].shape : node.info.in[1].shape;
  const auto& window = pool->info.attrs.integers("size");
  if (!worth_it(node.info.attrs, kernel, image, pooled, window)) return std::nullopt;
  Attrs attrs = node.info.attrs;
  attrs.set("image", image).set("window", window);
  const int numbers = spread->inputs[0], index = spread->inputs[1];
  const std::vector<int> inputs = of_kernel ? std::vector<int>{in[0], numbers, index} : std::vector<int>{numbers, index, in[1]};
  return g.add_node(op(of_kernel ? "pooled_conv_kernel_gradient" : "pooled_conv_input_gradient"), attrs, inputs, node.path);
}

}  // namespace

int pooled_gradients(Graph& graph) {
  int count = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& in) -> std::optional<std::vector<int>> {
    auto result = of_winners(g, node, in);
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
