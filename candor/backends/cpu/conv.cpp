// The candidates for conv, fused_conv, conv_input_gradient and conv_kernel_gradient in f32.
#include "candor/backends/cpu/conv.h"

#include "candor/backends/cpu/conv_depthwise.h"
#include "candor/backends/cpu/conv_direct.h"
#include "candor/backends/cpu/conv_fold.h"
#include "candor/backends/cpu/conv_pairs.h"
#include "candor/backends/cpu/conv_pixels.h"
#include "candor/backends/cpu/conv_weights.h"
#include "candor/backends/cpu/matmul_long.h"
#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {
namespace {

constexpr const char* kDirect = "cpu.conv.tile";
constexpr const char* kDepthwise = "cpu.conv.depthwise";
constexpr const char* kFold = "cpu.conv.fold";
constexpr const char* kPixels = "cpu.conv.pixels";
constexpr const char* kPointwise = "cpu.conv.matmul";

std::string why_not(const NodeInfo& node) {
  for (const TensorType& type : node.in) {
    if (type.dtype != DType::f32) return "dtype " + std::string(to_string(type.dtype)) + ", f32 only";
  }
  const int rank = node.in[0].shape.rank();
  if (rank < 3 || rank > 5) return "rank " + std::to_string(rank);
  return "";
}

bool has_residual(const NodeInfo& node) { return node.attrs.has("residual") && node.attrs.flag("residual"); }

void run_forward(const KernelArgs& args) {
  const auto& plan = *static_cast<const ConvPlan*>(args.block);
  run_conv(plan, args.input<float>(0), args.input<float>(1), plan.bias ? args.input<float>(2) : nullptr, args.output<float>(0),
           reinterpret_cast<float*>(args.scratch), plan.residual ? args.input<float>(plan.bias ? 3 : 2) : nullptr);
}

void run_pixels(const KernelArgs& args) {
  const auto& plan = *static_cast<const ConvPixelsPlan*>(args.block);
  run_conv_pixels(plan, args.input<float>(0), args.input<float>(1), plan.bias ? args.input<float>(2) : nullptr, args.output<float>(0),
                  reinterpret_cast<float*>(args.scratch));
}

struct PooledPixels {
  ConvPixelsPlan plan;
  bool index = false;
};

void run_pixels_and_pool(const KernelArgs& args) {
  const auto& block = *static_cast<const PooledPixels*>(args.block);
  run_pooled_pixels(block.plan, args.input<float>(0), args.input<float>(1), block.plan.bias ? args.input<float>(2) : nullptr, args.output<float>(0),
                    block.index ? args.output<std::int32_t>(1) : nullptr, reinterpret_cast<float*>(args.scratch));
}

void run_fold(const KernelArgs& args) {
  run_conv_fold(*static_cast<const ConvFoldPlan*>(args.block), args.input<float>(0), args.input<float>(1), args.output<float>(0),
                reinterpret_cast<float*>(args.scratch));
}

void run_weights(const KernelArgs& args) {
  run_conv_weights(*static_cast<const ConvWeightsPlan*>(args.block), args.input<float>(0), args.input<float>(1), args.output<float>(0),
                   reinterpret_cast<float*>(args.scratch));
}

void run_pointwise_weights(const KernelArgs& args) {
  run_long_matmul(*static_cast<const LongMatmulPlan*>(args.block), args.input<float>(0), args.input<float>(1), args.output<float>(0),
                  reinterpret_cast<float*>(args.scratch));
}

void run_depthwise_forward(const KernelArgs& args) {
  const auto& plan = *static_cast<const DepthwisePlan*>(args.block);
  run_depthwise(plan, args.input<float>(0), args.input<float>(1), plan.bias ? args.input<float>(2) : nullptr, args.output<float>(0));
}

void run_depthwise_back(const KernelArgs& args) {
  run_depthwise_input_gradient(*static_cast<const DepthwisePlan*>(args.block), args.input<float>(0), args.input<float>(1), args.output<float>(0));
}

void run_depthwise_sums(const KernelArgs& args) {
  run_depthwise_weights(*static_cast<const DepthwisePlan*>(args.block), args.input<float>(0), args.input<float>(1), args.output<float>(0),
                        reinterpret_cast<float*>(args.scratch));
}

Kernel depthwise(KernelFn run, DepthwisePlan plan) {
  const std::size_t scratch = plan.scratch();
  std::string note = plan.tasks == 1 ? "inline" : std::to_string(plan.tasks) + " tasks";
  return {kDepthwise, run, std::make_shared<DepthwisePlan>(plan), scratch, std::move(note)};
}

void run_pointwise(const KernelArgs& args) {
  const auto& plan = *static_cast<const MatmulPlan*>(args.block);
  run_matmul(plan, args.input<float>(0), args.input<float>(1), plan.problem.bias ? args.input<float>(2) : nullptr,
             plan.problem.residual ? args.input<float>(plan.problem.bias ? 3 : 2) : nullptr, args.output<float>(0), reinterpret_cast<float*>(args.scratch));
}

Kernel pointwise(MatmulProblem p) {
  p.a_row = p.transpose_a ? p.m : p.k;
  p.b_row = p.transpose_b ? p.k : p.n;
  p.a_start = p.b_start = {0};
  auto plan = std::make_shared<MatmulPlan>(plan_matmul(std::move(p)));
  return {kPointwise, run_pointwise, plan, plan->scratch(), plan->describe()};
}

Kernel direct(const ConvGeometry& g, KernelOrder order, bool bias, Epilogue epilogue, bool residual = false, bool constant = false) {
  auto plan = std::make_shared<ConvPlan>(plan_conv(g, order, bias, epilogue, constant));
  plan->residual = residual;
  return {kDirect, run_forward, plan, plan->scratch(), plan->describe()};
}

MatmulProblem problem(std::int64_t m, std::int64_t n, std::int64_t k, Epilogue epilogue = epilogue_of("linear")) {
  MatmulProblem p;
  p.m = m;
  p.n = n;
  p.k = k;
  p.lowest = epilogue.lowest, p.highest = epilogue.highest;
  p.finish = epilogue.finish_after_cut();
  return p;
}

Answer conv_candidate(const NodeInfo& node, const Machine& m) {
  if (const std::string reason = why_not(node); !reason.empty()) return declined(kDirect, reason);
  const ConvGeometry g = conv_geometry(node.attrs, node.in[0].shape, node.in[1].shape, node.out[0].shape);
  if (g.empty()) return declined(kDirect, "nothing to compute");
  const bool fused = node.attrs.has("activation");
  const bool bias = fused && node.attrs.flag("bias"), residual = has_residual(node);
  const Epilogue epilogue = epilogue_of(fused ? node.attrs.text("activation") : "linear");
  if (is_pointwise(g)) {
    MatmulProblem p = problem(g.images * g.out_cells(), g.out_channels, g.in_channels, epilogue);
    p.bias = bias;
    p.residual = residual;
    p.constant_b = has_constant_kernel(node);
    return pointwise(std::move(p));
  }
  if (residual && g.out_channels < m.lanes()) return declined(kDirect, "a residual beside few channels");
  if (is_depthwise(g)) return depthwise(run_depthwise_forward, plan_depthwise(g, bias, epilogue));
  if (can_run_by_pixels(g, m.lanes())) {
    auto plan = std::make_shared<ConvPixelsPlan>(plan_conv_pixels(g, bias, epilogue, has_constant_kernel(node)));
    return Kernel{kPixels, run_pixels, plan, plan->scratch(), plan->describe()};
  }
  return direct(g, KernelOrder::as_is, bias, epilogue, residual, has_constant_kernel(node));
}

Answer input_gradient_candidate(const NodeInfo& node, const Machine& m) {
  if (const std::string reason = why_not(node); !reason.empty()) return declined(kDirect, reason);
  const ConvGeometry g = conv_geometry(node.attrs, node.out[0].shape, node.in[1].shape, node.in[0].shape);
  if (g.empty()) return declined(kDirect, "nothing to compute");
  if (is_pointwise(g)) {
    MatmulProblem p = problem(g.images * g.out_cells(), g.in_channels, g.out_channels);
    p.transpose_b = true;
    return pointwise(std::move(p));
  }
  if (is_depthwise(g)) return depthwise(run_depthwise_back, plan_depthwise_input_gradient(g));
  // Worth it where walking the padded image would meet zeros between strides, or leave lanes empty.
  const bool strided = g.axes[1].stride > 1 || g.axes[2].stride > 1;
  if (can_fold(g) && (strided || (g.in_channels < m.lanes() && g.out_channels >= m.lanes()))) {
    auto plan = std::make_shared<ConvFoldPlan>(plan_conv_fold(g));
    return Kernel{kFold, run_fold, plan, plan->scratch(), plan->describe()};
  }
  return direct(backward(g), KernelOrder::turned, false, epilogue_of("linear"));
}

Answer kernel_gradient_candidate(const NodeInfo& node, const Machine&) {
  if (const std::string reason = why_not(node); !reason.empty()) return declined(kDirect, reason);
  const ConvGeometry g = conv_geometry(node.attrs, node.in[0].shape, node.out[0].shape, node.in[1].shape);
  if (g.empty()) return declined(kDirect, "nothing to compute");
  if (is_depthwise(g)) return depthwise(run_depthwise_sums, plan_depthwise_weights(g));
  if (is_pointwise(g)) {
    MatmulProblem p = problem(g.in_channels, g.out_channels, g.images * g.out_cells());
    p.transpose_a = true, p.a_row = p.m, p.b_row = p.n;
    p.a_start = p.b_start = {0};
    if (auto split = plan_long_matmul(p, true)) {
      auto plan = std::make_shared<LongMatmulPlan>(*split);
      return Kernel{"cpu.conv.matmul.long", run_pointwise_weights, plan, plan->scratch(), plan->describe()};
    }
  }
  auto plan = std::make_shared<ConvWeightsPlan>(plan_conv_weights(g));
  return Kernel{kDirect, run_weights, plan, plan->scratch(), plan->describe()};
}

}  // namespace

