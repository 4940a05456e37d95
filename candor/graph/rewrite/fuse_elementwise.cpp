// Groups elementwise nodes of one result shape into fused_elementwise nodes. A group may have several results; it must not be
// both before and after a node outside it, which is checked with every other group taken as one node.
#include <algorithm>
#include <memory>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

constexpr std::size_t most_nodes = 48, most_inputs = 16;  // beyond, registers of a tile no longer stay in L1

bool computes_in_tiles(DType t) { return t == DType::f32 || t == DType::f64 || t == DType::bf16 || t == DType::boolean; }

class Fuser {
 public:
  explicit Fuser(const Graph& graph) : graph_(graph), group_(graph.nodes.size(), -1), stamp_(graph.nodes.size(), 0) {}

  int run(Graph& out) {
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
      if (eligible(n)) place(n);
    int fused = 0;
    for (const auto& members : groups_) fused += members.size() > 1 || has_free_random(members);
    if (fused) emit_all(out);
    return fused;
  }

 private:
  const Node& node(std::size_t n) const { return graph_.nodes[n]; }
  const Value& value(int v) const { return graph_.values[static_cast<std::size_t>(v)]; }

  /// Random nodes without inputs are recomputed in each group that reads them: a dropout mask is never stored.
  bool free_random(std::size_t n) const { return node(n).info.op->random && node(n).info.op->elementwise && node(n).inputs.empty(); }
  bool eligible(std::size_t n) const {
    const NodeInfo& info = node(n).info;
    return info.op->elementwise && !free_random(n) && info.out.size() == 1 && info.out[0].size() > 0 && computes_in_tiles(info.out[0].dtype);
  }
  /// Such a value read by a member of a group with this shape; one that is broadcast would be drawn at other indices, so it is stored.
  bool drawn_again(int v, const Shape& shape) const {
    return value(v).source == Source::node && free_random(static_cast<std::size_t>(value(v).node)) && value(v).type.shape == shape &&
           computes_in_tiles(value(v).type.dtype);
  }
  bool has_free_random(const std::vector<std::size_t>& members) const {
    for (std::size_t n : members)
      for (int v : node(n).inputs)
        if (drawn_again(v, node(n).info.out[0].shape)) return true;
    return false;
  }

  void place(std::size_t n) {
    std::vector<int> joined;
    for (int v : node(n).inputs) {
      if (value(v).source != Source::node) continue;
      const int g = group_[static_cast<std::size_t>(value(v).node)];
      if (g < 0 || std::count(joined.begin(), joined.end(), g) || value(v).type.shape != node(n).info.out[0].shape) continue;
      std::vector<int> candidate = joined;
      candidate.push_back(g);
      if (fits(candidate, n) && !cyclic(candidate, n)) joined = std::move(candidate);
    }
    if (joined.empty()) {
      group_[n] = static_cast<int>(groups_.size());
      groups_.push_back({n});
      return;
    }
    auto& target = groups_[static_cast<std::size_t>(joined[0])];
    for (std::size_t j = 1; j < joined.size(); ++j) {
      auto& other = groups_[static_cast<std::size_t>(joined[j])];
      for (std::size_t m : other) group_[m] = joined[0];
      target.insert(target.end(), other.begin(), other.end());
      other.clear();
    }
    target.push_back(n);
    group_[n] = joined[0];
    std::sort(target.begin(), target.end());
  }

  bool fits(const std::vector<int>& groups, std::size_t n) const {
    std::vector<std::size_t> members{n};
    for (int g : groups) members.insert(members.end(), groups_[static_cast<std::size_t>(g)].begin(), groups_[static_cast<std::size_t>(g)].end());
    if (members.size() > most_nodes) return false;
    std::vector<int> inputs;
    for (std::size_t m : members)
      for (int v : node(m).inputs) {
        const bool inside = value(v).source == Source::node && std::count(members.begin(), members.end(), static_cast<std::size_t>(value(v).node));
        if (!inside && !std::count(inputs.begin(), inputs.end(), v)) inputs.push_back(v);
      }
    return inputs.size() <= most_inputs;
  }

  /// Whether a path leaves the merged group and comes back.
  bool cyclic(const std::vector<int>& groups, std::size_t n) {
    ++time_;
    const auto inside = [&](std::size_t m) { return m == n || (group_[m] >= 0 && std::count(groups.begin(), groups.end(), group_[m])); };
    std::vector<std::size_t> stack;
    const auto push_inputs = [&](std::size_t m, bool member) {
      for (int v : node(m).inputs) {
        if (value(v).source != Source::node) continue;
        const auto p = static_cast<std::size_t>(value(v).node);
        if (member && inside(p)) continue;
        if (stamp_[p] != time_) stamp_[p] = time_, stack.push_back(p);
      }
    };
    push_inputs(n, true);
    for (int g : groups)
      for (std::size_t m : groups_[static_cast<std::size_t>(g)]) push_inputs(m, true);
    while (!stack.empty()) {
      const std::size_t m = stack.back();
      stack.pop_back();
      if (inside(m)) return true;
      if (group_[m] >= 0) {
        for (std::size_t other : groups_[static_cast<std::size_t>(group_[m])]) push_inputs(other, false);
      } else {
        push_inputs(m, false);
      }
    }
    return false;
  }

