#include "candor/backends/cpu/onednn.h"

#ifdef CANDOR_ONEDNN

#include <omp.h>

#include <atomic>
#include <oneapi/dnnl/dnnl.hpp>

#include "candor/backends/cpu/conv_geometry.h"
#include "candor/backends/cpu/matmul_finish.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/base/error.h"

namespace candor::cpu {
namespace {

constexpr const char* kName = "onednn.conv";

enum class Direction { forward, input, weights };

/// oneDNN splits work by its number of threads, and sums with it. Here it always has one, and Candor's pool runs several of its calls at
/// once on parts of the batch that depend on the shape alone.
struct OneThread {
  int before = omp_get_max_threads();
  OneThread() { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before); }
};

/// What one part of the batch needs while it runs; the addresses are set for each run.
struct Part {
  dnnl::stream stream;
  dnnl::memory image, weights, result, bias, scratchpad;
};

struct Block {
  Direction direction = Direction::forward;
  bool bias = false;
  Epilogue epilogue{};
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::primitive conv, reorder;  ///< reorder: of the kernel into the primitive's layout, or out of it
  mutable std::vector<Part> parts;
  mutable dnnl::memory plain_kernel, blocked_kernel;
  std::int64_t image_floats = 0, result_floats = 0;  ///< of one part
  std::int64_t kernel_size = 0;  ///< floats of the primitive's layout
  std::size_t kernel_floats = 0, scratchpad_floats = 0;  ///< rounded up to cache lines
};

std::size_t floats(std::size_t bytes) { return (bytes + 63) / 64 * 16; }

void check(dnnl_status_t status) {
  if (status != dnnl_success) fail(ErrorKind::internal, "oneDNN: a convolution failed with status " + std::to_string(static_cast<int>(status)));
}

/// Runs a primitive with memory named by its argument numbers. The C interface, because the C++ one wants a map made for each call.
dnnl_status_t execute(const dnnl::primitive& primitive, const dnnl::stream& stream, std::initializer_list<dnnl_exec_arg_t> arguments) {
  return dnnl_primitive_execute(primitive.get(), stream.get(), static_cast<int>(arguments.size()), arguments.begin());
}

void run(const KernelArgs& args) {
  const Block& b = *static_cast<const Block*>(args.block);
  const OneThread one;
  const auto pieces = static_cast<std::int64_t>(b.parts.size());
  auto* scratch = reinterpret_cast<float*>(args.scratch);
  float* kernels = scratch;  // the blocked kernel, or for its gradient one for each part
  float* pads = kernels + b.kernel_floats * (b.direction == Direction::weights ? b.parts.size() : 1);
  const dnnl::stream& stream = b.parts.front().stream;
  b.blocked_kernel.set_data_handle(kernels);
  if (b.direction == Direction::weights) {
    b.plain_kernel.set_data_handle(args.out[0]);
  } else {
    b.plain_kernel.set_data_handle(args.in[1]);
    check(execute(b.reorder, stream, {{DNNL_ARG_FROM, b.plain_kernel.get()}, {DNNL_ARG_TO, b.blocked_kernel.get()}}));
  }
  std::atomic<int> failed{dnnl_success};
  run_tasks(pieces, pieces, [&](std::int64_t piece, std::int64_t) {
    const OneThread inner;
    const auto index = static_cast<std::size_t>(piece);
    Part& part = b.parts[index];
    part.scratchpad.set_data_handle(pads + index * b.scratchpad_floats);
    dnnl_status_t status;
    if (b.direction == Direction::weights) {
      part.image.set_data_handle(static_cast<float*>(args.in[0]) + piece * b.image_floats);
      part.result.set_data_handle(static_cast<float*>(args.in[1]) + piece * b.result_floats);
      part.weights.set_data_handle(kernels + index * b.kernel_floats);
      status = execute(b.conv, part.stream, {{DNNL_ARG_SRC, part.image.get()}, {DNNL_ARG_DIFF_DST, part.result.get()},
                                             {DNNL_ARG_DIFF_WEIGHTS, part.weights.get()}, {DNNL_ARG_SCRATCHPAD, part.scratchpad.get()}});
    } else if (b.direction == Direction::input) {
      part.result.set_data_handle(static_cast<float*>(args.in[0]) + piece * b.result_floats);
      part.image.set_data_handle(static_cast<float*>(args.out[0]) + piece * b.image_floats);
      part.weights.set_data_handle(kernels);
      status = execute(b.conv, part.stream, {{DNNL_ARG_DIFF_DST, part.result.get()}, {DNNL_ARG_WEIGHTS, part.weights.get()},
                                             {DNNL_ARG_DIFF_SRC, part.image.get()}, {DNNL_ARG_SCRATCHPAD, part.scratchpad.get()}});
    } else {
      float* out = static_cast<float*>(args.out[0]) + piece * b.result_floats;
      part.image.set_data_handle(static_cast<float*>(args.in[0]) + piece * b.image_floats);
      part.result.set_data_handle(out);
      part.weights.set_data_handle(kernels);
      if (b.bias) part.bias.set_data_handle(args.in[2]);
      status = b.bias ? execute(b.conv, part.stream, {{DNNL_ARG_SRC, part.image.get()}, {DNNL_ARG_WEIGHTS, part.weights.get()}, {DNNL_ARG_BIAS, part.bias.get()},
                                                      {DNNL_ARG_DST, part.result.get()}, {DNNL_ARG_SCRATCHPAD, part.scratchpad.get()}})
                      : execute(b.conv, part.stream, {{DNNL_ARG_SRC, part.image.get()}, {DNNL_ARG_WEIGHTS, part.weights.get()},
                                                      {DNNL_ARG_DST, part.result.get()}, {DNNL_ARG_SCRATCHPAD, part.scratchpad.get()}});
      if (b.epilogue.lowest == 0) {
        for (std::int64_t i = 0; i < b.result_floats; ++i) out[i] = out[i] < 0 ? 0 : out[i];  // NaN stays
      }
      if (b.epilogue.finish) b.epilogue.finish(out, 0, 1, b.result_floats);
    }
    if (status != dnnl_success) failed = status;
  });
  check(static_cast<dnnl_status_t>(failed.load()));
  if (b.direction != Direction::weights) return;
  constexpr std::int64_t step = 1 << 14;
  const std::int64_t size = b.kernel_size;
  parallel_for((size + step - 1) / step, [&](std::int64_t p) {
    for (std::int64_t piece = 1; piece < pieces; ++piece) {
      const float* from = kernels + static_cast<std::size_t>(piece) * b.kernel_floats;
      for (std::int64_t i = p * step; i < std::min(size, (p + 1) * step); ++i) kernels[i] += from[i];
    }
  });
  check(execute(b.reorder, stream, {{DNNL_ARG_FROM, b.blocked_kernel.get()}, {DNNL_ARG_TO, b.plain_kernel.get()}}));
}

/// The primitive for a part of `images`. Version 3 of the library lost the operation descriptors in between.
struct Made {
  dnnl::primitive primitive;
  dnnl::memory::desc image, weights, result, scratchpad;
};

Made make(const Block& b, const ConvGeometry& g, std::int64_t images) {
  using dnnl::memory;
  const ConvAxis &h = g.axes[1], &w = g.axes[2];
  const auto f32 = memory::data_type::f32;
  const memory::desc image({images, g.in_channels, h.in, w.in}, f32, memory::format_tag::nhwc);
  const memory::desc result({images, g.out_channels, h.out, w.out}, f32, memory::format_tag::nhwc);
  const memory::desc weights({g.out_channels, g.in_channels, h.kernel, w.kernel}, f32, memory::format_tag::any);
  const memory::desc bias = b.bias ? memory::desc({g.out_channels}, f32, memory::format_tag::a) : memory::desc();
  const auto high = [](const ConvAxis& axis) { return axis.reach() - axis.low - axis.in; };
  const memory::dims strides{h.stride, w.stride}, dilation{h.dilation - 1, w.dilation - 1}, low{h.low, w.low}, after{high(h), high(w)};
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto algorithm = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::convolution_forward::primitive_desc forward(b.engine, dnnl::prop_kind::forward_training, algorithm, image, weights, bias, result, strides,
                                                          dilation, low, after, attr);
#else
  const dnnl::convolution_forward::primitive_desc forward(
      dnnl::convolution_forward::desc(dnnl::prop_kind::forward_training, algorithm, image, weights, bias, result, strides, dilation, low, after), attr,
      b.engine);
#endif
  if (b.direction == Direction::forward) return {dnnl::convolution_forward(forward), image, forward.weights_desc(), result, forward.scratchpad_desc()};
  if (b.direction == Direction::input) {
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::convolution_backward_data::primitive_desc d(b.engine, algorithm, image, weights, result, strides, dilation, low, after, forward, attr);
#else
    const dnnl::convolution_backward_data::primitive_desc d(
        dnnl::convolution_backward_data::desc(algorithm, image, weights, result, strides, dilation, low, after), attr, b.engine, forward);
#endif
    return {dnnl::convolution_backward_data(d), image, d.weights_desc(), result, d.scratchpad_desc()};
  }
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::convolution_backward_weights::primitive_desc d(b.engine, algorithm, image, weights, result, strides, dilation, low, after, forward, attr);
#else
  const dnnl::convolution_backward_weights::primitive_desc d(
      dnnl::convolution_backward_weights::desc(algorithm, image, weights, result, strides, dilation, low, after), attr, b.engine, forward);
#endif
  return {dnnl::convolution_backward_weights(d), image, d.diff_weights_desc(), result, d.scratchpad_desc()};
}

/// Why Candor's own kernels serve better, or nothing.
std::string why_not(const NodeInfo& node, const ConvGeometry& g, const Machine& machine) {
  if (machine.isa != Isa::avx512) return "measured with AVX-512 only";
  for (const TensorType& type : node.in)
    if (type.dtype != DType::f32) return "dtype " + std::string(to_string(type.dtype)) + ", f32 only";
  if (g.groups != 1 || g.axes[0].in != 1 || g.axes[0].kernel != 1 || g.axes[0].out != 1 || g.axes[0].low != 0) return "groups or three axes";
  if (g.taps() == 1) return "every pixel alone: a product of matrices";
  if (g.in_channels < 128 || g.out_channels < 128)
    return "channels " + std::to_string(g.in_channels) + " and " + std::to_string(g.out_channels) + ", from 128 on";
  if (g.axes[2].out > 16) return "rows of " + std::to_string(g.axes[2].out) + " pixels, up to 16";
  if (g.images < 4) return "batch of " + std::to_string(g.images) + ", from 4 on";
  if (g.empty()) return "nothing to compute";
  return "";
}

Answer candidate(const NodeInfo& node, const Machine& machine, Direction direction) {
  const Shape& image = direction == Direction::input ? node.out[0].shape : node.in[0].shape;
  const Shape& kernel = direction == Direction::weights ? node.out[0].shape : node.in[1].shape;
  const Shape& result = direction == Direction::forward ? node.out[0].shape : direction == Direction::input ? node.in[0].shape : node.in[1].shape;
  if (image.rank() != 4) return declined(kName, "rank " + std::to_string(image.rank()) + ", images only");
  if (node.attrs.has("residual") && node.attrs.flag("residual")) return declined(kName, "a residual is added");
  const ConvGeometry g = conv_geometry(node.attrs, image, kernel, result);
  if (std::string reason = why_not(node, g, machine); !reason.empty()) return declined(kName, std::move(reason));
  auto block = std::make_shared<Block>();
  block->direction = direction;
  block->epilogue = epilogue_of("linear");
  if (node.attrs.has("activation")) {
    block->bias = node.attrs.flag("bias");
    block->epilogue = epilogue_of(node.attrs.text("activation"));
  }
  std::int64_t images = std::max<std::int64_t>(1, g.images / 4);
  while (g.images % images != 0) --images;
  try {
    const OneThread one;
    using dnnl::memory;
    const Made made = make(*block, g, images);
    const dnnl::engine& engine = block->engine;
    const memory::desc plain({g.out_channels, g.in_channels, g.axes[1].kernel, g.axes[2].kernel}, memory::data_type::f32, memory::format_tag::hwio);
    block->conv = made.primitive;
    const bool back = direction == Direction::weights;
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::reorder::primitive_desc reorder(engine, back ? made.weights : plain, engine, back ? plain : made.weights, attr);
    if (reorder.scratchpad_desc().get_size() != 0) return declined(kName, "the kernel's layout needs scratch memory to change");
    block->reorder = dnnl::reorder(reorder);
    block->plain_kernel = memory(plain, engine, nullptr);
    block->blocked_kernel = memory(made.weights, engine, nullptr);
    block->kernel_size = static_cast<std::int64_t>(made.weights.get_size() / sizeof(float));
    block->kernel_floats = floats(made.weights.get_size());
    block->scratchpad_floats = floats(made.scratchpad.get_size());
    block->image_floats = images * g.in_cells() * g.in_channels;
    block->result_floats = images * g.out_cells() * g.out_channels;
    const memory::desc bias({g.out_channels}, memory::data_type::f32, memory::format_tag::a);
    for (std::int64_t i = 0; i < g.images / images; ++i) {
      block->parts.push_back({dnnl::stream(engine), memory(made.image, engine, nullptr), memory(made.weights, engine, nullptr),
                              memory(made.result, engine, nullptr), memory(bias, engine, nullptr), memory(made.scratchpad, engine, nullptr)});
    }
  } catch (const dnnl::error& error) {
    return declined(kName, std::string("oneDNN: ") + error.what());
  }
  const std::size_t kernels = direction == Direction::weights ? block->parts.size() : 1;
  const std::size_t scratch = (block->kernel_floats * kernels + block->scratchpad_floats * block->parts.size()) * sizeof(float);
  const std::string note = std::to_string(block->parts.size()) + " parts of the batch";
  return Kernel{kName, run, std::move(block), scratch, note};
}

}  // namespace

void add_onednn(CandidateTable& table) {
  table.add({"conv", "fused_conv"}, [](const NodeInfo& node, const Machine& machine) { return candidate(node, machine, Direction::forward); });
  table.add("conv_input_gradient", [](const NodeInfo& node, const Machine& machine) { return candidate(node, machine, Direction::input); });
  table.add("conv_kernel_gradient", [](const NodeInfo& node, const Machine& machine) { return candidate(node, machine, Direction::weights); });
}

}  // namespace candor::cpu

#else

namespace candor::cpu {
void add_onednn(CandidateTable&) {}
}  // namespace candor::cpu

#endif
