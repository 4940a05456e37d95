// What follows a product joins it: z = product + bias + residual, then an activation (with its slopes, where the backward pass reads nothing else
// of z), or factors. The product's kernel does all of it while the result is in the cache.
#include <algorithm>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

bool is_epilogue_activation(const std::string& op) { return op == "relu" || op == "tanh" || op == "sigmoid" || op == "gelu" || op == "gelu_tanh"; }

struct Chain {
  int bias = -1, residual = -1, factors = -1;  // values that enter, -1: none
  std::string activation = "linear";
  int slope = -1;                              // node that gives the slopes
  int last = -1;                               // node whose output the fused node gives; -1: nothing follows
};

class Epilogues {
 public:
  explicit Epilogues(const Graph& graph)
      : graph_(graph), uses_(graph.use_counts()), readers_(graph.values.size()), of_weights_(graph.values.size()), absorbed_(graph.nodes.size(), -1), chains_(graph.nodes.size()) {
    for (std::size_t v = 0; v < graph.values.size(); ++v) of_weights_[v] = graph.values[v].source == Source::variable;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      bool weights = false;
      for (int v : graph.nodes[n].inputs) readers_[at(v)].push_back(static_cast<int>(n)), weights = weights || of_weights_[at(v)];
      for (int v : graph.nodes[n].outputs) of_weights_[at(v)] = weights;
    }
  }

  /// Finds the chains; returns how many.
  int find() {
    int count = 0;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if ((node.info.op->name == "matmul" || node.info.op->name == "conv") && node.info.out[0].shape.rank() >= 2) count += follow(static_cast<int>(n));
    }
    return count;
  }

  const Chain& chain(std::size_t n) const { return chains_[n]; }
  /// The product whose epilogue the node became, or -1.
  int absorbed(std::size_t n) const { return absorbed_[n]; }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  const std::string& name(int n) const { return graph_.nodes[at(n)].info.op->name; }

  /// The only node that reads a value, or -1 when there are several readers or it leaves the graph.
  int only_reader(int v) const { return uses_[at(v)] == 1 && readers_[at(v)].size() == 1 ? readers_[at(v)][0] : -1; }

  /// It must be there when the product runs: an input, a constant, or made before.
  bool ready(int v, int product) const {
    const Value& value = graph_.values[at(v)];
    if (value.source != Source::node) return true;
    const int made_by = absorbed_[at(value.node)] >= 0 ? absorbed_[at(value.node)] : value.node;
    return made_by < product;
  }

  /// The other operand of a node that takes two.
  int partner(int n, int v) const {
    const std::vector<int>& in = graph_.nodes[at(n)].inputs;
    return in.size() != 2 || in[0] == in[1] ? -1 : in[0] == v ? in[1] : in[0];
  }

  int follow(int n) {
    const Node& node = graph_.nodes[at(n)];
    const TensorType& type = node.info.out[0];
    Chain& chain = chains_[at(n)];
    int value = node.outputs[0];
    const auto next = [&](const char* op) {
      const int m = only_reader(value);
      return m >= 0 && name(m) == op ? m : -1;
    };
    const auto take = [&](int m) {
      absorbed_[at(m)] = n;
      chain.last = m;
      value = graph_.nodes[at(m)].outputs[0];
    };
    if (const int m = next("add"); m >= 0) {
      const int other = partner(m, value);
      if (other >= 0 && is_bias(other, type) && ready(other, n)) chain.bias = other, take(m);
    }
    // Kernels for data that is mostly zeros and for gradients of weights know no more than this.
    const bool plain = name(n) == "matmul" && !node.info.attrs.flag("transpose_a") && of_weights_[at(node.inputs[0])];
    const auto alike = [&](int v) { return v >= 0 && graph_.values[at(v)].type == type && ready(v, n); };
    // Nor do those for depthwise convolutions and for few channels.
    const bool wide = name(n) == "conv" && (type.dtype == DType::f32 || type.dtype == DType::bf16) && type.shape.rank() == 4 && node.info.attrs.integer("groups") == 1 && node.info.in[0].shape[-1] >= 16 && type.shape[-1] >= 16;
    if (const int m = next("add"); (plain || wide) && m >= 0 && alike(partner(m, value))) chain.residual = partner(m, value), take(m);
    if (const int m = only_reader(value); m >= 0 && is_epilogue_activation(name(m))) {
      chain.activation = name(m);
      take(m);
      if (const int least = next("minimum"); chain.activation == "relu" && least >= 0 && is_six(partner(least, value))) chain.activation = "relu6", take(least);
    } else if (plain && uses_[at(value)] == 2 && readers_[at(value)].size() == 2) {
      int forward = readers_[at(value)][0], slope = readers_[at(value)][1];
      if (name(slope) == "gelu_tanh") std::swap(forward, slope);
      if (name(forward) == "gelu_tanh" && name(slope) == "gelu_tanh_slope") {
        chain.activation = name(forward), chain.slope = slope;
        absorbed_[at(slope)] = n;
        take(forward);
      }
    } else if (const int factor = next("multiply"); plain && factor >= 0 && alike(partner(factor, value))) {
      chain.factors = partner(factor, value);
      take(factor);
    }
    return chain.last >= 0;
  }

  bool is_six(int v) const {
    if (v < 0) return false;
    const Value& value = graph_.values[at(v)];
    return value.source == Source::constant && value.type.size() == 1 && is_floating(value.type.dtype) && value.tensor.item<double>() == 6;
  }

  /// A bias is a vector along the last axis of the result.
  bool is_bias(int v, const TensorType& result) const {
    const TensorType& t = graph_.values[at(v)].type;
    return t.dtype == result.dtype && t.shape.rank() == 1 && t.shape[0] == result.shape[-1];
  }

  const Graph& graph_;
  const std::vector<int> uses_;
  std::vector<std::vector<int>> readers_;
  std::vector<bool> of_weights_;
  std::vector<int> absorbed_;
  std::vector<Chain> chains_;
};

