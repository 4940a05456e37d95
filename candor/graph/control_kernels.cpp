#include "candor/graph/control_kernels.h"

#include <cstring>

#include "candor/base/error.h"
#include "candor/graph/graph_ops.h"
#include "candor/graph/program.h"
#include "candor/graph/work.h"

namespace candor {
namespace detail {

ScanParts::ScanParts(const Attrs& attrs)
    : carries(static_cast<std::size_t>(attrs.integer("carries"))),
      xs(static_cast<std::size_t>(attrs.integer("xs"))),
      captured(attrs.graph("body")->arguments.size() - carries - xs),
      ys(attrs.graph("body")->results.size() - carries),
      length(attrs.integer("length")),
      reverse(attrs.flag("reverse")),
      history(attrs.flag("history")) {}

namespace {

RunState state_of_iteration(const RunState& outer, std::int64_t t) {
  return {outer.seed + 0x9E3779B97F4A7C15u * static_cast<std::uint64_t>(t + 1), outer.step};
}

/// The Programs of a node and the buffers that its loop turns over; made once, when planned.
struct Control {
  std::unique_ptr<Program> first, second;
  std::vector<std::unique_ptr<Storage>> buffers[2];
  std::vector<void*> arguments, results;
  std::unique_ptr<Storage> flag;
};

void run_scan(const KernelArgs& args) {
  auto& control = *static_cast<Control*>(const_cast<void*>(args.block));
  const NodeInfo& node = *args.node;
  const ScanParts parts(node.attrs);
  for (std::size_t i = 0; i < parts.captured; ++i) control.arguments[parts.carries + parts.xs + i] = args.in[parts.carries + parts.xs + i];
  for (std::size_t c = 0; c < parts.carries; ++c) std::memcpy(control.buffers[0][c]->data(), args.in[c], node.in[c].bytes());
  for (std::int64_t i = 0; i < parts.length; ++i) {
    const std::int64_t t = parts.reverse ? parts.length - 1 - i : i;
    const auto place = [&](void* base, const TensorType& type) { return static_cast<std::byte*>(base) + static_cast<std::size_t>(t) * (type.bytes() / static_cast<std::size_t>(parts.length)); };
    for (std::size_t c = 0; c < parts.carries; ++c) {
      control.arguments[c] = control.buffers[i % 2][c]->data();
      control.results[c] = control.buffers[(i + 1) % 2][c]->data();
      if (parts.history) std::memcpy(place(args.out[parts.carries + parts.ys + c], node.out[parts.carries + parts.ys + c]), control.arguments[c], node.in[c].bytes());
    }
    for (std::size_t x = 0; x < parts.xs; ++x) control.arguments[parts.carries + x] = place(args.in[parts.carries + x], node.in[parts.carries + x]);
    for (std::size_t y = 0; y < parts.ys; ++y) control.results[parts.carries + y] = place(args.out[parts.carries + y], node.out[parts.carries + y]);
    control.first->run(control.arguments.data(), control.results.data(), state_of_iteration(*args.run, t));
  }
  for (std::size_t c = 0; c < parts.carries; ++c) std::memcpy(args.out[c], control.buffers[parts.length % 2][c]->data(), node.out[c].bytes());
}

void run_cond(const KernelArgs& args) {
  auto& control = *static_cast<Control*>(const_cast<void*>(args.block));
  const std::size_t then_inputs = args.node->attrs.graph("then")->arguments.size();
  if (*args.input<bool>(0)) control.first->run(args.in + 1, args.out, *args.run);
  else control.second->run(args.in + 1 + then_inputs, args.out, *args.run);
}

void run_while(const KernelArgs& args) {
  auto& control = *static_cast<Control*>(const_cast<void*>(args.block));
  const NodeInfo& node = *args.node;
  const std::size_t states = node.out.size(), condition_captured = node.attrs.graph("condition")->arguments.size() - states;
  const std::int64_t limit = node.attrs.integer("limit");
  for (std::size_t s = 0; s < states; ++s) std::memcpy(control.buffers[0][s]->data(), args.in[s], node.in[s].bytes());
  std::int64_t i = 0;
  for (; limit < 0 || i < limit; ++i) {
    for (std::size_t s = 0; s < states; ++s) control.arguments[s] = control.buffers[i % 2][s]->data();
    for (std::size_t c = 0; c < condition_captured; ++c) control.arguments[states + c] = args.in[states + c];
    void* go = control.flag->data();
    control.first->run(control.arguments.data(), &go, state_of_iteration(*args.run, i));
    if (!*static_cast<bool*>(go)) break;
    for (std::size_t c = states + condition_captured; c < node.in.size(); ++c) control.arguments[c - condition_captured] = args.in[c];
    for (std::size_t s = 0; s < states; ++s) control.results[s] = control.buffers[(i + 1) % 2][s]->data();
    control.second->run(control.arguments.data(), control.results.data(), state_of_iteration(*args.run, i));
  }
  for (std::size_t s = 0; s < states; ++s) std::memcpy(args.out[s], control.buffers[i % 2][s]->data(), node.out[s].bytes());
}

std::shared_ptr<Control> prepare(const NodeInfo& node, const std::string& device) {
  auto control = std::make_shared<Control>();
  const PlanOptions options{.device = device};
  const auto program = [&](const char* name) { return std::make_unique<Program>(node.attrs.graph(name), options); };
  std::size_t carried = 0;
  if (node.op->name == "scan") control->first = program("body"), carried = ScanParts(node.attrs).carries;
  if (node.op->name == "cond") control->first = program("then"), control->second = program("else");
  if (node.op->name == "while_loop") control->first = program("condition"), control->second = program("body"), carried = node.out.size();
  for (auto& buffers : control->buffers)
    for (std::size_t c = 0; c < carried; ++c) buffers.push_back(std::make_unique<Storage>(node.in[c].bytes()));
  control->arguments.resize(node.in.size());
  control->results.resize(node.out.size());
  control->flag = std::make_unique<Storage>(64);
  return control;
}

KernelFn control_function(const std::string& name) {
  if (name == "scan") return run_scan;
  if (name == "cond") return run_cond;
  if (name == "while_loop") return run_while;
  return nullptr;
}

void run_reference(const KernelArgs& args) {
  const auto control = prepare(*args.node, "reference");
  KernelArgs prepared = args;
  prepared.block = control.get();
  control_function(args.node->op->name)(prepared);
}

}  // namespace

Kernel choose_kernel(const Backend& device, const NodeInfo& node, std::vector<Declined>* refusals) {
  const KernelFn run = control_function(node.op->name);
  if (!run) return device.choose(node, refusals);
  const auto control = prepare(node, std::string(device.name()));
  std::size_t arena = control->first->arena_bytes();
  if (control->second) arena += control->second->arena_bytes();
  return {std::string(device.name()) + "." + node.op->name, device.computes() ? run : nullptr, control, 0, "body in an arena of " + std::to_string(arena) + " bytes"};
}

}  // namespace detail

namespace {

double body_flops(const Graph& body) {
  double total = 0;
  for (const Node& node : body.nodes) total += detail::flops_of(node.info);
  return total;
}

std::vector<TensorType> infer_scan(std::span<const TensorType>, const Attrs& attrs) {
  const detail::ScanParts parts(attrs);
  const Graph& body = *attrs.graph("body");
  std::vector<TensorType> out;
  for (std::size_t i = 0; i < body.results.size(); ++i) {
    TensorType type = body.values[static_cast<std::size_t>(body.results[i])].type;
    if (i >= parts.carries) type.shape = type.shape.inserted(0, parts.length);
    out.push_back(type);
  }
  if (parts.history)
    for (std::size_t c = 0; c < parts.carries; ++c) out.push_back({out[c].shape.inserted(0, parts.length), out[c].dtype});
  return out;
}

std::vector<TensorType> result_types(const Graph& body) {
  std::vector<TensorType> out;
  for (int v : body.results) out.push_back(body.values[static_cast<std::size_t>(v)].type);
  return out;
}

}  // namespace

std::vector<Tensor> scan_gradient(const GradientArgs& args);
std::vector<Tensor> cond_gradient(const GradientArgs& args);

void register_control_ops() {
  Op scan{.name = "scan", .infer = infer_scan, .gradient = scan_gradient, .reference = detail::run_reference};
  scan.flops = [](const NodeInfo& node) { return static_cast<double>(node.attrs.integer("length")) * body_flops(*node.attrs.graph("body")); };
  register_op(scan);
  Op cond{.name = "cond", .infer = [](std::span<const TensorType>, const Attrs& attrs) { return result_types(*attrs.graph("then")); }, .gradient = cond_gradient, .reference = detail::run_reference};
  cond.flops = [](const NodeInfo& node) { return std::max(body_flops(*node.attrs.graph("then")), body_flops(*node.attrs.graph("else"))); };
  register_op(cond);
  Op loop{.name = "while_loop", .infer = [](std::span<const TensorType>, const Attrs& attrs) { return result_types(*attrs.graph("body")); }, .reference = detail::run_reference};
  loop.gradient = [](const GradientArgs&) -> std::vector<Tensor> {
    fail(ErrorKind::unsupported, "while_loop: it has no gradient, since its number of steps is not known; use scan, or stop_gradient on its results");
  };
  loop.flops = [](const NodeInfo& node) { return body_flops(*node.attrs.graph("body")); };
  register_op(loop);
}

}  // namespace candor
