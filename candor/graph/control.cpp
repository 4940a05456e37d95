#include "candor/graph/control.h"

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/control_kernels.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/op.h"

namespace candor {
namespace {

using detail::Body;
using detail::result_type;
using detail::trace_body;

Tensors part(const Tensors& all, std::size_t from, std::size_t count) {
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(from + count)};
}
void append(Tensors& to, const Tensors& from) { to.insert(to.end(), from.begin(), from.end()); }

Tensor zeros_like(const Tensor& t) { return Tensor::zeros(t.shape(), t.dtype()); }

void check_carry(const std::string& what, const Tensors& initial, const Graph& graph) {
  if (graph.results.size() < initial.size())
    fail(ErrorKind::invalid_argument, what + ": the body gives " + std::to_string(graph.results.size()) + " tensors for a state of " + std::to_string(initial.size()));
  for (std::size_t i = 0; i < initial.size(); ++i)
    if (result_type(graph, i) != initial[i].type())
      fail(ErrorKind::shape, what + ": state " + std::to_string(i) + " enters as " + to_string(initial[i].type()) + " and leaves the body as " + to_string(result_type(graph, i)));
}

}  // namespace

Tensors detail::scan_outputs(const ScanBody& f, const Tensors& initial, const Tensors& xs, const ScanOptions& options) {
  std::int64_t length = options.length;
  std::vector<TensorType> types;
  for (const Tensor& t : initial) types.push_back(t.type());
  for (const Tensor& x : xs) {
    if (x.rank() < 1) fail(ErrorKind::shape, "scan: xs are sliced along their first axis, got a scalar");
    if (length >= 0 && x.shape(0) != length) fail(ErrorKind::shape, "scan: lengths differ: " + std::to_string(length) + " and " + std::to_string(x.shape(0)));
    length = x.shape(0);
    types.push_back({x.shape().without(0), x.dtype()});
  }
  if (length < 0) fail(ErrorKind::invalid_argument, "scan: without xs the length must be given");
  const Body body = trace_body(types, [&](std::span<const Tensor> in) {
    auto [carry, ys] = f(in.subspan(0, initial.size()), in.subspan(initial.size()));
    if (carry.size() != initial.size())
      fail(ErrorKind::invalid_argument, "scan: the body gives " + std::to_string(carry.size()) + " carries, the initial state has " + std::to_string(initial.size()));
    append(carry, ys);
    return carry;
  });
  check_carry("scan", initial, *body.graph);
  Tensors inputs = initial;
  append(inputs, xs);
  append(inputs, body.captured);
  Attrs attrs{{"body", std::shared_ptr<const Graph>(body.graph)}, {"reverse", AttrValue(options.reverse)}, {"history", AttrValue(true)}};
  attrs.set("carries", static_cast<int>(initial.size())).set("xs", static_cast<int>(xs.size())).set("length", AttrValue(length));
  return apply_all(op("scan"), inputs, attrs);
}

std::pair<Tensors, Tensors> scan(const detail::ScanBody& f, const Tensors& initial, const Tensors& xs, const ScanOptions& options) {
  const Tensors out = detail::scan_outputs(f, initial, xs, options);
  return {part(out, 0, initial.size()), part(out, initial.size(), out.size() - 2 * initial.size())};
}

/// Runs the scan backwards: each step recomputes the body from the carry it had and pulls the cotangents through it.
std::vector<Tensor> scan_gradient(const GradientArgs& args) {
  const detail::ScanParts parts(args.node.attrs);
  const Graph& body = *args.node.attrs.graph("body");
  const Tensors in(args.in.begin(), args.in.end()), out(args.out.begin(), args.out.end());
  const auto cotangent = [&](std::size_t o) { return args.cotangents[o].defined() ? args.cotangents[o] : zeros_like(out[o]); };
  std::vector<std::size_t> carries, xs, captured, ys;  // those with gradients
  for (std::size_t c = 0; c < parts.carries; ++c)
    if (is_floating(in[c].dtype())) carries.push_back(c);
  for (std::size_t x = 0; x < parts.xs; ++x)
    if (is_floating(in[parts.carries + x].dtype())) xs.push_back(parts.carries + x);
  for (std::size_t i = parts.carries + parts.xs; i < in.size(); ++i)
    if (is_floating(in[i].dtype()) && args.wanted[i]) captured.push_back(i);
  for (std::size_t y = parts.carries; y < parts.carries + parts.ys; ++y)
    if (is_floating(out[y].dtype())) ys.push_back(y);

  Tensors initial, slices = part(in, parts.carries, parts.xs);
  for (std::size_t c : carries) initial.push_back(cotangent(c));
  for (std::size_t i : captured) initial.push_back(zeros_like(in[i]));
  const std::size_t history = parts.carries + parts.ys;
  append(slices, part(out, history, parts.carries));
  for (std::size_t y : ys) slices.push_back(cotangent(y));
  for (std::size_t c : carries) slices.push_back(cotangent(history + c));

  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    Tensors arguments(x.begin() + static_cast<std::ptrdiff_t>(parts.xs), x.begin() + static_cast<std::ptrdiff_t>(parts.xs + parts.carries));
    arguments.insert(arguments.end(), x.begin(), x.begin() + static_cast<std::ptrdiff_t>(parts.xs));
    append(arguments, part(in, parts.carries + parts.xs, parts.captured));
    const Tensors results = inline_graph(body, arguments);
    Tensors outputs, cotangents, wanted;
    std::size_t next = parts.xs + parts.carries;
    for (std::size_t c = 0; c < carries.size(); ++c) outputs.push_back(results[carries[c]]), cotangents.push_back(state[c]);
    for (std::size_t y : ys) outputs.push_back(results[y]), cotangents.push_back(x[next++]);
    for (std::size_t i : carries) wanted.push_back(arguments[i]);
    for (std::size_t i : xs) wanted.push_back(arguments[i]);
    for (std::size_t i : captured) wanted.push_back(arguments[i]);
    const Tensors g = gradients(outputs, cotangents, wanted);
    Tensors carry;
    for (std::size_t c = 0; c < carries.size(); ++c) carry.push_back(g[c] + x[next++]);
    for (std::size_t i = 0; i < captured.size(); ++i) carry.push_back(state[carries.size() + i] + g[carries.size() + xs.size() + i]);
    return std::pair{carry, part(g, carries.size(), xs.size())};
  };
  const auto [last, x_gradients] = scan(step, initial, slices, {.reverse = !parts.reverse, .length = parts.length});
  Tensors result(in.size());
  for (std::size_t c = 0; c < carries.size(); ++c) result[carries[c]] = last[c];
  for (std::size_t i = 0; i < captured.size(); ++i) result[captured[i]] = last[carries.size() + i];
  for (std::size_t i = 0; i < xs.size(); ++i) result[xs[i]] = x_gradients[i];
  return result;
}

