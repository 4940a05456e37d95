// Rows that no user calls: what rewrites make of several nodes. Their reference kernels run the unfused ops' references.
#include <cstring>

#include "candor/base/error.h"
#include "candor/graph/graph.h"
#include "candor/graph/graph_ops.h"
#include "candor/graph/work.h"
#include "candor/ops/reference.h"

namespace candor {
namespace {

std::size_t padded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

const Graph& body_of(const NodeInfo& node) { return *node.attrs.graph("body"); }

std::vector<TensorType> infer_elementwise(std::span<const TensorType> in, const Attrs& attrs) {
  const Graph& body = *attrs.graph("body");
  if (in.size() != body.arguments.size())
    fail(ErrorKind::internal, "fused_elementwise: " + std::to_string(in.size()) + " inputs for a body of " + std::to_string(body.arguments.size()));
  std::vector<TensorType> out;
  for (int v : body.results) out.push_back(body.values[static_cast<std::size_t>(v)].type);
  return out;
}

std::size_t scratch_elementwise(const NodeInfo& node) {
  std::size_t bytes = 0;
  for (const Node& inner : body_of(node).nodes) bytes += padded(inner.info.out[0].bytes());
  return bytes;
}

void run_elementwise(const KernelArgs& args) {
  const Graph& body = body_of(*args.node);
  std::vector<void*> place(body.values.size());
  for (std::size_t i = 0; i < body.arguments.size(); ++i) place[static_cast<std::size_t>(body.arguments[i])] = args.in[i];
  for (std::size_t v = 0; v < place.size(); ++v)
    if (body.values[v].tensor.defined()) place[v] = body.values[v].tensor.raw();
  std::byte* next = args.scratch;
  for (const Node& inner : body.nodes) {
    std::vector<void*> in;
    for (int v : inner.inputs) in.push_back(place[static_cast<std::size_t>(v)]);
    void* out = next;
    next += padded(inner.info.out[0].bytes());
    inner.info.op->reference({&inner.info, in.data(), &out, nullptr, nullptr, args.run});
    place[static_cast<std::size_t>(inner.outputs[0])] = out;
  }
  for (std::size_t i = 0; i < body.results.size(); ++i)
    std::memcpy(args.out[i], place[static_cast<std::size_t>(body.results[i])], args.node->out[i].bytes());
}

double flops_elementwise(const NodeInfo& node) {
  double total = 0;
  for (const Node& inner : body_of(node).nodes) total += detail::flops_of(inner.info);
  return total;
}

bool flagged(const Attrs& attrs, const char* name) { return attrs.has(name) && attrs.flag(name); }

/// The product below a fused row: the same node without its epilogue.
NodeInfo product_of(const NodeInfo& node, const char* op_name) {
  NodeInfo product;
  product.op = &op(op_name);
  for (const auto& [name, value] : node.attrs.items())
    if (name != "bias" && name != "residual" && name != "activation" && name != "gate" && name != "gate_of" && name != "times" && name != "slope" && name != "constant") product.attrs.set(name, value);
  product.in = {node.in[0], node.in[1]};
  product.out = {node.out.begin(), node.out.begin() + (node.out.empty() ? 0 : 1)};
  return product;
}

template <const char* const& Product>
std::vector<TensorType> infer_product(std::span<const TensorType> in, const Attrs& attrs) {
  NodeInfo node{nullptr, attrs, {in.begin(), in.end()}, {}};
  const NodeInfo product = product_of(node, Product);
  const std::size_t expected = 2 + attrs.flag("bias") + flagged(attrs, "residual") + flagged(attrs, "gate") + flagged(attrs, "times");
  if (in.size() != expected) fail(ErrorKind::internal, std::string("fused ") + Product + ": " + std::to_string(in.size()) + " inputs, expected " + std::to_string(expected));
  std::vector<TensorType> out = op(Product).infer(product.in, product.attrs);
  if (flagged(attrs, "slope")) out.push_back(out[0]);
  return out;
}

NodeInfo elementwise_node(const char* name, std::vector<TensorType> in) {
  NodeInfo node{&op(name), {}, std::move(in), {}};
  node.out = node.op->infer(node.in, node.attrs);
  return node;
}

template <const char* const& Product>
std::size_t scratch_product(const NodeInfo& node) {
  const NodeInfo product = product_of(node, Product);
  const std::size_t inner = product.op->reference_scratch ? product.op->reference_scratch(product) : 0;
  return 2 * padded(node.out[0].bytes()) + inner;
}

/// Times the slope of the activation that gave `gate`: of a relu 0 where that is not above 0, of a tanh 1 - gate^2.
void close_gate(const std::string& activation, const TensorType& type, void* values, const void* gate) {
  reference::visit_floating(type.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto *of = static_cast<const T*>(gate);
    auto* to = static_cast<T*>(values);
    for (std::int64_t i = 0; i < type.size(); ++i) {
      const auto y = reference::load(of[i]);
      if (activation == "tanh") to[i] = static_cast<T>(reference::load(to[i]) * (1 - y * y));
      else if (!(y > 0)) to[i] = T(0);
    }
  });
}

void cut_at_six(const TensorType& type, void* values) {
  reference::visit_floating(type.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t i = 0; i < type.size(); ++i)
      if (reference::load(static_cast<const T*>(values)[i]) > 6) static_cast<T*>(values)[i] = T(6);
  });
}

