// A recurrent sequence, the product that gives its inputs, and in training the gradients of both and of the weights become recurrent_layer
// and recurrent_layer_gradient (graph/recurrent_layer.h): neither the projected inputs nor the gates' gradients of all steps are written.
#include <algorithm>
#include <cstring>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

// Numbers of W and U together: every step reads them, so they should stay in a core's own cache.
constexpr std::int64_t most_weights = 1 << 17;

/// What each node of a layer becomes.
struct Layer {
  int sequence = -1, gradient = -1;                          ///< nodes
  int x = -1, w = -1, b = -1, dh = -1;                       ///< values
  std::string cell;
  bool dc = false;
  std::int64_t only = -1;
  std::vector<int> dw, db, du, inner_db, dx;                 ///< nodes whose results the gradient gives
  std::vector<int> dropped;                                  ///< nodes that show the gates' gradients under another shape
  std::vector<int> made;                                     ///< the gradient's outputs in the new graph
};

class Finder {
 public:
  explicit Finder(const Graph& g) : g_(g), readers_(g.values.size()), leaves_(g.values.size(), false) {
    for (std::size_t n = 0; n < g.nodes.size(); ++n)
      for (int v : g.nodes[n].inputs) readers_[at(v)].push_back(static_cast<int>(n));
    for (int v : g.results) leaves_[at(v)] = true;
    for (const auto& update : g.updates) leaves_[at(update.second)] = true;
  }