Tensors cond(const Tensor& predicate, const Function<Tensors()>& then, const Function<Tensors()>& otherwise) {
  if (predicate.dtype() != DType::boolean || predicate.size() != 1)
    fail(ErrorKind::dtype, "cond: the predicate must be one bool, got " + to_string(predicate.type()));
  if (!predicate.symbolic() && !detail::TraceContext::current()) return predicate.item<int>() ? then() : otherwise();
  const Body a = trace_body({}, [&](std::span<const Tensor>) { return then(); });
  const Body b = trace_body({}, [&](std::span<const Tensor>) { return otherwise(); });
  if (a.graph->results.size() != b.graph->results.size())
    fail(ErrorKind::shape, "cond: one side gives " + std::to_string(a.graph->results.size()) + " tensors, the other " + std::to_string(b.graph->results.size()));
  for (std::size_t i = 0; i < a.graph->results.size(); ++i)
    if (result_type(*a.graph, i) != result_type(*b.graph, i))
      fail(ErrorKind::shape, "cond: result " + std::to_string(i) + " is " + to_string(result_type(*a.graph, i)) + " on one side and " + to_string(result_type(*b.graph, i)) + " on the other");
  Tensors inputs{predicate};
  append(inputs, a.captured);
  append(inputs, b.captured);
  return apply_all(op("cond"), inputs, Attrs{{"then", std::shared_ptr<const Graph>(a.graph)}, {"else", std::shared_ptr<const Graph>(b.graph)}});
}

std::vector<Tensor> cond_gradient(const GradientArgs& args) {
  const Graph &then = *args.node.attrs.graph("then"), &otherwise = *args.node.attrs.graph("else");
  const Tensors in(args.in.begin() + 1, args.in.end());
  const std::size_t split = then.arguments.size();
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < in.size(); ++i)
    if (is_floating(in[i].dtype()) && args.wanted[i + 1]) wanted.push_back(i);
  const auto side = [&](const Graph& graph, std::size_t from) {
    const Tensors arguments = part(in, from, graph.arguments.size());
    const Tensors results = inline_graph(graph, arguments);
    Tensors outputs, cotangents, xs, all;
    for (std::size_t o = 0; o < results.size(); ++o)
      if (args.cotangents[o].defined()) outputs.push_back(results[o]), cotangents.push_back(args.cotangents[o]);
    for (std::size_t i : wanted)
      if (i >= from && i < from + arguments.size()) xs.push_back(in[i]);
    const Tensors g = gradients(outputs, cotangents, xs);
    std::size_t next = 0;
    for (std::size_t i : wanted) all.push_back(i >= from && i < from + arguments.size() ? g[next++] : zeros_like(in[i]));
    return all;
  };
  const Tensors g = cond(args.in[0], [&] { return side(then, 0); }, [&] { return side(otherwise, split); });
  Tensors result(args.in.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) result[wanted[i] + 1] = g[i];
  return result;
}

Tensors while_loop(const Function<Tensor(std::span<const Tensor>)>& condition, const Function<Tensors(std::span<const Tensor>)>& f, const Tensors& initial,
                   std::int64_t limit) {
  std::vector<TensorType> types;
  for (const Tensor& t : initial) types.push_back(t.type());
  const Body test = trace_body(types, [&](std::span<const Tensor> state) { return Tensors{condition(state)}; });
  if (result_type(*test.graph, 0) != TensorType{{}, DType::boolean})
    fail(ErrorKind::dtype, "while_loop: the condition must be one bool, got " + to_string(result_type(*test.graph, 0)));
  const Body body = trace_body(types, f);
  check_carry("while_loop", initial, *body.graph);
  Tensors inputs = initial;
  append(inputs, test.captured);
  append(inputs, body.captured);
  Attrs attrs{{"condition", std::shared_ptr<const Graph>(test.graph)}, {"body", std::shared_ptr<const Graph>(body.graph)}, {"limit", AttrValue(limit)}};
  return apply_all(op("while_loop"), inputs, attrs);
}

}  // namespace candor
