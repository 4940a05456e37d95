// Forward mode: tangents, jvp, hessian_vector_product. A node's tangent comes from a forward rule where that is simple (linear and
// bilinear ops, elementwise ops, softmax), else from its gradient rule g: g is linear in the cotangent u, so the gradient of
// sum(g(u) * v) to u is the derivative along v.
#include <unordered_set>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

using Tensors = std::vector<Tensor>;

struct ForwardArgs {
  const NodeInfo& node;
  std::span<const Tensor> in, out;
  std::span<const Tensor> moving;  ///< one an input, undefined where it stays
};

Tensor accumulated(const Tensor& a, const Tensor& b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

/// Linear in the first input (or, concatenate, in all): the op of the tangents.
Tensor linear_rule(const ForwardArgs& args) {
  Tensors in(args.in.begin(), args.in.end());
  Attrs attrs = args.node.attrs;
  const bool all = args.node.op->name == "concatenate";
  for (std::size_t i = 0; i < (all ? in.size() : 1); ++i) in[i] = args.moving[i].defined() ? args.moving[i] : Tensor::zeros(in[i].shape(), in[i].dtype());
  if (args.node.op->name == "pad") attrs.set("value", 0.0);
  return apply(*args.node.op, in, attrs);
}

Tensor bilinear_rule(const ForwardArgs& args) {
  Tensor result;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!args.moving[i].defined()) continue;
    Tensors in(args.in.begin(), args.in.end());
    in[i] = args.moving[i];
    result = accumulated(result, apply(*args.node.op, in, args.node.attrs));
  }
  return result;
}

/// The Jacobian of an elementwise op is diagonal once its inputs have the result's shape, and softmax's is symmetric: J v = J^T v.
Tensor symmetric_rule(const ForwardArgs& args) {
  NodeInfo info = args.node;
  Tensors in;
  const Shape& shape = args.out[0].shape();
  for (std::size_t i = 0; i < args.in.size(); ++i) {
    in.push_back(broadcast_to(args.in[i], shape));
    info.in[i].shape = shape;
  }
  Tensor result;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (!args.moving[i].defined()) continue;
    const Tensor ct = broadcast_to(args.moving[i], shape);
    std::vector<bool> wanted(in.size(), false);
    wanted[i] = true;
    const Tensors g = info.op->gradient({info, in, args.out, std::span(&ct, 1), wanted});
    if (g[i].defined()) result = accumulated(result, g[i]);
  }
  return result;
}

Tensors by_gradient(const ForwardArgs& args) {
  Tensors zeros, cotangents, outputs, directions;
  std::vector<bool> wanted;
  for (const Tensor& y : args.out) {
    // A node of its own: an equal constant elsewhere would be the same value of the graph.
    if (is_floating(y.dtype())) zeros.push_back(cotangents.emplace_back(stop_gradient(Tensor::zeros(y.shape(), y.dtype()))));
    else cotangents.emplace_back();
  }
  for (const Tensor& v : args.moving) wanted.push_back(v.defined());
  const Tensors g = args.node.op->gradient({args.node, args.in, args.out, cotangents, wanted});
  for (std::size_t i = 0; i < g.size(); ++i)
    if (wanted[i] && g[i].defined()) outputs.push_back(g[i]), directions.push_back(args.moving[i]);
  Tensors result(args.out.size());
  if (outputs.empty()) return result;
  const Tensors moved = gradients(outputs, directions, zeros);
  std::size_t next = 0;
  for (std::size_t o = 0; o < args.out.size(); ++o)
    if (is_floating(args.out[o].dtype())) result[o] = moved[next++];
  return result;
}

Tensors forward(const ForwardArgs& args) {
  static const std::unordered_set<std::string> linear{"reshape", "transpose", "broadcast_to", "slice", "slice_scatter", "sum", "mean", "cumsum", "average_pool", "average_pool_gradient",
                                                      "cast", "take", "take_gradient", "take_along_axis", "max_pool_gather", "max_pool_gradient", "pad", "concatenate"};
  static const std::unordered_set<std::string> bilinear{"matmul", "conv", "conv_input_gradient", "conv_kernel_gradient"};
  const std::string& name = args.node.op->name;
  if (linear.count(name)) return {linear_rule(args)};
  if (bilinear.count(name)) return {bilinear_rule(args)};
  bool same_dtype = args.out.size() == 1;
  for (std::size_t i = 0; i < args.in.size(); ++i) same_dtype &= !args.moving[i].defined() || args.in[i].dtype() == args.out[0].dtype();
  if (same_dtype && (args.node.op->elementwise || name == "softmax")) return {symmetric_rule(args)};
  return by_gradient(args);
}

