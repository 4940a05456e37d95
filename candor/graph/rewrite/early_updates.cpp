// The update of all parameters at the end of a step reads gradients and weights that have long left the caches, and keeps all gradients until then.
// Where a model is large, its parameters are cut into groups, and each group is updated as soon as its gradients are there and nobody needs the old
// weights any more: the memory of its gradients serves the next group.
#include <algorithm>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

constexpr std::int64_t least_parameters = 1 << 18;  // with two moments and the gradient 4 MB: as much as second caches hold
constexpr std::int64_t least_group = 1 << 16;       // a group takes some 20 us, one more start of the threads 2
constexpr std::int64_t light = 16;                  // numbers of what a rate or a count of steps goes through

std::size_t at(int i) { return static_cast<std::size_t>(i); }

struct Group {
  std::size_t begin, end;  ///< parameters
};

/// Runs of parameters of at least `least_group` numbers; one alone when that is not worth it.
std::vector<Group> groups_of(const Node& node) {
  const auto count = static_cast<std::size_t>(node.info.attrs.integer("count"));
  std::int64_t total = 0, size = 0;
  for (std::size_t p = 0; p < count; ++p) total += node.info.in[p].size();
  std::vector<Group> groups;
  if (total >= least_parameters) {
    std::size_t begin = 0;
    for (std::size_t p = 0; p < count; ++p) {
      size += node.info.in[p].size();
      if (size < least_group) continue;
      groups.push_back({begin, p + 1});
      begin = p + 1, size = 0;
    }
    if (!groups.empty()) groups.back().end = count;
  }
  return groups;
}

/// Updates as several nodes, one a group, in the place of the one.
int cut(Graph& graph) {
  int count = 0;
  Graph changed = rebuild(graph, [&](Graph& out, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    const Attrs& attrs = node.info.attrs;
    if (!node.info.op->in_place_updates || attrs.has("taken")) return std::nullopt;
    const std::vector<Group> groups = groups_of(node);
    if (groups.size() < 2) return std::nullopt;
    const auto parameters = static_cast<std::size_t>(attrs.integer("count")), lists = static_cast<std::size_t>(attrs.integer("lists"));
    std::vector<int> results(parameters * lists);
    for (const Group& group : groups) {
      std::vector<int> in;
      for (std::size_t k = 0; k <= lists; ++k)
        for (std::size_t p = group.begin; p < group.end; ++p) in.push_back(inputs[k * parameters + p]);
      in.insert(in.end(), inputs.begin() + static_cast<std::ptrdiff_t>(parameters * (lists + 1)), inputs.end());
      Attrs own = attrs;
      own.set("count", static_cast<std::int64_t>(group.end - group.begin)).set("first", static_cast<std::int64_t>(group.begin));
      const std::vector<int> made = out.add_node(*node.info.op, std::move(own), in, node.path);
      for (std::size_t k = 0, i = 0; k < lists; ++k)
        for (std::size_t p = group.begin; p < group.end; ++p) results[k * parameters + p] = made[i++];
    }
    count += static_cast<int>(groups.size());
    return results;
  });
  if (count) graph = std::move(changed);
  return count;
}

/// Where each update can run: behind the nodes that make its gradients and behind those that read what it overwrites.
class Earliest {
 public:
  explicit Earliest(const Graph& graph) : g_(graph), last_read_(graph.values.size(), -1) {
    for (std::size_t n = 0; n < g_.nodes.size(); ++n)
      for (int v : g_.nodes[n].inputs) last_read_[at(root(v))] = std::max(last_read_[at(root(v))], g_.nodes[n].info.op->in_place_updates ? -1 : static_cast<int>(n));
  }

  /// The node behind which n can run; n itself when it must stay.
  int of(int n) const {
    const Node& node = g_.nodes[at(n)];
    const auto count = static_cast<std::size_t>(node.info.attrs.integer("count")), lists = static_cast<std::size_t>(node.info.attrs.integer("lists"));
    int after = 0;
    for (std::size_t i = 0; i < count * (lists + 1); ++i) {
      const int v = node.inputs[i];
      if (i < count * lists) after = std::max(after, last_read_[at(root(v))]);
      if (g_.values[at(v)].source == Source::node) after = std::max(after, g_.values[at(v)].node);
    }
    for (std::size_t i = count * (lists + 1); i < node.inputs.size(); ++i)
      if (!can_follow(node.inputs[i], after)) return n;
    return after < n ? after : n;
  }

 private:
  int root(int v) const {
    while (g_.values[at(v)].source == Source::node && g_.nodes[at(g_.values[at(v)].node)].info.op->alias) v = g_.nodes[at(g_.values[at(v)].node)].inputs[0];
    return v;
  }

  /// Whether what v still needs behind `after` is nothing but a few numbers: a rate, a count of steps.
  bool can_follow(int v, int after) const {
    const Value& value = g_.values[at(v)];
    if (value.type.size() > light) return value.source != Source::node || value.node <= after;
    if (value.source != Source::node || value.node <= after) return true;
    const std::vector<int>& in = g_.nodes[at(value.node)].inputs;
    return std::all_of(in.begin(), in.end(), [&](int u) { return can_follow(u, after); });
  }

  const Graph& g_;
  std::vector<int> last_read_;
};

/// The nodes in an order in which each update runs as early as it can.
std::vector<int> order_of(const Graph& graph) {
  const int count = static_cast<int>(graph.nodes.size());
  const Earliest earliest(graph);
  std::vector<std::vector<int>> waiting(at(count));
  for (int n = 0; n < count; ++n)
    if (graph.nodes[at(n)].info.op->in_place_updates)
      if (const int after = earliest.of(n); after != n) waiting[at(after)].push_back(n);
  std::vector<int> order;
  std::vector<bool> placed(at(count));
  const std::function<void(int)> place = [&](int n) {
    if (placed[at(n)]) return;
    placed[at(n)] = true;
    for (int v : graph.nodes[at(n)].inputs)
      if (graph.values[at(v)].source == Source::node) place(graph.values[at(v)].node);
    order.push_back(n);
  };
  for (int n = 0; n < count; ++n) {
    place(n);
    for (int update : waiting[at(n)]) place(update);
  }
  return order;
}

}  // namespace

int early_updates(Graph& graph) {
  const int count = cut(graph);
  if (!count) return 0;
  const std::vector<int> order = order_of(graph);
  std::vector<Node> nodes;
  std::vector<int> moved(order.size());
  for (const int n : order) {
    moved[at(n)] = static_cast<int>(nodes.size());
    nodes.push_back(std::move(graph.nodes[at(n)]));
  }
  graph.nodes = std::move(nodes);
  for (Value& value : graph.values)
    if (value.source == Source::node) value.node = moved[at(value.node)];
  return count;
}

}  // namespace candor::rewrites
