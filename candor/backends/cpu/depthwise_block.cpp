#include "candor/backends/cpu/depthwise_block.h"

#include <algorithm>

#include "candor/backends/cpu/depthwise_block_run.h"
#include "candor/graph/graph.h"

namespace candor::cpu {
namespace {

constexpr const char* kName = "cpu.conv.depthwise_block";

/// The kernel's plan, and which of the node's inputs each operand is; -1: there is none.
struct Block {
  DepthwiseBlockPlan plan;
  int expand = -1, expand_bias = -1, depthwise = -1, depthwise_bias = -1, project = -1, project_bias = -1;
};

void run(const KernelArgs& args) {
  const Block& b = *static_cast<const Block*>(args.block);
  const auto input = [&](int i) { return i < 0 ? nullptr : static_cast<const float*>(args.in[i]); };
  run_depthwise_block(b.plan, {input(0), input(b.expand), input(b.expand_bias), input(b.depthwise), input(b.depthwise_bias), input(b.project), input(b.project_bias), args.output<float>(0)},
                      reinterpret_cast<float*>(args.scratch));
}

bool is_convolution(const Node& node) { return (node.info.op->name == "conv" || node.info.op->name == "fused_conv") && node.info.out[0].dtype == DType::f32 && node.info.in[0].shape.rank() == 4; }

/// What one node of the body says.
struct Step {
  ConvGeometry geometry;
  bool bias = false, residual = false;
  Epilogue epilogue = epilogue_of("linear");
  int kernel = -1, bias_input = -1;
};

Step step_of(const Graph& body, const Node& node, std::int64_t images) {
  const NodeInfo& info = node.info;
  const auto argument = [&](std::size_t i) { return body.values[static_cast<std::size_t>(node.inputs[i])].index; };
  Step s;
  s.geometry = conv_geometry(info.attrs, info.in[0].shape, info.in[1].shape, info.out[0].shape);
  s.geometry.images = images;
  s.kernel = argument(1);
  if (!info.attrs.has("activation")) return s;
  s.bias = info.attrs.flag("bias");
  s.residual = info.attrs.has("residual") && info.attrs.flag("residual");
  s.epilogue = epilogue_of(info.attrs.text("activation"));
  if (s.bias) s.bias_input = argument(2);
  return s;
}

/// Whether everything but the image comes from the node's inputs, and each convolution reads the one before.
bool follow_each_other(const Graph& body) {
  for (std::size_t n = 0; n < body.nodes.size(); ++n) {
    const Node& node = body.nodes[n];
    if (!is_convolution(node) || !has_constant_kernel(node.info)) return false;
    if (n > 0 && node.inputs[0] != body.nodes[n - 1].outputs[0]) return false;
    for (std::size_t i = n > 0; i < node.inputs.size(); ++i)
      if (body.values[static_cast<std::size_t>(node.inputs[i])].source != Source::argument) return false;
  }
  return body.results.size() == 1 && body.results[0] == body.nodes.back().outputs[0];
}

Answer candidate(const NodeInfo& node, const Machine& m) {
  const Graph& body = *node.attrs.graph("body");
  const std::size_t count = body.nodes.size();
  if (count < 2 || count > 3 || !follow_each_other(body)) return declined(kName, "no depthwise convolution with constant kernels between pointwise ones");
  const std::int64_t images = node.attrs.integer("images");
  const Step depthwise = step_of(body, body.nodes[count - 2], images), project = step_of(body, body.nodes[count - 1], images);
  if (!is_depthwise(depthwise.geometry) || !is_pointwise(project.geometry) || depthwise.residual) return declined(kName, "no depthwise convolution before a pointwise one");
  if (depthwise.geometry.empty() || project.geometry.empty()) return declined(kName, "nothing to compute");
  if (depthwise.geometry.in_channels % m.lanes() != 0) return declined(kName, std::to_string(depthwise.geometry.in_channels) + " channels are not whole vectors");
  const Node& last = body.nodes.back();
  if (project.residual && last.inputs.back() != body.nodes[0].inputs[0]) return declined(kName, "something else than its input is added");
  auto block = std::make_shared<Block>();
  DepthwiseBlock b;
  b.geometry = depthwise.geometry;
  b.depthwise_bias = depthwise.bias, b.residual = project.residual;
  b.depthwise_epilogue = depthwise.epilogue;
  b.project = {project.geometry.in_channels, project.geometry.out_channels, project.bias, project.epilogue};
  if (count == 3) {
    const Step expand = step_of(body, body.nodes[0], images);
    if (!is_pointwise(expand.geometry) || expand.residual) return declined(kName, "no pointwise convolution before the depthwise one");
    b.expands = true;
    b.expand = {expand.geometry.in_channels, expand.geometry.out_channels, expand.bias, expand.epilogue};
    block->expand = expand.kernel, block->expand_bias = expand.bias_input;
  }
  block->depthwise = depthwise.kernel, block->depthwise_bias = depthwise.bias_input;
  block->project = project.kernel, block->project_bias = project.bias_input;
  block->plan = plan_depthwise_block(b);
  const std::size_t scratch = block->plan.scratch();
  std::string note = block->plan.describe();
  return Kernel{kName, run, std::move(block), scratch, std::move(note)};
}

}  // namespace

void add_depthwise_block(CandidateTable& table) { table.add("by_images", candidate); }

}  // namespace candor::cpu