/// Which values the wanted results are made of.
std::vector<bool> ancestors(const Graph& graph, const std::vector<int>& wanted) {
  std::vector<bool> reaches(graph.values.size(), false);
  for (int v : wanted) reaches[static_cast<std::size_t>(v)] = true;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    bool any = false;
    for (int v : graph.nodes[n].outputs) any |= reaches[static_cast<std::size_t>(v)];
    if (any)
      for (int v : graph.nodes[n].inputs) reaches[static_cast<std::size_t>(v)] = true;
  }
  return reaches;
}

}  // namespace

std::vector<Tensor> tangents(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> directions) {
  auto* context = detail::TraceContext::current();
  if (!context) fail(ErrorKind::invalid_argument, "tangents: only inside compile() or trace(); outside use jvp");
  if (directions.size() != xs.size()) fail(ErrorKind::invalid_argument, "jvp: " + std::to_string(directions.size()) + " directions for " + std::to_string(xs.size()) + " inputs");
  std::vector<int> results, sources;
  for (const Tensor& y : ys) results.push_back(context->value_of(y));
  for (const Tensor& x : xs) sources.push_back(context->value_of(x));
  const std::size_t nodes = context->graph->nodes.size();
  Tensors moving(context->graph->values.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!directions[i].defined()) continue;
    if (!is_floating(xs[i].dtype())) fail(ErrorKind::dtype, "jvp: input " + std::to_string(i) + " is " + to_string(xs[i].type()) + " and cannot move; leave its direction undefined");
    if (directions[i].type() != xs[i].type())
      fail(ErrorKind::shape, "jvp: the direction of input " + std::to_string(i) + " is " + to_string(directions[i].type()) + ", the input " + to_string(xs[i].type()));
    Tensor& place = moving[static_cast<std::size_t>(sources[i])];
    place = accumulated(place, directions[i]);
  }
  const std::vector<bool> reaches = ancestors(*context->graph, results);
  const std::string outer = context->path;
  for (std::size_t n = 0; n < nodes; ++n) {
    const Node node = context->graph->nodes[n];  // a copy: recording grows the vector
    bool read = false;
    Tensors in, out, theirs;
    for (int v : node.inputs) theirs.push_back(moving[static_cast<std::size_t>(v)]), read |= theirs.back().defined();
    bool needed = false;
    for (int v : node.outputs) needed |= reaches[static_cast<std::size_t>(v)];
    if (!read || !needed || !node.info.op->gradient) continue;
    for (int v : node.inputs) in.push_back(context->tensor_of(v));
    for (int v : node.outputs) out.push_back(context->tensor_of(v));
    context->path = node.path.empty() ? "tangent" : node.path + "/tangent";
    const Tensors made = forward({node.info, in, out, theirs});
    for (std::size_t o = 0; o < made.size(); ++o) {
      if (!made[o].defined() || !is_floating(out[o].dtype())) continue;
      Tensor& place = moving[static_cast<std::size_t>(node.outputs[o])];
      place = accumulated(place, made[o]);
    }
  }
  context->path = outer;
  Tensors moved;
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const Tensor& t = moving[static_cast<std::size_t>(results[i])];
    moved.push_back(t.defined() ? t : Tensor::zeros(ys[i].shape(), ys[i].dtype()));
  }
  return moved;
}

std::pair<Tensors, Tensors> jvp(const TensorFunction& f, std::span<const Tensor> inputs, std::span<const Tensor> directions) {
  if (directions.size() != inputs.size()) fail(ErrorKind::invalid_argument, "jvp: " + std::to_string(directions.size()) + " directions for " + std::to_string(inputs.size()) + " inputs");
  Tensors all(inputs.begin(), inputs.end());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (directions[i].defined()) all.push_back(directions[i]);
  std::size_t results = 0;
  Tensors both = detail::trace_or_run(
      [&](std::span<const Tensor> in) {
        const auto xs = in.subspan(0, inputs.size());
        Tensors vs(inputs.size());
        std::size_t next = inputs.size();
        for (std::size_t i = 0; i < inputs.size(); ++i)
          if (directions[i].defined()) vs[i] = in[next++];
        Tensors ys = f(xs);
        results = ys.size();
        for (Tensor& t : tangents(ys, xs, vs)) ys.push_back(std::move(t));
        return ys;
      },
      all);
  Tensors moved(both.begin() + static_cast<std::ptrdiff_t>(results), both.end());
  both.resize(results);
  return {std::move(both), std::move(moved)};
}

Tensors hessian_vector_product(const ScalarFunction& f, std::span<const Tensor> inputs, std::span<const Tensor> vectors) { return jvp(grad(f), inputs, vectors).second; }

}  // namespace candor
