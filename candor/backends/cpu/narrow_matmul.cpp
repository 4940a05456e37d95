// narrow_matmul: weights of 16 or 8 bits become f32 in the registers, on their way from the memory. Few rows of x: sums of products along the rows of
// the weights. Many: blocks of the weights are widened once and multiplied by the tiles of matmul.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/narrow_matmul.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/block_product.h"
#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/narrow_rows.h"
#include "candor/backends/cpu/tasks.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using NarrowF = hn::ScalableTag<float>;
constexpr std::int64_t narrow_lanes = HWY_LANES(float);

struct NarrowBf16 {
  using T = std::uint16_t;
  static HWY_INLINE hn::Vec<NarrowF> load(const T* p) {
    const hn::ScalableTag<std::uint32_t> d;
    return hn::BitCast(NarrowF(), hn::ShiftLeft<16>(hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint16_t, decltype(d)>(), p))));
  }
  static float one(T bits) {
    const std::uint32_t wide = std::uint32_t{bits} << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
  }
};
struct NarrowF32 {
  using T = float;
  static HWY_INLINE hn::Vec<NarrowF> load(const T* p) { return hn::LoadU(NarrowF(), p); }
  static float one(T value) { return value; }
};
struct NarrowI8 {
  using T = std::int8_t;
  static HWY_INLINE hn::Vec<NarrowF> load(const T* p) {
    const hn::ScalableTag<std::int32_t> d;
    return hn::ConvertTo(NarrowF(), hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::int8_t, decltype(d)>(), p)));
  }
  static float one(T value) { return value; }
};

/// `outs` rows of w at once against `rows` rows of x.
template <class Kind, int rows, int outs>
HWY_INLINE void narrow_block(const NarrowRows& r, std::int64_t j) {
  using T = typename Kind::T;
  constexpr std::int64_t line = 64 / sizeof(T), ahead = 2048;
  const NarrowF d;
  const T* w = static_cast<const T*>(r.w) + j * r.inputs;
  hn::Vec<NarrowF> sums[rows * outs];
  for (auto& sum : sums) sum = hn::Zero(d);
  std::int64_t i = 0;
  const auto step = [&](std::int64_t at) HWY_ATTR {
    for (int o = 0; o < outs; ++o) {
      const auto v = Kind::load(w + o * r.inputs + at);
      for (int m = 0; m < rows; ++m) sums[m * outs + o] = hn::MulAdd(v, hn::LoadU(d, r.x + m * r.inputs + at), sums[m * outs + o]);
    }
  };
  for (; i + line <= r.inputs; i += line) {
    for (int o = 0; o < outs; ++o) __builtin_prefetch(reinterpret_cast<const char*>(w + o * r.inputs + i) + ahead * outs);
    for (std::int64_t part = 0; part < line; part += narrow_lanes) step(i + part);
  }
  for (; i + narrow_lanes <= r.inputs; i += narrow_lanes) step(i);
  for (int o = 0; o < outs; ++o)
    for (int m = 0; m < rows; ++m) {
      float sum = hn::GetLane(hn::SumOfLanes(d, sums[m * outs + o]));
      for (std::int64_t k = i; k < r.inputs; ++k) sum += r.x[m * r.inputs + k] * Kind::one(w[o * r.inputs + k]);
      r.y[m * r.y_row + j + o] = r.factors ? sum * r.factors[j + o] : sum;
    }
}

template <class Kind, int rows>
HWY_INLINE void narrow_sums(const NarrowRows& r) {
  constexpr int outs = rows > 2 ? 2 : 4;
  std::int64_t j = 0;
  for (; j + outs <= r.outputs; j += outs) narrow_block<Kind, rows, outs>(r, j);
  for (; j < r.outputs; ++j) narrow_block<Kind, rows, 1>(r, j);
}

template <class Kind>
void narrow_rows_of(const NarrowRows& r) {
  switch (r.rows) {
    case 1: return narrow_sums<Kind, 1>(r);
    case 2: return narrow_sums<Kind, 2>(r);
    case 3: return narrow_sums<Kind, 3>(r);
    default: return narrow_sums<Kind, 4>(r);
  }
}

template <class Kind>
void widen(const void* from, float* to, std::int64_t count) {
  const auto* w = static_cast<const typename Kind::T*>(from);
  std::int64_t i = 0;
  for (; i + narrow_lanes <= count; i += narrow_lanes) hn::StoreU(Kind::load(w + i), NarrowF(), to + i);
  for (; i < count; ++i) to[i] = Kind::one(w[i]);
}

