#include "candor/graph/graph.h"

#include <cstring>

#include "candor/base/error.h"

namespace candor {
namespace {

bool same_place(const Tensor& a, const Tensor& b) {
  return a.impl().storage == b.impl().storage && a.impl().offset == b.impl().offset && a.type() == b.type();
}
bool same_scalar(const Tensor& a, const Tensor& b) {
  return !a.is_variable() && !b.is_variable() && a.type() == b.type() && a.size() == 1 && std::memcmp(a.raw(), b.raw(), a.type().bytes()) == 0;
}

}  // namespace

int Graph::add_argument(const TensorType& type) {
  values.push_back({type, Source::argument, -1, static_cast<int>(arguments.size()), {}});
  arguments.push_back(static_cast<int>(values.size()) - 1);
  return arguments.back();
}

int Graph::add_constant(const Tensor& given) {
  const Tensor tensor = given.contiguous();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value& v = values[i];
    if (v.tensor.defined() && (same_place(v.tensor, tensor) || same_scalar(v.tensor, tensor))) return static_cast<int>(i);
  }
  values.push_back({tensor.type(), tensor.is_variable() ? Source::variable : Source::constant, -1, 0, tensor});
  return static_cast<int>(values.size()) - 1;
}

std::vector<int> Graph::add_node(const Op& op, Attrs attrs, std::vector<int> inputs, std::string path) {
  Node node;
  node.info.op = &op;
  node.info.attrs = std::move(attrs);
  for (int v : inputs) node.info.in.push_back(values[static_cast<std::size_t>(v)].type);
  node.info.out = op.infer(node.info.in, node.info.attrs);
  node.inputs = std::move(inputs);
  node.path = std::move(path);
  for (std::size_t i = 0; i < node.info.out.size(); ++i) {
    values.push_back({node.info.out[i], Source::node, static_cast<int>(nodes.size()), static_cast<int>(i), {}});
    node.outputs.push_back(static_cast<int>(values.size()) - 1);
  }
  nodes.push_back(std::move(node));
  return nodes.back().outputs;
}

void Graph::set_update(const Tensor& variable, int value) {
  const TensorType& type = values[static_cast<std::size_t>(value)].type;
  if (type != variable.type())
    fail(ErrorKind::shape, "assign: the variable is " + to_string(variable.type()) + ", the new value " + to_string(type));
  for (auto& [tensor, current] : updates)
    if (same_place(tensor, variable)) {
      current = value;
      return;
    }
  updates.emplace_back(variable, value);
}

std::vector<int> Graph::use_counts() const {
  std::vector<int> counts(values.size(), 0);
  for (const Node& node : nodes)
    for (int v : node.inputs) ++counts[static_cast<std::size_t>(v)];
  for (int v : results) ++counts[static_cast<std::size_t>(v)];
  for (const auto& [variable, v] : updates) ++counts[static_cast<std::size_t>(v)];
  return counts;
}

std::string to_string(const Graph& graph) {
  const auto name = [&](int v) {
    const Value& value = graph.values[static_cast<std::size_t>(v)];
    if (value.source == Source::constant && value.type.size() == 1) return std::to_string(value.tensor.item<double>());
    const char* prefix = value.source == Source::argument ? "arg" : value.source == Source::variable ? "var" : value.source == Source::constant ? "const" : "%";
    return prefix + std::to_string(v);
  };
  std::string text = "graph(";
  for (std::size_t i = 0; i < graph.arguments.size(); ++i)
    text += (i ? ", " : "") + name(graph.arguments[i]) + ": " + to_string(graph.values[static_cast<std::size_t>(graph.arguments[i])].type);
  text += ")\n";
  for (const Node& node : graph.nodes) {
    text += "  ";
    for (std::size_t i = 0; i < node.outputs.size(); ++i) text += (i ? ", " : "") + name(node.outputs[i]);
    text += " = " + node.info.op->name + "(";
    for (std::size_t i = 0; i < node.inputs.size(); ++i) text += (i ? ", " : "") + name(node.inputs[i]);
    text += ")";
    if (!node.info.attrs.items().empty()) text += " " + to_string(node.info.attrs);
    text += " : ";
    for (std::size_t i = 0; i < node.info.out.size(); ++i) text += (i ? ", " : "") + to_string(node.info.out[i]);
    if (!node.path.empty()) text += "   # " + node.path;
    text += "\n";
  }
  for (const auto& [variable, v] : graph.updates) {
    for (std::size_t i = 0; i < graph.values.size(); ++i)
      if (graph.values[i].tensor.defined() && same_place(graph.values[i].tensor, variable)) text += "  " + name(static_cast<int>(i)) + " <- " + name(v) + "\n";
  }
  text += "  return ";
  for (std::size_t i = 0; i < graph.results.size(); ++i) text += (i ? ", " : "") + name(graph.results[i]);
  return text + "\n";
}

void check(const Graph& graph) {
  const auto require = [](bool ok, const std::string& what) {
    if (!ok) fail(ErrorKind::internal, "graph: " + what);
  };
  const int count = static_cast<int>(graph.values.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const std::string at = "node " + std::to_string(n) + " (" + node.info.op->name + ")";
    require(node.inputs.size() == node.info.in.size() && node.outputs.size() == node.info.out.size(), at + " has the wrong number of values");
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int v = node.inputs[i];
      require(v >= 0 && v < count, at + " reads a value that is not there");
      const Value& value = graph.values[static_cast<std::size_t>(v)];
      require(value.type == node.info.in[i], at + " input " + std::to_string(i) + " has another type");
      require(value.source != Source::node || value.node < static_cast<int>(n), at + " reads a value made later");
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const Value& value = graph.values[static_cast<std::size_t>(node.outputs[i])];
      require(value.source == Source::node && value.node == static_cast<int>(n) && value.index == static_cast<int>(i) && value.type == node.info.out[i],
              at + " output " + std::to_string(i) + " does not point back");
    }
    require(node.info.op->infer(node.info.in, node.info.attrs) == node.info.out, at + " has other types than its op infers");
  }
  for (int v : graph.results) require(v >= 0 && v < count, "a result is not there");
  for (const auto& [variable, v] : graph.updates) require(graph.values[static_cast<std::size_t>(v)].type == variable.type(), "an update has another type");
}

}  // namespace candor
