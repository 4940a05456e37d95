#include "candor/graph/autodiff.h"

#include "candor/base/error.h"
#include "candor/graph/program.h"
#include "candor/graph/recomputed.h"
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

void backward(detail::TraceContext& context, detail::Recomputed& kept, std::size_t n, const std::vector<bool>& depends, Contributions& contributions) {
  const Node node = context.graph->nodes[n];  // a copy: recording grows the vector
  bool needed = false, reached = false;
  std::vector<bool> wanted;
  for (int v : node.inputs) wanted.push_back(depends[static_cast<std::size_t>(v)]), needed |= wanted.back();
  for (int v : node.outputs) reached |= !contributions[static_cast<std::size_t>(v)].empty();
  if (!needed || !reached || !node.info.op->gradient) return;

  kept.enter(n);
  context.path = node.path.empty() ? "gradient" : node.path + "/gradient";
  std::vector<Tensor> in, out, cotangents;
  for (int v : node.inputs) in.push_back(kept(v));
  for (int v : node.outputs) {
    out.push_back(kept(v));
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

void expect_scalar(const Tensor& y, const char* what) {
  if (y.size() != 1) fail(ErrorKind::shape, std::string(what) + ": the function must give one number, got " + to_string(y.type()) + "; reduce it with mean() or sum()");
}

void expect_floating(std::span<const Tensor> xs, const char* what) {
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (!is_floating(xs[i].dtype()))
      fail(ErrorKind::dtype, std::string(what) + ": argument " + std::to_string(i) + " is " + to_string(xs[i].type()) + " and has no gradient; let the function capture what it only reads");
}

std::vector<Tensor> after(std::vector<Tensor>& all, std::size_t from) {
  std::vector<Tensor> rest(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
  all.resize(from);
  return rest;
}

}  // namespace

std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> cotangents, std::span<const Tensor> xs) {
  auto* context = detail::TraceContext::current();
  if (!context)
    fail(ErrorKind::invalid_argument, "gradients: only inside compile() or trace(); outside use value_and_grad, grad or vjp");
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
  detail::Recomputed kept(*context);
  for (std::size_t n = nodes; n-- > 0;) backward(*context, kept, n, depends, contributions);
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

std::vector<Tensor> detail::trace_or_run(const TensorFunction& f, std::span<const Tensor> arguments) {
  if (TraceContext::current()) return f(arguments);
  std::vector<TensorType> types;
  for (const Tensor& t : arguments) types.push_back(t.type());
  return Program(trace(f, types)).run(arguments);
}

ValueAndGrad value_and_grad(const Function<std::pair<Tensor, std::vector<Tensor>>()>& f, std::span<const Variable> variables) {
  std::vector<Tensor> all = detail::trace_or_run(
      [&](std::span<const Tensor>) {
        std::vector<Tensor> xs, out;
        for (const Variable& v : variables) xs.push_back(v.value());
        auto [loss, auxiliary] = f();
        expect_scalar(loss, "value_and_grad");
        out.push_back(loss);
        for (Tensor& g : gradients(loss, xs)) out.push_back(std::move(g));
        for (Tensor& t : auxiliary) out.push_back(std::move(t));
        return out;
      },
      {});
  latest_variables().assign(variables.begin(), variables.end());
  ValueAndGrad result;
  result.auxiliary = after(all, 1 + variables.size());
  result.gradients = after(all, 1);
  result.value = all.front();
  return result;
}

std::pair<Tensor, std::vector<Tensor>> value_and_grad(const Function<Tensor()>& f, std::span<const Variable> variables) {
  ValueAndGrad both = value_and_grad(Function<std::pair<Tensor, std::vector<Tensor>>()>([&] { return std::pair{f(), std::vector<Tensor>{}}; }), variables);
  return {std::move(both.value), std::move(both.gradients)};
}

const std::vector<Variable>& differentiated_variables() { return latest_variables(); }

Function<ValueAndGrad(std::span<const Tensor>)> value_and_grad(ScalarFunctionWithAux f) {
  return [f = std::move(f)](std::span<const Tensor> arguments) {
    expect_floating(arguments, "grad");
    std::vector<Tensor> all = detail::trace_or_run(
        [&](std::span<const Tensor> in) {
          auto [y, auxiliary] = f(in);
          expect_scalar(y, "grad");
          std::vector<Tensor> out{y};
          for (Tensor& g : gradients(y, in)) out.push_back(std::move(g));
          for (Tensor& t : auxiliary) out.push_back(std::move(t));
          return out;
        },
        arguments);
    ValueAndGrad result;
    result.auxiliary = after(all, 1 + arguments.size());
    result.gradients = after(all, 1);
    result.value = all.front();
    return result;
  };
}

Function<std::pair<Tensor, std::vector<Tensor>>(std::span<const Tensor>)> value_and_grad(ScalarFunction f) {
  return [both = value_and_grad(ScalarFunctionWithAux([f = std::move(f)](std::span<const Tensor> in) { return std::pair{f(in), std::vector<Tensor>{}}; }))](
             std::span<const Tensor> arguments) {
    ValueAndGrad all = both(arguments);
    return std::pair{std::move(all.value), std::move(all.gradients)};
  };
}

Function<std::vector<Tensor>(std::span<const Tensor>)> grad(ScalarFunction f) {
  return [both = value_and_grad(std::move(f))](std::span<const Tensor> arguments) { return both(arguments).second; };
}

Vjp vjp(const TensorFunction& f, std::span<const Tensor> inputs) {
  expect_floating(inputs, "vjp");
  const std::vector<Tensor> xs(inputs.begin(), inputs.end());
  const std::vector<Tensor> outputs = detail::trace_or_run(f, inputs);
  const bool recording = detail::TraceContext::current() != nullptr;
  const auto pull = [f, xs, outputs, recording](std::span<const Tensor> given) {
    if (given.size() != outputs.size()) fail(ErrorKind::invalid_argument, "vjp: " + std::to_string(given.size()) + " cotangents for " + std::to_string(outputs.size()) + " results");
    std::vector<Tensor> cotangents;
    for (std::size_t i = 0; i < given.size(); ++i) {
      const TensorType& type = outputs[i].type();
      cotangents.push_back(given[i].defined() ? given[i] : Tensor::zeros(type.shape, type.dtype));
      if (cotangents.back().type() != type)
        fail(ErrorKind::shape, "vjp: cotangent " + std::to_string(i) + " is " + to_string(cotangents.back().type()) + ", the result " + to_string(type));
    }
    const auto pulled = [](std::span<const Tensor> ys, std::span<const Tensor> cts, std::span<const Tensor> to) {
      std::vector<Tensor> floating, theirs;
      for (std::size_t i = 0; i < ys.size(); ++i)
        if (is_floating(ys[i].dtype())) floating.push_back(ys[i]), theirs.push_back(cts[i]);
      return gradients(floating, theirs, to);
    };
    if (recording) return pulled(outputs, cotangents, xs);
    std::vector<Tensor> all = xs;
    all.insert(all.end(), cotangents.begin(), cotangents.end());
    return detail::trace_or_run([&](std::span<const Tensor> in) { return pulled(f(in.subspan(0, xs.size())), in.subspan(xs.size()), in.subspan(0, xs.size())); }, all);
  };
  return {outputs, pull};
}

Tensor stop_gradient(const Tensor& x) { return apply("stop_gradient", {x}); }

}  // namespace candor
