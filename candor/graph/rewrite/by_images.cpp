// Convolution and the pooling behind it, and the next such pair, on a few images after the other; a depthwise convolution with the pointwise ones
// around it, image after image.
#include <algorithm>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

constexpr std::size_t cache_bytes = 160 << 10;      // of the largest value between nodes, for the images of one round
constexpr std::int64_t least_rounds = 8;            // as many threads have work
constexpr std::int64_t few_channels = 128;          // beyond it a library's own blocking does better

bool is_convolution(const Node& node) {
  const std::string& name = node.info.op->name;
  return (name == "conv" || name == "fused_conv") && node.info.out[0].dtype == DType::f32 && node.info.in[0].shape[0] > 0 && !node.info.attrs.has("residual") &&
         std::min(node.info.in[0].shape[-1], node.info.out[0].shape[-1]) < few_channels;
}
bool is_pooling(const Node& node) { return node.info.op->name == "max_pool" || node.info.op->name == "average_pool"; }

class Finder {
 public:
  explicit Finder(const Graph& graph) : graph_(graph), uses_(graph.use_counts()), readers_(graph.values.size()) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      for (int v : graph.nodes[n].inputs) readers_[static_cast<std::size_t>(v)].push_back(static_cast<int>(n));
  }

  /// The nodes that begin with convolution `n`: pairs of convolution and pooling, each fed by the one before. Empty: none.
  std::vector<int> chain(int n) const {
    std::vector<int> nodes;
    for (int at = n; at >= 0;) {
      const int pool = pooling_behind(at);
      if (pool < 0 || !ready(at, n, at == n ? 0 : 1)) break;
      nodes.push_back(at);
      nodes.push_back(pool);
      at = convolution_behind(pool);
    }
    return nodes;
  }

  /// A depthwise convolution at `n`, or behind a pointwise one there, and the pointwise one that alone reads it, all with constant kernels. Empty: none.
  std::vector<int> depthwise_block(int n) const {
    std::vector<int> nodes;
    if (is_constant_convolution(n, false)) {
      nodes.push_back(n);
      n = only_reader(n);
    }
    if (n < 0 || !is_constant_convolution(n, true)) return {};
    nodes.push_back(n);
    n = only_reader(n);
    if (n < 0 || !is_constant_convolution(n, false)) return {};
    nodes.push_back(n);
    const Node& last = node(n);
    const bool adds = last.info.attrs.has("residual") && last.info.attrs.flag("residual");
    for (int member : nodes)
      for (std::size_t i = 1; i < node(member).inputs.size(); ++i) {
        if (adds && member == n && i + 1 == last.inputs.size()) continue;
        if (graph_.values[static_cast<std::size_t>(node(member).inputs[i])].source != Source::constant) return {};
      }
    return adds && last.inputs.back() != node(nodes[0]).inputs[0] ? std::vector<int>{} : nodes;
  }

  bool read_outside(int v, const std::vector<int>& inside) const {
    int within = 0;
    for (int n : readers_[static_cast<std::size_t>(v)]) within += std::find(inside.begin(), inside.end(), n) != inside.end();
    return uses_[static_cast<std::size_t>(v)] > within;
  }

 private:
  const Node& node(int n) const { return graph_.nodes[static_cast<std::size_t>(n)]; }

  /// A convolution of images whose kernel is laid out once: of one pixel, or depthwise.
  bool is_constant_convolution(int n, bool depthwise) const {
    const NodeInfo& info = node(n).info;
    if ((info.op->name != "conv" && info.op->name != "fused_conv") || info.out[0].dtype != DType::f32 || info.in[0].shape.rank() != 4 || !info.attrs.has("constant")) return false;
    const std::int64_t groups = info.attrs.integer("groups"), channels = info.in[0].shape[-1];
    if (depthwise) return groups > 1 && groups == channels && info.out[0].shape[-1] == channels;
    return groups == 1 && info.in[1].shape[0] == 1 && info.in[1].shape[1] == 1 && info.in[0].shape.with(-1, 1) == info.out[0].shape.with(-1, 1);
  }
  /// The node that alone reads what a node gives, as its first input; -1: none.
  int only_reader(int n) const {
    const int v = node(n).outputs[0];
    const auto& readers = readers_[static_cast<std::size_t>(v)];
    return uses_[static_cast<std::size_t>(v)] == 1 && readers.size() == 1 && node(readers[0]).inputs[0] == v ? readers[0] : -1;
  }
  // A pooling that alone reads what the convolution gives.
  int pooling_behind(int n) const {
    const int v = node(n).outputs[0];
    const auto& readers = readers_[static_cast<std::size_t>(v)];
    return uses_[static_cast<std::size_t>(v)] == 1 && readers.size() == 1 && is_pooling(node(readers[0])) ? readers[0] : -1;
  }
  int convolution_behind(int n) const {
    for (int reader : readers_[static_cast<std::size_t>(node(n).outputs[0])])
      if (is_convolution(node(reader)) && node(reader).inputs[0] == node(n).outputs[0]) return reader;
    return -1;
  }
  // Whether all inputs from the one numbered `from` on are there before node `first` runs.
  bool ready(int n, int first, std::size_t from) const {
    for (std::size_t i = from; i < node(n).inputs.size(); ++i) {
      const Value& value = graph_.values[static_cast<std::size_t>(node(n).inputs[i])];
      if (value.source == Source::node && value.node >= first) return false;
    }
    return true;
  }

  const Graph& graph_;
  std::vector<int> uses_;
  std::vector<std::vector<int>> readers_;
};

