#include "candor/graph/batching/batching.h"

#include <mutex>
#include <numeric>
#include <set>

#include "candor/base/error.h"
#include "candor/base/log.h"
#include "candor/graph/control.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

const Rules& table() {
  static const Rules rules = [] {
    Rules all;
    add_elementwise(all);
    add_reduce(all);
    add_movement(all);
    add_index(all);
    add_products(all);
    add_images(all);
    add_normalization(all);
    add_sequences(all);
    add_control(all);
    return all;
  }();
  return rules;
}

Tensors by_rule(const BatchArgs& args) {
  const Op& op = *args.node.op;
  if (op.batch) return op.batch(args);
  const auto found = table().find(op.name);
  if (found != table().end()) return found->second(args);
  static const Rule elementwise = table().at("add");
  return op.elementwise ? elementwise(args) : Tensors{};
}

void say_once(const std::string& op) {
  static std::mutex mutex;
  static std::set<std::string> said;
  std::lock_guard lock(mutex);
  if (said.insert(op).second) log_info("vmap: " + op + " has no batching rule for these inputs and runs in a loop over the examples");
}

/// The op once for each example, one after the other. `candor plan` shows it as a scan whose path ends in "vmap loop: <op>".
Tensors in_loop(const BatchArgs& args) {
  const Op& op = *args.node.op;
  say_once(op.name);
  auto* context = detail::TraceContext::current();
  const std::string outer = context->path;
  context->path = (outer.empty() ? "" : outer + "/") + ("vmap loop: " + op.name);
  Tensors xs;
  for (std::size_t i = 0; i < args.in.size(); ++i)
    if (args.batched[i]) xs.push_back(args.in[i]);
  const auto [carry, out] = scan(
      [&](std::span<const Tensor>, std::span<const Tensor> x) {
        Tensors in;
        std::size_t next = 0;
        for (std::size_t i = 0; i < args.in.size(); ++i) in.push_back(args.batched[i] ? x[next++] : args.in[i]);
        return std::pair{Tensors{}, apply_all(op, in, args.node.attrs)};
      },
      {}, xs, {.length = args.size});
  context->path = outer;
  return out;
}

}  // namespace

bool draws(const Op& op, const Attrs& attrs) {
  if (op.random) return true;
  for (const auto& [name, value] : attrs.items()) {
    const auto* graph = std::get_if<std::shared_ptr<const Graph>>(&value);
    if (!graph || !*graph) continue;
    for (const Node& node : (*graph)->nodes)
      if (draws(*node.info.op, node.info.attrs)) return true;
  }
  return false;
}

Values run(const Graph& graph, const Values& arguments, std::int64_t size) {
  auto* context = detail::TraceContext::current();
  const std::string outer = context->path;
  Values values{Tensors(graph.values.size()), std::vector<bool>(graph.values.size(), false)};
  for (std::size_t i = 0; i < graph.arguments.size(); ++i) {
    const auto v = static_cast<std::size_t>(graph.arguments[i]);
    values.tensors[v] = arguments.tensors[i], values.batched[v] = arguments.batched[i];
  }
  for (std::size_t v = 0; v < graph.values.size(); ++v)
    if (graph.values[v].tensor.defined()) values.tensors[v] = graph.values[v].tensor;
  for (const Node& node : graph.nodes) {
    Tensors in;
    std::vector<bool> batched;
    bool any = draws(*node.info.op, node.info.attrs);
    for (int v : node.inputs) {
      in.push_back(values.tensors[static_cast<std::size_t>(v)]);
      batched.push_back(values.batched[static_cast<std::size_t>(v)]);
      any |= batched.back();
    }
    context->path = node.path.empty() ? outer : node.path;
    Tensors out;
    if (!any) {
      out = apply_all(*node.info.op, in, node.info.attrs);
    } else {
      const BatchArgs args{node.info, in, batched, size};
      out = by_rule(args);
      if (out.empty()) out = in_loop(args);
    }
    if (out.size() != node.outputs.size())
      fail(ErrorKind::internal, "vmap: the batching rule of " + node.info.op->name + " gives " + std::to_string(out.size()) + " tensors for " + std::to_string(node.outputs.size()) + " outputs");
    for (std::size_t o = 0; o < out.size(); ++o) {
      const TensorType& one = node.info.out[o];
      const TensorType expected{any ? one.shape.inserted(0, size) : one.shape, one.dtype};
      if (out[o].type() != expected)
        fail(ErrorKind::internal, "vmap: the batching rule of " + node.info.op->name + " gives " + to_string(out[o].type()) + " for output " + std::to_string(o) + ", expected " + to_string(expected));
      values.tensors[static_cast<std::size_t>(node.outputs[o])] = out[o];
      values.batched[static_cast<std::size_t>(node.outputs[o])] = any;
    }
  }
  context->path = outer;
  Values results;
  for (int v : graph.results) {
    results.tensors.push_back(values.tensors[static_cast<std::size_t>(v)]);
    results.batched.push_back(values.batched[static_cast<std::size_t>(v)]);
  }
  return results;
}

Tensor in_front(const Tensor& x, bool batched, std::int64_t size) { return batched ? x : broadcast_to(x, x.shape().inserted(0, size)); }

Tensors all_in_front(const BatchArgs& args) {
  Tensors all;
  for (std::size_t i = 0; i < args.in.size(); ++i) all.push_back(in_front(args, i));
  return all;
}

Tensor aligned(const Tensor& x, int rank) {
  Ints shape = x.shape().to_vector();
  if (static_cast<int>(shape.size()) < rank + 1) shape.insert(shape.begin() + 1, static_cast<std::size_t>(rank + 1) - shape.size(), 1);
  return reshape(x, shape);
}

Tensor move_axis(const Tensor& x, int from, int to) {
  if (from == to) return x;
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  axes.erase(axes.begin() + from);
  axes.insert(axes.begin() + to, from);
  return transpose(x, axes);
}

Tensor fold(const Tensor& x) {
  Ints shape = x.shape().to_vector();
  shape[1] *= shape[0];
  shape.erase(shape.begin());
  return reshape(x, shape);
}

Tensor unfold(const Tensor& x, std::int64_t size) {
  Ints shape = x.shape().to_vector();
  shape[0] /= std::max<std::int64_t>(size, 1);
  return reshape(x, with_front(size, shape));
}

Ints shifted(const Ints& axes) {
  Ints result;
  for (std::int64_t axis : axes) result.push_back(axis + 1);
  return result;
}

Ints with_front(std::int64_t first, const Ints& rest) {
  Ints result{first};
  result.insert(result.end(), rest.begin(), rest.end());
  return result;
}

Attrs with_axis_shifted(const Attrs& attrs) {
  Attrs result = attrs;
  return result.set("axis", attrs.integer("axis") + 1);
}

}  // namespace candor::batching
