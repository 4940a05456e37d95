// The row by_images: a piece of graph that treats each image of a batch alike, run on a few images after the other so that what lies
// between its nodes never leaves the cache. Made by the rewrite of that name.
#include <cstring>

#include "candor/base/error.h"
#include "candor/graph/graph.h"
#include "candor/graph/graph_ops.h"
#include "candor/graph/work.h"

namespace candor {
namespace {

const Graph& body_of(const NodeInfo& node) { return *node.attrs.graph("body"); }

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  const Graph& body = *attrs.graph("body");
  if (in.size() != body.arguments.size())
    fail(ErrorKind::internal, "by_images: " + std::to_string(in.size()) + " inputs for a body of " + std::to_string(body.arguments.size()));
  std::vector<TensorType> out;
  for (int v : body.results) {
    out.push_back(body.values[static_cast<std::size_t>(v)].type);
    out.back().shape.set(0, attrs.integer("images"));
  }
  return out;
}

std::int64_t rounds_of(const NodeInfo& node) {
  const Graph& body = body_of(node);
  return node.attrs.integer("images") / body.values[static_cast<std::size_t>(body.results[0])].type.shape[0];
}

// Where round `r` finds a part of a buffer.
void* part(void* whole, const TensorType& type, std::int64_t round) { return static_cast<std::byte*>(whole) + static_cast<std::size_t>(round) * type.bytes(); }

void run_round(const KernelArgs& args, std::int64_t round) {
  const Graph& body = body_of(*args.node);
  const auto& shared = args.node->attrs.integers("shared");
  std::vector<std::vector<std::byte>> room(body.values.size());
  std::vector<void*> place(body.values.size());
  for (std::size_t v = 0; v < body.values.size(); ++v) {
    const Value& value = body.values[v];
    if (value.tensor.defined()) place[v] = value.tensor.raw();
    if (value.source != Source::node) continue;
    room[v].resize(value.type.bytes());
    place[v] = room[v].data();
  }
  for (std::size_t i = 0; i < body.arguments.size(); ++i) {
    const auto v = static_cast<std::size_t>(body.arguments[i]);
    place[v] = shared[i] ? args.in[i] : part(args.in[i], body.values[v].type, round);
  }
  for (std::size_t i = 0; i < body.results.size(); ++i) {
    const auto v = static_cast<std::size_t>(body.results[i]);
    place[v] = part(args.out[i], body.values[v].type, round);
  }
  for (const Node& node : body.nodes) {
    std::vector<void*> in, out;
    for (int v : node.inputs) in.push_back(place[static_cast<std::size_t>(v)]);
    for (int v : node.outputs) out.push_back(place[static_cast<std::size_t>(v)]);
    std::vector<std::byte> scratch(node.info.op->reference_scratch ? node.info.op->reference_scratch(node.info) : 0);
    node.info.op->reference({&node.info, in.data(), out.data(), scratch.data(), nullptr, args.run});
  }
}

void run(const KernelArgs& args) {
  for (std::int64_t round = 0; round < rounds_of(*args.node); ++round) run_round(args, round);
}

double flops(const NodeInfo& node) {
  double total = 0;
  for (const Node& inner : body_of(node).nodes) total += detail::flops_of(inner.info);
  return total * static_cast<double>(rounds_of(node));
}

}  // namespace

void register_by_images() {
  Op row{.name = "by_images", .infer = infer, .reference = run};
  row.flops = flops;
  register_op(row);
}

}  // namespace candor