// How many images a round takes: a divisor of their number.
std::int64_t images_a_round(const Graph& graph, const std::vector<int>& nodes) {
  const std::int64_t images = graph.nodes[static_cast<std::size_t>(nodes[0])].info.in[0].shape[0];
  std::size_t bytes = 1;
  for (int n : nodes) bytes = std::max(bytes, graph.nodes[static_cast<std::size_t>(n)].info.in[0].bytes() / static_cast<std::size_t>(images));
  std::int64_t best = 1;
  for (std::int64_t k = 2; k <= images / least_rounds; ++k)
    if (images % k == 0 && static_cast<std::size_t>(k) * bytes <= cache_bytes) best = k;
  return best;
}

struct Group {
  std::vector<int> nodes;
  std::vector<int> inputs, results;  // values of the old graph
  Attrs attrs;
};

Group make_group(const Graph& graph, const Finder& finder, std::vector<int> nodes) {
  Group group;
  const std::int64_t images = graph.nodes[static_cast<std::size_t>(nodes[0])].info.in[0].shape[0], round = images_a_round(graph, nodes);
  auto body = std::make_shared<Graph>();
  std::vector<std::int64_t> shared;
  std::vector<int> moved(graph.values.size(), -1);
  for (int n : nodes) {
    const Node& node = graph.nodes[static_cast<std::size_t>(n)];
    std::vector<int> in;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      int& to = moved[static_cast<std::size_t>(node.inputs[i])];
      if (to < 0) {
        TensorType type = node.info.in[i];
        if (i == 0) type.shape.set(0, round);
        to = body->add_argument(type);
        group.inputs.push_back(node.inputs[i]);
        shared.push_back(i != 0);
      }
      in.push_back(to);
    }
    const std::vector<int> out = body->add_node(*node.info.op, node.info.attrs, in, node.path);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const int v = node.outputs[i];
      moved[static_cast<std::size_t>(v)] = out[i];
      if (!finder.read_outside(v, nodes)) continue;
      body->results.push_back(out[i]);
      group.results.push_back(v);
    }
  }
  group.nodes = std::move(nodes);
  group.attrs.set("body", AttrValue(std::shared_ptr<const Graph>(std::move(body))));
  group.attrs.set("shared", AttrValue(shared));
  group.attrs.set("images", images);
  return group;
}

}  // namespace

int by_images(Graph& graph) {
  const Finder finder(graph);
  std::vector<Group> groups;
  std::vector<int> group_of(graph.nodes.size(), -1);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (group_of[n] >= 0) continue;
    std::vector<int> nodes = finder.depthwise_block(static_cast<int>(n));
    if (nodes.empty() && is_convolution(graph.nodes[n])) nodes = finder.chain(static_cast<int>(n));
    const bool taken = std::any_of(nodes.begin(), nodes.end(), [&](int member) { return group_of[static_cast<std::size_t>(member)] >= 0; });
    if (nodes.empty() || taken) continue;
    groups.push_back(make_group(graph, finder, nodes));
    for (int member : nodes) group_of[static_cast<std::size_t>(member)] = static_cast<int>(groups.size()) - 1;
  }
  if (groups.empty()) return 0;

  std::vector<int> moved(graph.values.size(), -1);
  std::size_t at = 0;
  graph = rebuild(graph, [&](Graph& out, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    const std::size_t n = at++;
    std::vector<int> results;
    if (group_of[n] < 0) {
      results = out.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    } else {
      const Group& group = groups[static_cast<std::size_t>(group_of[n])];
      if (group.nodes[0] == static_cast<int>(n)) {
        std::vector<int> in;
        for (int v : group.inputs) {
          const Value& value = graph.values[static_cast<std::size_t>(v)];
          int to = moved[static_cast<std::size_t>(v)];
          if (to < 0 && value.tensor.defined()) to = out.add_constant(value.tensor);
          if (to < 0 && value.source == Source::argument) to = out.arguments[static_cast<std::size_t>(value.index)];
          in.push_back(to);
        }
        const std::vector<int> made = out.add_node(op("by_images"), group.attrs, in, node.path);
        for (std::size_t i = 0; i < made.size(); ++i) moved[static_cast<std::size_t>(group.results[i])] = made[i];
      }
      for (int v : node.outputs) results.push_back(moved[static_cast<std::size_t>(v)]);
    }
    for (std::size_t i = 0; i < results.size(); ++i) moved[static_cast<std::size_t>(node.outputs[i])] = results[i];
    return results;
  });
  return static_cast<int>(groups.size());
}

}  // namespace candor::rewrites
