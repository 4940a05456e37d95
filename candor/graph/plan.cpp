#include "candor/graph/plan.h"

#include <algorithm>

#include "candor/base/error.h"

namespace candor::detail {
namespace {

constexpr std::size_t alignment = 64;
std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

class Planner {
 public:
  Planner(const Graph& graph, const std::vector<std::size_t>& scratch, bool reuse) : g_(graph), scratch_(scratch), reuse_(reuse) {}

  MemoryPlan run() {
    plan_.places.resize(g_.values.size());
    plan_.scratch.assign(g_.nodes.size(), -1);
    plan_.updated_in_place.assign(g_.updates.size(), false);
    for (std::size_t v = 0; v < g_.values.size(); ++v) {
      const Value& value = g_.values[v];
      if (value.source == Source::argument) plan_.places[v] = {Home::argument, value.index, {}, -1};
      else if (value.tensor.defined()) plan_.places[v] = {Home::storage, -1, value.tensor, -1};
    }
    find_last_reads();
    for (std::size_t n = 0; n < g_.nodes.size(); ++n) place_outputs(n);
    assign_offsets();
    return std::move(plan_);
  }

 private:
  static std::size_t at(int v) { return static_cast<std::size_t>(v); }

  /// The value whose memory v is: v itself, or what reshapes lead to.
  int root(int v) const {
    while (g_.values[at(v)].source == Source::node) {
      const Node& node = g_.nodes[at(g_.values[at(v)].node)];
      if (!node.info.op->alias) break;
      v = node.inputs[0];
    }
    return v;
  }

  void find_last_reads() {
    const int end = static_cast<int>(g_.nodes.size());
    last_read_.assign(g_.values.size(), -1);
    for (int n = 0; n < end; ++n)
      if (!g_.nodes[at(n)].info.op->alias)
        for (int v : g_.nodes[at(n)].inputs) last_read_[at(root(v))] = n;
    for (int v : g_.results) last_read_[at(root(v))] = end;
    for (const auto& [variable, v] : g_.updates) {
      int& last = last_read_[at(root(v))];
      last = end;
    }
  }

  /// Whether output `o` of node n may be computed straight into the variable it updates: nobody may read the old value
  /// afterwards, and if the node itself reads it, it must be an op that allows that input as its output.
  int variable_for(std::size_t n, std::size_t o) const {
    const Node& node = g_.nodes[n];
    for (std::size_t u = 0; u < g_.updates.size(); ++u) {
      if (g_.updates[u].second != node.outputs[o]) continue;
      const Tensor& variable = g_.updates[u].first;
      for (std::size_t v = 0; v < g_.values.size(); ++v) {
        const Value& value = g_.values[v];
        if (!value.tensor.defined() || value.tensor.impl().storage != variable.impl().storage || value.tensor.impl().offset != variable.impl().offset) continue;
        if (last_read_[v] > static_cast<int>(n)) return -1;
        if (last_read_[v] == static_cast<int>(n) && !may_overwrite(node, static_cast<int>(v), o)) return -1;
      }
      return static_cast<int>(u);
    }
    return -1;
  }

  bool may_overwrite(const Node& node, int v, std::size_t o) const {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (root(node.inputs[i]) != v) continue;
      const bool same_bytes = node.info.in[i].bytes() == node.info.out[o].bytes();
      const bool pairs = (node.info.op->in_place_updates || node.info.op->in_place) && i == o;
      const bool pointwise = node.info.op->elementwise && node.info.in[i].shape == node.info.out[o].shape;
      if (!same_bytes || !(pairs || pointwise)) return false;
    }
    return true;
  }

  int new_block(std::size_t bytes, int first, int last) {
    plan_.blocks.push_back({aligned(std::max<std::size_t>(bytes, 1)), 0, first, last});
    return static_cast<int>(plan_.blocks.size()) - 1;
  }