namespace {

void run_pairs(const KernelArgs& args) {
  const auto& plan = *static_cast<const ConvPairsPlan*>(args.block);
  run_conv_pairs(plan, args.input<float>(0), args.input<float>(1), plan.bias ? args.input<float>(2) : nullptr, args.output<float>(0), reinterpret_cast<float*>(args.scratch));
}

}  // namespace

std::optional<Kernel> conv_and_pool(const NodeInfo& conv, const NodeInfo& pool, bool wants_index, const Machine& m) {
  if (pool.op->name != "max_pool" || (conv.op->name != "conv" && conv.op->name != "fused_conv") || !why_not(conv).empty()) return std::nullopt;
  const ConvGeometry g = conv_geometry(conv.attrs, conv.in[0].shape, conv.in[1].shape, conv.out[0].shape);
  const std::vector<std::int64_t> two{2, 2}, none{0, 0};
  const Attrs& a = pool.attrs;
  if (g.empty() || is_pointwise(g) || is_depthwise(g) || a.integers("size") != two || a.integers("strides") != two || a.integers("padding_low") != none ||
      a.integers("padding_high") != none)
    return std::nullopt;
  const bool fused = conv.attrs.has("activation"), bias = fused && conv.attrs.flag("bias");
  const Epilogue epilogue = epilogue_of(fused ? conv.attrs.text("activation") : "linear");
  // Where a gradient follows, neighbours that are equal must be equal to the last bit, as the first of them gets it all.
  if (!wants_index && why_not_by_pairs(g, epilogue).empty()) {
    auto plan = std::make_shared<ConvPairsPlan>(plan_conv_pairs(g, bias, epilogue, has_constant_kernel(conv)));
    const std::size_t scratch = plan->scratch();
    return Kernel{"cpu.conv.pairs+max_pool", run_pairs, plan, scratch, plan->describe()};
  }
  if (!can_run_by_pixels(g, m.lanes())) return std::nullopt;
  auto block = std::make_shared<PooledPixels>();
  block->plan = plan_conv_pixels(g, bias, epilogue, has_constant_kernel(conv));
  block->index = wants_index;
  if (!add_pooling(block->plan, wants_index)) return std::nullopt;
  const std::size_t scratch = block->plan.scratch();
  return Kernel{"cpu.conv.pixels+max_pool", run_pixels_and_pool, block, scratch, block->plan.describe()};
}

void add_conv(CandidateTable& table) {
  table.add({"conv", "fused_conv"}, conv_candidate);
  table.add("conv_input_gradient", input_gradient_candidate);
  table.add("conv_kernel_gradient", kernel_gradient_candidate);
}

}  // namespace candor::cpu
