#include "candor/graph/autodiff.h"

#include "candor/base/error.h"
#include "candor/graph/program.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using Contributions = std::vector<std::vector<Tensor>>;

/// Which values depend on any of the wanted ones.
std::vector<bool> dependents(const Graph& graph, const std::vector<int>& wanted) {
  std::vector<bool> depends(graph.values.size(), false);
  for (int v : wanted) depends[static_cast<std::size_t>(v)] = true;
  for (const Node& node : graph.nodes) {
    bool any = false;
    for (int v : node.inputs) any |= depends[static_cast<std::size_t>(v)];
    if (any)
      for (int v : node.outputs) depends[static_cast<std::size_t>(v)] = true;
  }
  return depends;
}

Tensor total(std::vector<Tensor>& parts) {
  if (parts.empty()) return {};
  Tensor sum = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) sum = add(sum, parts[i]);
  parts.assign(1, sum);
  return sum;
}

void backward(detail::TraceContext& context, std::size_t n, const std::vector<bool>& depends, Contributions& contributions) {
  const Node node = context.graph->nodes[n];  // a copy: recording grows the vector
  bool needed = false, reached = false;
  std::vector<bool> wanted;
  for (int v : node.inputs) wanted.push_back(depends[static_cast<std::size_t>(v)]), needed |= wanted.back();
  for (int v : node.outputs) reached |= !contributions[static_cast<std::size_t>(v)].empty();
  if (!needed || !reached || !node.info.op->gradient) return;

  context.path = node.path.empty() ? "gradient" : node.path + "/gradient";
  std::vector<Tensor> in, out, cotangents;
  for (int v : node.inputs) in.push_back(context.tensor_of(v));
  for (int v : node.outputs) {
    out.push_back(context.tensor_of(v));
    cotangents.push_back(total(contributions[static_cast<std::size_t>(v)]));
  }
  const std::vector<Tensor> gradients = node.info.op->gradient({node.info, in, out, cotangents, wanted});
  if (gradients.size() != in.size())
    fail(ErrorKind::internal, node.info.op->name + ": its gradient gives " + std::to_string(gradients.size()) + " tensors for " + std::to_string(in.size()) + " inputs");
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (!wanted[i] || !gradients[i].defined() || !is_floating(in[i].dtype())) continue;
    if (gradients[i].type() != in[i].type())
      fail(ErrorKind::internal, node.info.op->name + ": gradient of input " + std::to_string(i) + " is " + to_string(gradients[i].type()) + ", the input " + to_string(in[i].type()));
    contributions[static_cast<std::size_t>(node.inputs[i])].push_back(gradients[i]);
  }
}

std::vector<Variable>& latest_variables() {
  thread_local std::vector<Variable> variables;
  return variables;
}

Tensor ones_like(const TensorType& type) { return Tensor::full(type.shape, 1, type.dtype); }

std::vector<Tensor> run_once(const TensorFunction& f, std::span<const Tensor> arguments) {
  std::vector<TensorType> types;
  for (const Tensor& t : arguments) types.push_back(t.type());
  return Program(trace(f, types)).run(arguments);
}

}  // namespace

std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> cotangents, std::span<const Tensor> xs) {
  auto* context = detail::TraceContext::current();
  if (!context)
    fail(ErrorKind::invalid_argument, "gradients: only inside compile() or trace(); outside use value_and_grad or grad");
  std::vector<int> wanted, outputs;
  for (const Tensor& x : xs) wanted.push_back(context->value_of(x));
  for (const Tensor& y : ys) {
    if (!is_floating(y.dtype())) fail(ErrorKind::dtype, "gradients: " + to_string(y.type()) + " is not floating point and has no gradient");
    outputs.push_back(context->value_of(y));
  }
  const std::size_t nodes = context->graph->nodes.size();
  const std::vector<bool> depends = dependents(*context->graph, wanted);
  Contributions contributions(context->graph->values.size());
  for (std::size_t i = 0; i < ys.size(); ++i) {
    Tensor ct = i < cotangents.size() && cotangents[i].defined() ? cotangents[i] : ones_like(ys[i].type());
    if (ct.type() != ys[i].type()) fail(ErrorKind::shape, "gradients: the cotangent is " + to_string(ct.type()) + ", the output " + to_string(ys[i].type()));
    contributions[static_cast<std::size_t>(outputs[i])].push_back(ct);
  }
  const std::string outer = context->path;
  for (std::size_t n = nodes; n-- > 0;) backward(*context, n, depends, contributions);
  context->path = outer;
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    Tensor g = total(contributions[static_cast<std::size_t>(wanted[i])]);
    results.push_back(g.defined() ? g : Tensor::zeros(xs[i].shape(), xs[i].dtype()));
  }
  return results;
}

std::vector<Tensor> gradients(const Tensor& y, std::span<const Tensor> xs, const Tensor& cotangent) {
  return gradients(std::span(&y, 1), std::span(&cotangent, 1), xs);
}

std::pair<Tensor, std::vector<Tensor>> value_and_grad(const Function<Tensor()>& f, std::span<const Variable> variables) {
  const auto both = [&](std::span<const Tensor>) {
    std::vector<Tensor> xs, all;
    for (const Variable& v : variables) xs.push_back(v.value());
    const Tensor loss = f();
    if (loss.size() != 1) fail(ErrorKind::shape, "value_and_grad: the function must give one number, got " + to_string(loss.type()) + "; reduce it with mean() or sum()");
    all.push_back(loss);
    for (Tensor& g : gradients(loss, xs)) all.push_back(std::move(g));
    return all;
  };
  std::vector<Tensor> all = detail::TraceContext::current() ? both({}) : run_once(both, {});
  Tensor loss = all.front();
  all.erase(all.begin());
  latest_variables().assign(variables.begin(), variables.end());
  return {std::move(loss), std::move(all)};
}

const std::vector<Variable>& differentiated_variables() { return latest_variables(); }

Function<std::vector<Tensor>(std::span<const Tensor>)> grad(Function<Tensor(std::span<const Tensor>)> f) {
  return [f = std::move(f)](std::span<const Tensor> arguments) {
    const auto body = [&](std::span<const Tensor> in) {
      const Tensor y = f(in);
      if (y.size() != 1) fail(ErrorKind::shape, "grad: the function must give one number, got " + to_string(y.type()));
      return gradients(y, in);
    };
    bool recording = detail::TraceContext::current() != nullptr;
    return recording ? body(arguments) : run_once(body, arguments);
  };
}

Tensor stop_gradient(const Tensor& x) { return apply("stop_gradient", {x}); }

}  // namespace candor
