#include "candor/backends/cpu/by_f32.h"

#include <algorithm>

#include "candor/backends/cpu/tile/functions.h"
#include "candor/base/error.h"
#include "candor/base/threads.h"

namespace candor::cpu {
namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t most_operands = 64;
constexpr std::int64_t piece = 1 << 15;  // elements converted at once; fixed, so that threads change nothing

std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }
bool half(DType dtype) { return dtype == DType::bf16 || dtype == DType::f16; }
TensorType widened(const TensorType& type) { return half(type.dtype) ? TensorType{type.shape, DType::f32} : type; }

struct Plan {
  NodeInfo node;  ///< the same in f32
  Kernel kernel;
  std::vector<std::size_t> in, out;  ///< scratch offset of each operand's copy
  std::size_t inner_scratch = 0;
};

/// Pieces of `count` elements, `from_size` and `to_size` bytes each.
void convert_all(tile::Convert convert, const void* from, std::size_t from_size, std::int64_t count, void* to, std::size_t to_size) {
  parallel_for((count + piece - 1) / piece, [&](std::int64_t p) {
    const std::int64_t begin = p * piece, end = std::min(count, begin + piece);
    const auto at = static_cast<std::size_t>(begin);
    convert(static_cast<const std::byte*>(from) + at * from_size, static_cast<std::byte*>(to) + at * to_size, static_cast<std::size_t>(end - begin));
  });
}

void widen(const void* from, DType dtype, std::int64_t count, float* to) {
  tile::Convert convert = nullptr;
  tile::find_load(dtype, DType::f32, convert);
  convert_all(convert, from, size_of(dtype), count, to, sizeof(float));
}

void narrow(const float* from, DType dtype, std::int64_t count, void* to) {
  tile::Convert convert = nullptr;
  tile::find_store(dtype, convert);
  convert_all(convert, from, sizeof(float), count, to, size_of(dtype));
}

void run(const KernelArgs& args) {
  const auto& plan = *static_cast<const Plan*>(args.block);
  void* pointers[most_operands];
  void **in = pointers, **out = pointers + plan.in.size();
  for (std::size_t i = 0; i < plan.in.size(); ++i) {
    in[i] = args.in[i];
    const TensorType& type = args.node->in[i];
    if (!half(type.dtype)) continue;
    in[i] = args.scratch + plan.in[i];
    widen(args.in[i], type.dtype, type.size(), static_cast<float*>(in[i]));
  }
  for (std::size_t i = 0; i < plan.out.size(); ++i) out[i] = half(args.node->out[i].dtype) ? args.scratch + plan.out[i] : args.out[i];
  plan.kernel.run({&plan.node, in, out, args.scratch + plan.inner_scratch, plan.kernel.block.get(), args.run});
  for (std::size_t i = 0; i < plan.out.size(); ++i) {
    const TensorType& type = args.node->out[i];
    if (half(type.dtype)) narrow(static_cast<const float*>(out[i]), type.dtype, type.size(), args.out[i]);
  }
}

}  // namespace

std::optional<Kernel> kernel_by_f32(const NodeInfo& node, const Machine& machine) {
  bool any = false;
  for (const auto* list : {&node.in, &node.out})
    for (const TensorType& type : *list) any |= half(type.dtype);
  if (!any || node.in.size() + node.out.size() > most_operands || node.attrs.has("dtype") || node.op->alias) return std::nullopt;
  auto plan = std::make_shared<Plan>();
  plan->node = node;
  for (TensorType& type : plan->node.in) type = widened(type);
  for (TensorType& type : plan->node.out) type = widened(type);
  try {
    if (node.op->infer(plan->node.in, node.attrs) != plan->node.out) return std::nullopt;  // the op's own rule decides what it means in f32
  } catch (const Error&) {
    return std::nullopt;
  }
  bool found = false;
  for (Candidate candidate : candidates().of(node.op->name)) {
    Answer answer = candidate(plan->node, machine);
    auto* kernel = std::get_if<Kernel>(&answer);
    if (!kernel) continue;
    plan->kernel = std::move(*kernel);
    found = true;
    break;
  }
  if (!found) return std::nullopt;
  std::size_t scratch = 0;
  const auto room = [&](const TensorType& original, const TensorType& wide, std::vector<std::size_t>& places) {
    places.push_back(scratch);
    if (half(original.dtype)) scratch += aligned(wide.bytes());
  };
  for (std::size_t i = 0; i < node.in.size(); ++i) room(node.in[i], plan->node.in[i], plan->in);
  for (std::size_t i = 0; i < node.out.size(); ++i) room(node.out[i], plan->node.out[i], plan->out);
  plan->inner_scratch = scratch;
  const std::string name = plan->kernel.name + " in f32", note = "converted there and back; " + plan->kernel.note;
  const std::size_t total = scratch + aligned(plan->kernel.scratch);
  return Kernel{name, run, plan, total, note};
}

}  // namespace candor::cpu
