#include "candor/graph/custom_gradient.h"

#include <cstring>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/graph_ops.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/op.h"

namespace candor {
namespace {

using Tensors = std::vector<Tensor>;

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  const auto results = static_cast<std::ptrdiff_t>(attrs.integer("results"));
  return {in.begin(), in.begin() + results};
}

void copy(const KernelArgs& args) {
  for (std::size_t o = 0; o < args.node->out.size(); ++o)
    if (args.in[o] != args.out[o] && args.node->out[o].bytes()) std::memcpy(args.out[o], args.in[o], args.node->out[o].bytes());
}

Tensors gradient(const GradientArgs& args) {
  const detail::CustomGradientParts parts(args.node.attrs);
  Tensors arguments;
  for (std::size_t o = 0; o < parts.results; ++o)
    arguments.push_back(args.cotangents[o].defined() ? args.cotangents[o] : Tensor::zeros(args.out[o].shape(), args.out[o].dtype()));
  for (std::size_t i = parts.results + parts.arguments; i < args.in.size(); ++i) arguments.push_back(args.in[i]);
  const Tensors pulled = inline_graph(*args.node.attrs.graph("backward"), arguments);
  Tensors result(args.in.size());
  for (std::size_t i = 0; i < parts.arguments; ++i) result[parts.results + i] = pulled[i];
  return result;
}

}  // namespace

namespace detail {

CustomGradientParts::CustomGradientParts(const Attrs& attrs)
    : results(static_cast<std::size_t>(attrs.integer("results"))), arguments(static_cast<std::size_t>(attrs.integer("arguments"))) {}

Tensors with_gradient(const Tensors& ys, const Tensors& xs, const Function<Tensors(std::span<const Tensor>)>& pullback) {
  std::vector<TensorType> types;
  for (const Tensor& y : ys) types.push_back(y.type());
  const Body backward = trace_body(types, [&](std::span<const Tensor> cotangents) {
    Tensors pulled = pullback(cotangents);
    if (pulled.size() != xs.size())
      fail(ErrorKind::invalid_argument, "custom_gradient: the pull-back gives " + std::to_string(pulled.size()) + " gradients for " + std::to_string(xs.size()) + " arguments");
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (!pulled[i].defined()) pulled[i] = Tensor::zeros(xs[i].shape(), xs[i].dtype());
      if (pulled[i].type() != xs[i].type())
        fail(ErrorKind::shape, "custom_gradient: the gradient of argument " + std::to_string(i) + " is " + to_string(pulled[i].type()) + ", the argument " + to_string(xs[i].type()));
    }
    return pulled;
  });
  Tensors inputs = ys;
  inputs.insert(inputs.end(), xs.begin(), xs.end());
  inputs.insert(inputs.end(), backward.captured.begin(), backward.captured.end());
  Attrs attrs{{"backward", std::shared_ptr<const Graph>(backward.graph)}};
  attrs.set("results", static_cast<int>(ys.size())).set("arguments", static_cast<int>(xs.size()));
  return apply_all(op("custom_gradient"), inputs, attrs);
}

}  // namespace detail

Function<Tensors(std::span<const Tensor>)> custom_gradient(Function<std::pair<Tensors, Function<Tensors(std::span<const Tensor>)>>(std::span<const Tensor>)> f) {
  return [f = std::move(f)](std::span<const Tensor> xs) -> Tensors {
    auto [ys, pullback] = f(xs);
    if (!detail::TraceContext::current()) return ys;
    return detail::with_gradient(ys, {xs.begin(), xs.end()}, pullback);
  };
}

void register_custom_gradient() {
  register_op({.name = "custom_gradient", .infer = infer, .gradient = gradient, .reference = copy, .flops = [](const NodeInfo&) { return 0.0; }, .in_place = true});
}

}  // namespace candor