  std::optional<Layer> layer(int n) const {
    const Node& s = node(n);
    const std::string& name = s.info.op->name;
    if (name != "rnn_sequence" && name != "gru_sequence" && name != "lstm_sequence") return std::nullopt;
    Layer l;
    l.sequence = n, l.cell = name.substr(0, name.find('_'));
    const Shape& x = s.info.in[0].shape;
    if (s.info.in[0].dtype != DType::f32 || x.size() == 0 || x[1] < 2 || !projection(s.inputs[0], l)) return std::nullopt;
    if ((shape(l.w)[0] + shape(s.inputs[1])[0]) * shape(l.w)[1] > most_weights) return std::nullopt;
    const int gates = l.cell == "lstm" ? 2 : l.cell == "gru" ? 1 : 0;
    if (gates && leaves_[at(s.outputs[at(gates)])]) return std::nullopt;
    for (int r : readers_[at(s.outputs[at(gates)])]) {
      const bool own = node(r).info.op->name == l.cell + "_sequence_gradient" && node(r).inputs[1] == s.outputs[at(gates)];
      if (own && l.gradient < 0) l.gradient = r;
      else if (own || gates) return std::nullopt;
    }
    if (l.gradient >= 0 && !gradient(s, l)) return std::nullopt;
    return l;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  const Node& node(int n) const { return g_.nodes[at(n)]; }
  const Shape& shape(int v) const { return g_.values[at(v)].type.shape; }
  const Node* producer(int v, const char* name) const {
    const Value& value = g_.values[at(v)];
    return value.source == Source::node && node(value.node).info.op->name == name ? &node(value.node) : nullptr;
  }
  bool read_once(int v) const { return readers_[at(v)].size() == 1 && !leaves_[at(v)]; }
  int root(int v) const {
    while (const Node* reshape = producer(v, "reshape")) v = reshape->inputs[0];
    return v;
  }

  /// Whether a and b hold the same under any shape: one value, or constants that are equal (states of zeros that were folded apart).
  bool same_numbers(int a, int b) const {
    const Value &left = g_.values[at(root(a))], &right = g_.values[at(root(b))];
    if (root(a) == root(b)) return true;
    return left.source == Source::constant && right.source == Source::constant && left.type.size() == right.type.size() && left.type.dtype == right.type.dtype &&
           std::memcmp(left.tensor.raw(), right.tensor.raw(), left.type.bytes()) == 0;
  }

  /// Whether v is x W + b or x W, seen as [batch, time, columns], and nothing else reads it.
  bool projection(int v, Layer& l) const {
    const Node* reshape = producer(v, "reshape");
    if (!reshape || !read_once(v)) return false;
    int sum = reshape->inputs[0];
    if (!read_once(sum)) return false;
    if (const Node* add = producer(sum, "add")) {
      const int product = producer(add->inputs[0], "matmul") ? 0 : 1;
      sum = add->inputs[at(product)], l.b = add->inputs[at(1 - product)];
      if (!read_once(sum) || shape(l.b).rank() != 1) return false;
    }
    const Node* product = producer(sum, "matmul");
    if (!product || product->info.attrs.flag("transpose_a") || product->info.attrs.flag("transpose_b")) return false;
    l.x = product->inputs[0], l.w = product->inputs[1];
    return shape(l.x).rank() == 2 && shape(l.w).rank() == 2 && shape(sum).rank() == 2 && (l.b < 0 || shape(l.b)[0] == shape(l.w)[1]);
  }

  /// Whether v holds the states before each step: the first and all but the last, in the order of the steps.
  bool states_before(int v, const Node& s, int first) const {
    const Node* joined = producer(root(v), "concatenate");
    if (!joined || joined->inputs.size() != 2 || joined->info.attrs.integer("axis") != 1) return false;
    const bool reverse = s.info.attrs.flag("reverse");
    const Node* others = producer(joined->inputs[reverse ? 0 : 1], "slice");
    if (!others || others->inputs[0] != s.outputs[0] || !same_numbers(joined->inputs[reverse ? 1 : 0], first)) return false;
    const Shape& states = s.info.out[0].shape;
    const Attrs& a = others->info.attrs;
    return a.integers("start") == std::vector<std::int64_t>{0, reverse ? 1 : 0, 0} && others->info.out[0].shape == states.with(1, states[1] - 1) &&
           a.integers("step") == std::vector<std::int64_t>{1, 1, 1};
  }

  /// Takes every reader of a cotangent of the gates, under any shape of rows, into one of the lists.
  bool sorted(int v, const Node& s, int first, bool inner, bool outer, Layer& l) const {
    if (leaves_[at(v)]) return false;
    const std::int64_t columns = shape(l.w)[1];
    for (int r : readers_[at(v)]) {
      const Node& reader = node(r);
      const std::string& name = reader.info.op->name;
      if (name == "reshape") {
        if (!sorted(reader.outputs[0], s, first, inner, outer, l)) return false;
        l.dropped.push_back(r);
      } else if (shape(v)[-1] != columns) {
        return false;
      } else if (name == "sum") {
        const auto& axes = reader.info.attrs.integers("axes");
        if (static_cast<int>(axes.size()) != shape(v).rank() - 1 || std::count(axes.begin(), axes.end(), std::int64_t{shape(v).rank() - 1})) return false;
        (outer ? l.db : l.inner_db).push_back(r);
      } else if (name == "matmul" && shape(v).rank() == 2 && reader.info.in[0].shape.rank() == 2 && reader.info.in[1].shape.rank() == 2) {
        const bool ta = reader.info.attrs.flag("transpose_a"), tb = reader.info.attrs.flag("transpose_b");
        const int left = reader.inputs[0], right = reader.inputs[1];
        if (right == v && left != v && ta && !tb && inner && states_before(left, s, first)) l.du.push_back(r);
        else if (right == v && left != v && ta && !tb && outer && root(left) == root(l.x) && shape(left) == shape(l.x)) l.dw.push_back(r);
        else if (left == v && right == l.w && !ta && tb && outer) l.dx.push_back(r);
        else return false;
      } else {
        return false;
      }
    }
    return true;
  }

  bool gradient(const Node& s, Layer& l) const {
    const Node& d = node(l.gradient);
    const bool lstm = l.cell == "lstm", gru = l.cell == "gru";
    const int first = s.inputs[gru ? 3 : 2];
    if (d.inputs[l.cell == "rnn" ? 2 : 3] != s.inputs[1] || d.info.attrs.flag("reverse") != s.info.attrs.flag("reverse")) return false;
    if (d.info.attrs.flag("mask") != s.info.attrs.flag("mask") || (s.info.attrs.flag("mask") && d.inputs.back() != s.inputs.back())) return false;
    if (lstm && (d.inputs[2] != s.outputs[1] || d.inputs[4] != s.inputs[3])) return false;
    if (gru && (d.inputs[2] != s.outputs[0] || d.inputs[4] != first)) return false;
    l.dc = lstm && d.info.attrs.flag("cell");
    if (!sorted(d.outputs[0], s, first, !gru, true, l) || (gru && !sorted(d.outputs[1], s, first, true, false, l))) return false;
    if (l.dw.empty() && l.du.empty()) return false;
    l.dh = d.inputs[0];
    if (const Node* scatter = producer(root(l.dh), "slice_scatter"); scatter && shape(root(l.dh)) == shape(l.dh)) {
      const Shape &part = scatter->info.in[0].shape, &all = shape(l.dh);
      if (part == all.with(1, 1)) l.dh = scatter->inputs[0], l.only = scatter->info.attrs.integers("start")[1];
    }
    return true;
  }

  const Graph& g_;
  std::vector<std::vector<int>> readers_;
  std::vector<bool> leaves_;
};

/// The new graph, with values of the old one found again: what a layer needs was computed before its sequence.
class Rebuilder {
 public:
  Rebuilder(const Graph& old, std::vector<Layer> layers) : old_(old), layers_(std::move(layers)), moved_(old.values.size(), -1), role_(old.nodes.size()) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Layer& l = layers_[i];
      role_[at(l.sequence)] = {&l, Part::sequence};
      if (l.gradient >= 0) role_[at(l.gradient)] = {&l, Part::gradient};
      const auto enter = [&](const std::vector<int>& nodes, Part part) {
        for (int n : nodes) role_[at(n)] = {&l, part};
      };
      enter(l.dw, Part::dw), enter(l.db, Part::db), enter(l.du, Part::du), enter(l.inner_db, Part::inner_db), enter(l.dx, Part::dx), enter(l.dropped, Part::dropped);
    }
  }

  Graph run() {
    std::size_t n = 0;
    return rebuild(old_, [&](Graph& g, const Node& node, const std::vector<int>& inputs) {
      for (std::size_t k = 0; k < inputs.size(); ++k) moved_[at(node.inputs[k])] = inputs[k];
      std::optional<std::vector<int>> out = replaced(g, node, inputs, role_[n++]);
      if (!out) out = g.add_node(*node.info.op, node.info.attrs, inputs, node.path);
      for (std::size_t k = 0; k < out->size(); ++k) moved_[at(node.outputs[k])] = (*out)[k];
      return out;
    });
  }

 private:
  enum class Part { none, sequence, gradient, dw, db, du, inner_db, dx, dropped };
  struct Role {
    Layer* layer = nullptr;
    Part part = Part::none;
  };
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  int value(Graph& g, int v) {
    const Value& old = old_.values[at(v)];
    if (moved_[at(v)] < 0 && old.tensor.defined()) moved_[at(v)] = g.add_constant(old.tensor);
    if (moved_[at(v)] < 0 && old.source == Source::argument) moved_[at(v)] = g.arguments[at(old.index)];
    return moved_[at(v)];
  }

  Attrs attrs_of(const Layer& l, const Node& node) const {
    return {{"cell", l.cell}, {"mask", node.info.attrs.flag("mask")}, {"reverse", node.info.attrs.flag("reverse")}};
  }

  std::optional<std::vector<int>> replaced(Graph& g, const Node& node, const std::vector<int>& inputs, Role role) {
    if (!role.layer) return std::nullopt;
    Layer& l = *role.layer;
    if (role.part == Part::sequence) return sequence(g, node, inputs, l);
    if (role.part == Part::gradient) return gradient(g, node, inputs, l);
    if (role.part == Part::dropped) return std::vector<int>{-1};
    // Outputs: dW db dU [of U's b: gru] dh0 [dc0: lstm] [dx].
    const int place = role.part == Part::dw ? 0 : role.part == Part::db ? 1 : role.part == Part::du ? 2 : role.part == Part::inner_db ? 3 : static_cast<int>(l.made.size()) - 1;
    const int found = l.made[at(place)];
    const Shape& wanted = node.info.out[0].shape;
    if (g.values[at(found)].type.shape == wanted) return std::vector<int>{found};
    return g.add_node(op("reshape"), Attrs().set("shape", wanted), {found}, node.path);
  }

  std::vector<int> sequence(Graph& g, const Node& node, const std::vector<int>& inputs, const Layer& l) {
    std::vector<int> in{value(g, l.x), value(g, l.w)};
    if (l.b >= 0) in.push_back(value(g, l.b));
    in.insert(in.end(), inputs.begin() + 1, inputs.end());
    std::vector<int> out = g.add_node(op("recurrent_layer"), attrs_of(l, node).set("bias", l.b >= 0).set("keep", l.gradient >= 0), in, node.path);
    while (out.size() < node.outputs.size()) out.push_back(-1);  // the gates, which nobody reads
    return out;
  }

  std::vector<int> gradient(Graph& g, const Node& node, const std::vector<int>& inputs, Layer& l) {
    const Node& s = old_.nodes[at(l.sequence)];
    const bool lstm = l.cell == "lstm", gru = l.cell == "gru";
    std::vector<int> in{value(g, l.dh), value(g, l.x), value(g, s.outputs[0]), value(g, s.inputs[1]), value(g, s.inputs[gru ? 3 : 2])};
    if (lstm || gru) in.push_back(inputs[1]);
    if (lstm) in.push_back(inputs[2]), in.push_back(inputs[4]);
    if (!l.dx.empty()) in.push_back(value(g, l.w));
    if (l.dc) in.push_back(inputs[5]);
    if (node.info.attrs.flag("mask")) in.push_back(inputs.back());
    l.made = g.add_node(op("recurrent_layer_gradient"), attrs_of(l, node).set("dc", l.dc).set("dx", !l.dx.empty()).set("only", l.only), in, node.path);
    std::vector<int> out{-1};  // the gates' gradients, all of whose readers are replaced
    if (gru) out.push_back(-1);
    out.push_back(l.made[gru ? 4 : 3]);
    if (lstm) out.push_back(l.made[4]);
    return out;
  }

  const Graph& old_;
  std::vector<Layer> layers_;
  std::vector<int> moved_;
  std::vector<Role> role_;
};

}  // namespace

int recurrent_layer(Graph& graph) {
  std::vector<Layer> layers;
  const Finder finder(graph);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (auto found = finder.layer(static_cast<int>(n))) layers.push_back(std::move(*found));
  if (layers.empty()) return 0;
  const int count = static_cast<int>(layers.size());
  graph = Rebuilder(graph, std::move(layers)).run();
  dead_code(graph);
  return count;
}

}  // namespace candor::rewrites
