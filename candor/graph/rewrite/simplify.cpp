// Identities that tracing and differentiation leave behind.
#include <cmath>

#include "candor/graph/rewrite/rewrite.h"

namespace candor::rewrites {
namespace {

const Node* producer(const Graph& g, int v) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  return value.source == Source::node ? &g.nodes[static_cast<std::size_t>(value.node)] : nullptr;
}
bool is_constant(const Graph& g, int v, double number) {
  const Value& value = g.values[static_cast<std::size_t>(v)];
  if (value.source != Source::constant || value.type.size() > 4096 || value.type.size() == 0 || !is_floating(value.type.dtype)) return false;
  for (double x : value.tensor.to_vector<double>())
    if (x != number || std::signbit(x) != std::signbit(number)) return false;
  return true;
}
const TensorType& type(const Graph& g, int v) { return g.values[static_cast<std::size_t>(v)].type; }

/// The operand that a binary op passes through unchanged, or -1. x + 0 is kept: it turns -0 into 0, so only 0 + x with x
/// known finite could go; x - 0, x * 1 and x / 1 are exact for every x.
int passed_through(const Graph& g, const Node& node, const std::vector<int>& in) {
  const std::string& op = node.info.op->name;
  const auto same = [&](int v) { return type(g, v) == node.info.out[0]; };
  if (op == "multiply") {
    if (is_constant(g, in[1], 1) && same(in[0])) return in[0];
    if (is_constant(g, in[0], 1) && same(in[1])) return in[1];
  } else if (op == "divide") {
    if (is_constant(g, in[1], 1) && same(in[0])) return in[0];
  } else if (op == "subtract" || op == "add") {
    if (is_constant(g, in[1], op == "add" ? -0.0 : 0.0) && same(in[0])) return in[0];
  } else if (op == "cast" || op == "reshape" || op == "broadcast_to" || op == "sum_to" || op == "stop_gradient") {
    if (same(in[0])) return in[0];
  } else if (op == "transpose" || op == "sum" || op == "mean" || op == "max" || op == "min") {
    const auto& axes = node.info.attrs.integers("axes");
    bool trivial = op == "transpose";
    for (std::size_t i = 0; i < axes.size() && trivial; ++i) trivial = axes[i] == static_cast<std::int64_t>(i);
    if (trivial && same(in[0])) return in[0];
  }
  return -1;
}

/// Whether every number of one floating dtype is one of the other.
bool widens(DType from, DType to) {
  const bool half = from == DType::bf16 || from == DType::f16;
  return (half && (to == DType::f32 || to == DType::f64)) || (from == DType::f32 && to == DType::f64);
}

std::optional<std::vector<int>> collapse(Graph& g, const Node& node, const std::vector<int>& in) {
  const std::string& op = node.info.op->name;
  const Node* before = in.empty() ? nullptr : producer(g, in[0]);
  if (!before || before->info.op != node.info.op) return std::nullopt;
  const std::vector<int> source = before->inputs;
  if (op == "cast" && widens(before->info.in[0].dtype, before->info.out[0].dtype)) {  // nothing is lost on the way
    if (type(g, source[0]) == node.info.out[0]) return source;
    return g.add_node(*node.info.op, node.info.attrs, source, node.path);
  }
  if (op == "reshape") return g.add_node(*node.info.op, node.info.attrs, source, node.path);
  if (op == "transpose") {
    const auto& first = before->info.attrs.integers("axes");
    const auto& second = node.info.attrs.integers("axes");
    std::vector<std::int64_t> axes;
    bool identity = true;
    for (std::size_t i = 0; i < second.size(); ++i) {
      axes.push_back(first[static_cast<std::size_t>(second[i])]);
      identity = identity && axes[i] == static_cast<std::int64_t>(i);
    }
    if (identity) return source;
    return g.add_node(*node.info.op, Attrs{{"axes", axes}}, source, node.path);
  }
  return std::nullopt;
}

}  // namespace

int simplify(Graph& graph) {
  int count = 0;
  Graph out = rebuild(graph, [&](Graph& g, const Node& node, const std::vector<int>& in) -> std::optional<std::vector<int>> {
    if (node.outputs.size() != 1 || in.empty()) return std::nullopt;
    if (const int v = passed_through(g, node, in); v >= 0) {
      ++count;
      return std::vector<int>{v};
    }
    if (auto collapsed = collapse(g, node, in)) {
      ++count;
      return collapsed;
    }
    return std::nullopt;
  });
  if (count) graph = std::move(out);
  return count;
}

}  // namespace candor::rewrites