/// Biases in another dtype or shape than their variables' are made where a layer reads them, behind its product: they come first, so that they can join it.
/// Only small ones: what comes first is kept until it is used.
void small_copies_first(Graph& graph) {
  constexpr std::int64_t largest = 1 << 14;  // elements
  std::vector<bool> first(graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if ((node.info.op->name != "cast" && !node.info.op->alias) || node.inputs.size() != 1 || node.outputs.size() != 1 || node.recomputed || node.info.out[0].size() > largest) continue;
    const Value& from = graph.values[static_cast<std::size_t>(node.inputs[0])];
    first[n] = from.source == Source::variable || from.source == Source::constant || (from.source == Source::node && first[static_cast<std::size_t>(from.node)]);
  }
  std::vector<Node> nodes;
  for (const bool now : {true, false})
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      if (first[n] == now) nodes.push_back(std::move(graph.nodes[n]));
  for (std::size_t n = 0; n < nodes.size(); ++n)
    for (const int v : nodes[n].outputs) graph.values[static_cast<std::size_t>(v)].node = static_cast<int>(n);
  graph.nodes = std::move(nodes);
}

}  // namespace

int fuse_epilogue(Graph& graph) {
  small_copies_first(graph);
  Epilogues epilogues(graph);
  const int count = epilogues.find();
  if (!count) return 0;
  struct Made {
    int result = -1, slope = -1;
  };
  std::vector<Made> made(graph.nodes.size());
  std::size_t n = 0;
  // Values of the old graph as values of the new one, for operands that are not inputs of the product's own node.
  std::vector<int> moved(graph.values.size(), -1);
  graph = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    const std::size_t i = n++;
    for (std::size_t k = 0; k < inputs.size(); ++k) moved[static_cast<std::size_t>(node.inputs[k])] = inputs[k];
    // What a product gives for a node that it absorbed, which may stand behind the node that reads it.
    const auto given = [&](int node_index) {
      const int into = epilogues.absorbed(static_cast<std::size_t>(node_index));
      if (into < 0) return -1;
      const Made& m = made[static_cast<std::size_t>(into)];
      return epilogues.chain(static_cast<std::size_t>(into)).slope == node_index ? m.slope : m.result;
    };
    const auto operand = [&](int old) {
      const Value& value = graph.values[static_cast<std::size_t>(old)];
      if (const int v = value.source == Source::node ? given(value.node) : -1; v >= 0) return v;
      int v = moved[static_cast<std::size_t>(old)];
      if (v < 0 && value.tensor.defined()) v = g.add_constant(value.tensor);
      if (v < 0 && value.source == Source::argument) v = g.arguments[static_cast<std::size_t>(value.index)];
      return v;
    };
    std::vector<int> out;
    const Chain& chain = epilogues.chain(i);
    if (const int already = given(static_cast<int>(i)); already >= 0) {
      out = {already};
    } else if (chain.last >= 0) {
      std::vector<int> in = inputs;
      Attrs attrs = node.info.attrs;
      attrs.set("bias", chain.bias >= 0);
      attrs.set("activation", chain.activation.c_str());
      for (int v : {chain.bias, chain.residual, chain.factors})
        if (v >= 0) in.push_back(operand(v));
      const bool product = node.info.op->name == "matmul";
      if (product || chain.residual >= 0) attrs.set("residual", chain.residual >= 0);
      if (chain.slope >= 0) attrs.set("slope", true);
      if (chain.factors >= 0) attrs.set("times", true);
      out = g.add_node(op(product ? "fused_matmul" : "fused_conv"), attrs, in, node.path);
      made[i] = {out[0], chain.slope >= 0 ? out[1] : -1};
      out.resize(1);
    } else {
      out = g.add_node(*node.info.op, node.info.attrs, inputs, node.path);
    }
    for (std::size_t k = 0; k < out.size(); ++k) moved[static_cast<std::size_t>(node.outputs[k])] = out[k];
    return out;
  });
  return count;
}

}  // namespace candor::rewrites
