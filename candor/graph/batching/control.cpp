// Loops and branches. All carried state has the batch axis; a condition that differs between examples makes both sides run (cond)
// or the loop go on until the last example is done (while_loop), and where() picks.
#include "candor/graph/batching/batching.h"
#include "candor/graph/control.h"
#include "candor/graph/control_kernels.h"
#include "candor/graph/custom_gradient.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::batching {
namespace {

/// Example by example: a where its flag is true, else b.
Tensor chosen(const Tensor& flags, const Tensor& a, const Tensor& b) {
  Ints shape(static_cast<std::size_t>(a.rank()), 1);
  shape[0] = a.shape(0);
  return where(reshape(flags, shape), a, b);
}

void append(Values& to, const Tensor& tensor, bool batched) {
  to.tensors.push_back(tensor);
  to.batched.push_back(batched);
}

Tensors fronted(const Values& values, std::int64_t size) {
  Tensors all;
  for (std::size_t i = 0; i < values.tensors.size(); ++i) all.push_back(in_front(values.tensors[i], values.batched[i], size));
  return all;
}

Tensors scanned(const BatchArgs& args) {
  const detail::ScanParts parts(args.node.attrs);
  const Graph& body = *args.node.attrs.graph("body");
  Tensors carries, xs;
  for (std::size_t c = 0; c < parts.carries; ++c) carries.push_back(in_front(args, c));
  for (std::size_t x = parts.carries; x < parts.carries + parts.xs; ++x) xs.push_back(args.batched[x] ? move_axis(args.in[x], 0, 1) : args.in[x]);
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> slices) {
    Values in;
    for (const Tensor& t : state) append(in, t, true);
    for (std::size_t x = 0; x < slices.size(); ++x) append(in, slices[x], args.batched[parts.carries + x]);
    for (std::size_t i = parts.carries + parts.xs; i < args.in.size(); ++i) append(in, args.in[i], args.batched[i]);
    Tensors out = fronted(run(body, in, args.size), args.size);
    return std::pair{Tensors(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(parts.carries)), Tensors(out.begin() + static_cast<std::ptrdiff_t>(parts.carries), out.end())};
  };
  Tensors out = detail::scan_outputs(step, carries, xs, {.reverse = parts.reverse, .length = parts.length});
  for (std::size_t o = parts.carries; o < out.size(); ++o) out[o] = move_axis(out[o], 1, 0);  // [T, B, ...]
  out.resize(args.node.out.size());
  return out;
}

Values side(const BatchArgs& args, const Graph& graph, std::size_t from) {
  Values in;
  for (std::size_t i = 0; i < graph.arguments.size(); ++i) append(in, args.in[from + i], args.batched[from + i]);
  return run(graph, in, args.size);
}

Tensors branched(const BatchArgs& args) {
  const Graph &then = *args.node.attrs.graph("then"), &otherwise = *args.node.attrs.graph("else");
  const auto a = [&] { return fronted(side(args, then, 1), args.size); };
  const auto b = [&] { return fronted(side(args, otherwise, 1 + then.arguments.size()), args.size); };
  if (!args.batched[0]) return cond(args.in[0], a, b);
  Tensors left = a();
  const Tensors right = b();
  for (std::size_t o = 0; o < left.size(); ++o) left[o] = chosen(args.in[0], left[o], right[o]);
  return left;
}

Tensors looped(const BatchArgs& args) {
  const Graph &condition = *args.node.attrs.graph("condition"), &body = *args.node.attrs.graph("body");
  const std::size_t states = args.node.out.size(), own = condition.arguments.size() - states;
  const auto call = [&](const Graph& graph, std::span<const Tensor> state, std::size_t from) {
    Values in;
    for (const Tensor& t : state) append(in, t, true);
    for (std::size_t i = from; in.tensors.size() < graph.arguments.size(); ++i) append(in, args.in[i], args.batched[i]);
    return run(graph, in, args.size);
  };
  const auto go = [&](std::span<const Tensor> state) { return call(condition, state, states); };
  Tensors initial;
  for (std::size_t s = 0; s < states; ++s) initial.push_back(in_front(args, s));
  return while_loop(
      [&](std::span<const Tensor> state) {
        const Values flag = go(state);
        return flag.batched[0] ? any(flag.tensors[0]) : flag.tensors[0];
      },
      [&](std::span<const Tensor> state) {
        const Values flag = go(state);
        Tensors next = fronted(call(body, state, states + own), args.size);
        if (flag.batched[0])
          for (std::size_t s = 0; s < states; ++s) next[s] = chosen(flag.tensors[0], next[s], state[s]);
        return next;
      },
      initial, args.node.attrs.integer("limit"));
}

Tensors pulled_by_hand(const BatchArgs& args) {
  const detail::CustomGradientParts parts(args.node.attrs);
  const Graph& backward = *args.node.attrs.graph("backward");
  const Tensors in = all_in_front(args);
  const Tensors ys(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(parts.results));
  const Tensors xs(in.begin() + static_cast<std::ptrdiff_t>(parts.results), in.begin() + static_cast<std::ptrdiff_t>(parts.results + parts.arguments));
  return detail::with_gradient(ys, xs, [&](std::span<const Tensor> cotangents) {
    Values arguments;
    for (const Tensor& ct : cotangents) append(arguments, ct, true);
    for (std::size_t i = parts.results + parts.arguments; i < in.size(); ++i) append(arguments, args.in[i], args.batched[i]);
    return fronted(run(backward, arguments, args.size), args.size);
  });
}

}  // namespace

void add_control(Rules& rules) {
  rules["scan"] = scanned;
  rules["cond"] = branched;
  rules["while_loop"] = looped;
  rules["custom_gradient"] = pulled_by_hand;
}

}  // namespace candor::batching
