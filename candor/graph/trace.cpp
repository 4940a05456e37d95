#include "candor/graph/trace.h"

#include "candor/base/error.h"
#include "candor/graph/trace_context.h"

namespace candor {
namespace detail {
namespace {
thread_local TraceContext* innermost = nullptr;
}

TraceContext::TraceContext(bool capture) : graph(std::make_shared<Graph>()), parent(innermost), captures_allowed(capture) {
  if (!parent) set_next_op_id(1);
  innermost = this;
}
TraceContext::~TraceContext() { innermost = parent; }
TraceContext* TraceContext::current() { return innermost; }

int TraceContext::value_of(const Tensor& tensor) {
  if (tensor.symbolic()) {
    if (tensor.impl().trace.get() == graph.get()) return tensor.impl().value;
  } else if (!captures_allowed || !tensor.is_variable()) {
    return graph->add_constant(tensor);
  }
  if (!captures_allowed)
    fail(ErrorKind::invalid_argument, "trace: a symbolic tensor " + to_string(tensor.type()) +
                                          " of another compiled function is used here; return it from there and pass it as an argument");
  // What a loop body reads from outside becomes a further argument of the body, so that gradients flow through it.
  for (std::size_t i = 0; i < captured.size(); ++i)
    if (captured[i].first.handle() == tensor.handle() ||
        (captured[i].first.symbolic() && tensor.symbolic() && captured[i].first.impl().trace == tensor.impl().trace && captured[i].first.impl().value == tensor.impl().value))
      return captured[i].second;
  captured.emplace_back(tensor, graph->add_argument(tensor.type()));
  return captured.back().second;
}

Tensor TraceContext::tensor_of(int value) const {
  auto impl = std::make_shared<TensorImpl>();
  impl->type = graph->values[static_cast<std::size_t>(value)].type;
  impl->strides = row_major_strides(impl->type.shape);
  impl->trace = graph;
  impl->value = value;
  return Tensor(std::move(impl));
}

Graph* open_graph() { return innermost ? innermost->graph.get() : nullptr; }

int value_of(const Tensor& tensor) {
  if (!innermost)
    fail(ErrorKind::invalid_argument, "trace: the symbolic tensor " + to_string(tensor.type()) +
                                          " is used after its function was compiled; return it instead of storing it");
  return innermost->value_of(tensor);
}
Tensor symbolic_tensor(int value) { return innermost->tensor_of(value); }

Body trace_body(std::span<const TensorType> types, const TensorFunction& f) {
  TraceContext context(true);
  std::vector<Tensor> symbols;
  for (const TensorType& type : types) symbols.push_back(context.tensor_of(context.graph->add_argument(type)));
  for (const Tensor& result : f(symbols)) context.graph->results.push_back(context.value_of(result));
  Body body{context.graph, {}};
  for (const auto& [tensor, value] : context.captured) body.captured.push_back(tensor);
  return body;
}

const TensorType& result_type(const Graph& graph, std::size_t i) { return graph.values[static_cast<std::size_t>(graph.results[i])].type; }

std::vector<Tensor> record(const Op& op, std::span<const Tensor> inputs, const Attrs& attrs) {
  std::vector<int> values;
  for (const Tensor& t : inputs) values.push_back(value_of(t));
  TraceContext& context = *innermost;
  const std::string& path = context.path.empty() ? Scope::path() : context.path;
  const std::vector<int> outputs = context.graph->add_node(op, attrs, std::move(values), path);
  context.graph->nodes.back().recomputed = context.recomputing;
  std::vector<Tensor> tensors;
  for (int v : outputs) tensors.push_back(context.tensor_of(v));
  return tensors;
}

}  // namespace detail

std::shared_ptr<Graph> trace(const TensorFunction& f, std::span<const TensorType> arguments) {
  detail::TraceContext context(false);
  std::vector<Tensor> symbols;
  for (const TensorType& type : arguments) symbols.push_back(context.tensor_of(context.graph->add_argument(type)));
  for (const Tensor& result : f(symbols)) context.graph->results.push_back(context.value_of(result));
  return context.graph;
}

std::vector<Tensor> inline_graph(const Graph& graph, std::span<const Tensor> arguments) {
  if (arguments.size() != graph.arguments.size())
    fail(ErrorKind::invalid_argument, "inline_graph: " + std::to_string(arguments.size()) + " arguments for a graph of " + std::to_string(graph.arguments.size()));
  std::vector<Tensor> tensors(graph.values.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) tensors[static_cast<std::size_t>(graph.arguments[i])] = arguments[i];
  for (std::size_t v = 0; v < graph.values.size(); ++v)
    if (graph.values[v].tensor.defined()) tensors[v] = graph.values[v].tensor;
  for (const Node& node : graph.nodes) {
    std::vector<Tensor> in;
    for (int v : node.inputs) in.push_back(tensors[static_cast<std::size_t>(v)]);
    const std::vector<Tensor> out = apply_all(*node.info.op, in, node.info.attrs);
    for (std::size_t i = 0; i < out.size(); ++i) tensors[static_cast<std::size_t>(node.outputs[i])] = out[i];
  }
  std::vector<Tensor> results;
  for (int v : graph.results) results.push_back(tensors[static_cast<std::size_t>(v)]);
  return results;
}

}  // namespace candor