template <const char* const& Product>
void run_product(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const NodeInfo product = product_of(node, Product);
  const std::size_t bytes = padded(node.out[0].bytes());
  void* current = args.scratch;
  void* spare = args.scratch + bytes;
  product.op->reference({&product, args.in, &current, args.scratch + 2 * bytes, nullptr, args.run});
  const auto then = [&](const NodeInfo& step, void* second) {
    void* in[] = {current, second};
    step.op->reference({&step, in, &spare, nullptr, nullptr, args.run});
    std::swap(current, spare);
  };
  std::size_t next = 2;
  if (node.attrs.flag("bias")) then(elementwise_node("add", {node.out[0], node.in[next]}), args.in[next]), ++next;
  if (flagged(node.attrs, "residual")) then(elementwise_node("add", {node.out[0], node.in[next]}), args.in[next]), ++next;
  const std::string& name = node.attrs.text("activation");
  if (flagged(node.attrs, "slope")) {
    const NodeInfo slope = elementwise_node((name + "_slope").c_str(), {node.out[0]});
    slope.op->reference({&slope, &current, &args.out[1], nullptr, nullptr, args.run});
  }
  if (name == "relu6") {
    then(elementwise_node("relu", {node.out[0]}), nullptr);
    cut_at_six(node.out[0], current);
  } else if (name != "linear") {
    then(elementwise_node(name.c_str(), {node.out[0]}), nullptr);
  }
  if (flagged(node.attrs, "gate")) close_gate(node.attrs.text("gate_of"), node.out[0], current, args.in[next]), ++next;
  if (flagged(node.attrs, "times")) then(elementwise_node("multiply", {node.out[0], node.in[next]}), args.in[next]);
  std::memcpy(args.out[0], current, node.out[0].bytes());
}

template <const char* const& Product>
double flops_product(const NodeInfo& node) {
  const NodeInfo product = product_of(node, Product);
  return product.op->flops(product) + 2.0 * static_cast<double>(node.out[0].size());
}

constexpr const char* matmul_name = "matmul";
constexpr const char* conv_name = "conv";

}  // namespace

void register_fused_ops() {
  Op elementwise{.name = "fused_elementwise", .infer = infer_elementwise, .reference = run_elementwise};
  elementwise.flops = flops_elementwise;
  elementwise.reference_scratch = scratch_elementwise;
  elementwise.elementwise = true;
  register_op(elementwise);

  Op matmul{.name = "fused_matmul", .infer = infer_product<matmul_name>, .reference = run_product<matmul_name>};
  matmul.flops = flops_product<matmul_name>;
  matmul.reference_scratch = scratch_product<matmul_name>;
  register_op(matmul);

  Op conv{.name = "fused_conv", .infer = infer_product<conv_name>, .reference = run_product<conv_name>};
  conv.flops = flops_product<conv_name>;
  conv.reference_scratch = scratch_product<conv_name>;
  register_op(conv);
}

}  // namespace candor