  void place_outputs(std::size_t n) {
    const Node& node = g_.nodes[n];
    const int step = static_cast<int>(n);
    if (node.info.op->alias) {
      plan_.places[at(node.outputs[0])] = plan_.places[at(node.inputs[0])];
      return;
    }
    if (scratch_[n]) plan_.scratch[n] = new_block(scratch_[n], step, step);
    std::vector<int> taken;
    for (std::size_t o = 0; o < node.outputs.size(); ++o) {
      const int v = node.outputs[o];
      const int last = std::max(last_read_[at(v)], step);
      Place& place = plan_.places[at(v)];
      if (const int u = variable_for(n, o); u >= 0) {
        place = {Home::storage, -1, g_.updates[at(u)].first, -1};
        plan_.updated_in_place[at(u)] = true;
        continue;
      }
      place.home = Home::arena;
      place.block = reuse_ ? dying_input(node, step, o, taken) : -1;
      if (place.block >= 0) {
        taken.push_back(place.block);
        Block& block = plan_.blocks[at(place.block)];
        block.last = std::max(block.last, last);
      } else {
        place.block = new_block(node.info.out[o].bytes(), step, last);
      }
    }
  }

  /// A block of an input that dies here and may become output o.
  int dying_input(const Node& node, int step, std::size_t o, const std::vector<int>& taken) const {
    if (!node.info.op->elementwise && !node.info.op->in_place && !node.info.op->in_place_updates) return -1;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int r = root(node.inputs[i]);
      const Place& place = plan_.places[at(r)];
      if (place.home != Home::arena || last_read_[at(r)] != step || plan_.blocks[at(place.block)].last != step) continue;
      if (std::count(taken.begin(), taken.end(), place.block) || !may_overwrite(node, r, o)) continue;
      return place.block;
    }
    return -1;
  }

  /// Largest blocks first, each at the lowest gap among the blocks it lives with that fits it best.
  void assign_offsets() {
    std::vector<std::size_t> order(plan_.blocks.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return plan_.blocks[a].bytes > plan_.blocks[b].bytes; });
    std::vector<std::size_t> placed;
    for (std::size_t b : order) {
      Block& block = plan_.blocks[b];
      std::vector<std::pair<std::size_t, std::size_t>> busy;
      for (std::size_t p : placed) {
        const Block& other = plan_.blocks[p];
        if (!reuse_ || (other.first <= block.last && block.first <= other.last)) busy.emplace_back(other.offset, other.offset + other.bytes);
      }
      std::sort(busy.begin(), busy.end());
      std::size_t best = ~std::size_t{0}, best_gap = ~std::size_t{0}, end = 0;
      for (const auto& [from, to] : busy) {
        if (from > end && from - end >= block.bytes && from - end < best_gap) best = end, best_gap = from - end;
        end = std::max(end, to);
      }
      block.offset = best == ~std::size_t{0} ? end : best;
      plan_.arena_bytes = std::max(plan_.arena_bytes, block.offset + block.bytes);
      placed.push_back(b);
    }
  }

  const Graph& g_;
  const std::vector<std::size_t>& scratch_;
  bool reuse_;
  MemoryPlan plan_;
  std::vector<int> last_read_;
};

}  // namespace

MemoryPlan plan_memory(const Graph& graph, const std::vector<std::size_t>& scratch_bytes, bool reuse) { return Planner(graph, scratch_bytes, reuse).run(); }

void check_blocks(const MemoryPlan& plan) {
  for (std::size_t a = 0; a < plan.blocks.size(); ++a) {
    const Block& left = plan.blocks[a];
    if (left.offset % alignment || left.offset + left.bytes > plan.arena_bytes) fail(ErrorKind::internal, "plan: block " + std::to_string(a) + " leaves the arena");
    for (std::size_t b = a + 1; b < plan.blocks.size(); ++b) {
      const Block& right = plan.blocks[b];
      const bool together = left.first <= right.last && right.first <= left.last;
      const bool overlap = left.offset < right.offset + right.bytes && right.offset < left.offset + left.bytes;
      if (together && overlap) fail(ErrorKind::internal, "plan: blocks " + std::to_string(a) + " and " + std::to_string(b) + " live at the same time and overlap");
    }
  }
}

}  // namespace candor::detail