NarrowFunctions narrow_bf16() { return {narrow_rows_of<NarrowBf16>, widen<NarrowBf16>}; }
NarrowFunctions narrow_f32() { return {narrow_rows_of<NarrowF32>, widen<NarrowF32>}; }
NarrowFunctions narrow_i8() { return {narrow_rows_of<NarrowI8>, widen<NarrowI8>}; }

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {

NarrowFunctions narrow_functions(DType dtype) {
  if (dtype == DType::f32) return CANDOR_PICK(narrow_f32)();
  return dtype == DType::bf16 ? CANDOR_PICK(narrow_bf16)() : CANDOR_PICK(narrow_i8)();
}

namespace {

constexpr std::int64_t few_rows = narrow_most_rows, block_outputs = 64, block_inputs = 256;

struct NarrowPlan {
  NarrowFunctions functions;
  const TileSet* tiles;
  std::int64_t rows, outputs, inputs, task_outputs, tasks, slots;
  std::size_t size;  ///< bytes of a weight
  bool factors;
};

void run_narrow(const KernelArgs& args) {
  const NarrowPlan& p = *static_cast<const NarrowPlan*>(args.block);
  const float *x = args.input<float>(0), *factors = p.factors ? args.input<float>(2) : nullptr;
  const std::byte* w = args.input<std::byte>(1);
  float* y = args.output<float>(0);
  run_tasks(p.tasks, p.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t j = task * p.task_outputs, outputs = std::min(p.task_outputs, p.outputs - j);
    const std::byte* own = w + static_cast<std::size_t>(j * p.inputs) * p.size;
    if (p.rows <= few_rows) return p.functions.rows({x, own, factors ? factors + j : nullptr, y + j, p.rows, outputs, p.inputs, p.outputs});
    float *wide = reinterpret_cast<float*>(args.scratch) + slot * 2 * block_outputs * block_inputs, *turned = wide + block_outputs * block_inputs;
    for (std::int64_t i = 0; i < p.inputs; i += block_inputs) {
      const std::int64_t depth = std::min(block_inputs, p.inputs - i);
      for (std::int64_t o = 0; o < outputs; ++o) p.functions.widen(own + static_cast<std::size_t>(o * p.inputs + i) * p.size, wide + o * block_inputs, depth);
      transpose_block(wide, block_inputs, outputs, depth, turned, block_outputs);
      multiply(*p.tiles, {x + i, p.inputs, 1}, {turned, block_outputs, 1}, y + j, p.outputs, p.rows, outputs, depth, i > 0);
    }
    for (std::int64_t r = 0; factors && r < p.rows; ++r)
      for (std::int64_t o = 0; o < outputs; ++o) y[r * p.outputs + j + o] *= factors[j + o];
  });
}

Answer narrow_candidate(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.narrow_matmul";
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)) + ", f32 only");
  const DType dtype = node.in[1].dtype;
  NarrowPlan p{narrow_functions(dtype), &tile_set(), 0, node.in[1].shape[0], node.in[1].shape[1], block_outputs, 1, 1, size_of(dtype), node.in.size() == 3};
  if (node.out[0].size() * p.inputs == 0) return declined(name, "an empty tensor");
  p.rows = node.out[0].size() / p.outputs;
  // Few rows: each task streams some 64 KB of weights, so that waking the others pays.
  if (p.rows <= few_rows) p.task_outputs = std::clamp<std::int64_t>((std::int64_t{64} << 10) / (p.inputs * static_cast<std::int64_t>(p.size)) / 4 * 4, 4, 4096);
  p.tasks = (p.outputs + p.task_outputs - 1) / p.task_outputs;
  p.slots = slots_for(p.tasks);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_narrow;
  kernel.scratch = p.rows <= few_rows ? 0 : static_cast<std::size_t>(p.slots * 2 * block_outputs * block_inputs) * sizeof(float);
  kernel.note = std::string(to_string(dtype)) + " weights, " + (p.rows <= few_rows ? "" : "widened by blocks, ") + std::to_string(p.tasks) + " tasks";
  kernel.block = std::make_shared<const NarrowPlan>(p);
  return kernel;
}

}  // namespace

void add_narrow_matmul(CandidateTable& table) { table.add("narrow_matmul", narrow_candidate); }

}  // namespace candor::cpu
#endif