  void emit_all(Graph& out) {
    moved_.assign(graph_.values.size(), -1);
    done_.assign(graph_.nodes.size(), false);
    for (int v : graph_.arguments) moved_[static_cast<std::size_t>(v)] = out.add_argument(value(v).type);
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (free_random(n)) continue;  // emitted where something outside a group needs it
      const int g = group_[n];
      if (g < 0 || groups_[static_cast<std::size_t>(g)].back() == n) emit(out, n);
    }
    for (int v : graph_.results) out.results.push_back(move(out, v));
    for (const auto& [variable, v] : graph_.updates) out.updates.emplace_back(variable, move(out, v));
  }

  int move(Graph& out, int v) {
    int& to = moved_[static_cast<std::size_t>(v)];
    if (to >= 0) return to;
    if (value(v).source == Source::node) emit(out, static_cast<std::size_t>(value(v).node));
    else to = out.add_constant(value(v).tensor);
    return moved_[static_cast<std::size_t>(v)];
  }

  void emit(Graph& out, std::size_t n) {
    if (done_[n]) return;
    const int g = group_[n];
    if (g >= 0 && (groups_[static_cast<std::size_t>(g)].size() > 1 || has_free_random(groups_[static_cast<std::size_t>(g)]))) {
      emit_group(out, groups_[static_cast<std::size_t>(g)]);
      return;
    }
    done_[n] = true;
    std::vector<int> inputs;
    for (int v : node(n).inputs) inputs.push_back(move(out, v));
    record(n, out.add_node(*node(n).info.op, node(n).info.attrs, inputs, node(n).path));
  }

  void record(std::size_t n, const std::vector<int>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) moved_[static_cast<std::size_t>(node(n).outputs[i])] = outputs[i];
  }

  bool read_outside(int v, const std::vector<std::size_t>& members) const {
    if (std::count(graph_.results.begin(), graph_.results.end(), v)) return true;
    for (const auto& [variable, u] : graph_.updates)
      if (u == v) return true;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
      if (std::count(node(n).inputs.begin(), node(n).inputs.end(), v) && !std::binary_search(members.begin(), members.end(), n)) return true;
    return false;
  }

  void emit_group(Graph& out, const std::vector<std::size_t>& members) {
    for (std::size_t n : members) done_[n] = true;
    auto body = std::make_shared<Graph>();
    std::vector<int> inner(graph_.values.size(), -1), inputs;
    const auto enter = [&](int v) {
      int& to = inner[static_cast<std::size_t>(v)];
      if (to >= 0) return to;
      const Value& source = value(v);
      if (drawn_again(v, node(members.back()).info.out[0].shape)) {
        const Node& drawn = node(static_cast<std::size_t>(source.node));
        return to = body->add_node(*drawn.info.op, drawn.info.attrs, {}, {})[0];
      }
      if (source.source == Source::constant && source.type.size() == 1) return to = body->add_constant(source.tensor);
      inputs.push_back(move(out, v));
      return to = body->add_argument(source.type);
    };
    std::vector<int> results;
    for (std::size_t n : members) {
      std::vector<int> in;
      for (int v : node(n).inputs) in.push_back(enter(v));
      inner[static_cast<std::size_t>(node(n).outputs[0])] = body->add_node(*node(n).info.op, node(n).info.attrs, in, {})[0];
      if (read_outside(node(n).outputs[0], members)) results.push_back(node(n).outputs[0]);
    }
    for (int v : results) body->results.push_back(inner[static_cast<std::size_t>(v)]);
    const std::vector<int> made = out.add_node(op("fused_elementwise"), Attrs{{"body", std::shared_ptr<const Graph>(body)}}, inputs, node(members.back()).path);
    for (std::size_t i = 0; i < results.size(); ++i) moved_[static_cast<std::size_t>(results[i])] = made[i];
  }

  const Graph& graph_;
  std::vector<int> group_;                          // node -> group, -1: none
  std::vector<std::vector<std::size_t>> groups_;    // members in order
  std::vector<int> stamp_;
  int time_ = 0;
  std::vector<int> moved_;
  std::vector<bool> done_;
};

}  // namespace

int fuse_elementwise(Graph& graph) {
  Graph out;
  const int fused = Fuser(graph).run(out);
  if (fused) graph = std::move(out);
  return fused;
}

}  // namespace candor::rewrites
