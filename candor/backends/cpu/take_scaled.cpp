// take_scaled: gathers rows of pixels, asking for the next row while it converts one.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/take_scaled.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/base/threads.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void scale_row(const std::uint8_t* from, float* out, std::int64_t count, float scale) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<std::int32_t, decltype(d)> di;
  const hn::Rebind<std::uint8_t, decltype(d)> d8;
  constexpr std::int64_t lanes = HWY_LANES(float);
  const auto factor = hn::Set(d, scale);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::Mul(hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(d8, from + i))), factor), d, out + i);
  for (; i < count; ++i) out[i] = static_cast<float>(from[i]) * scale;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

constexpr std::int64_t task_bytes = 16 << 10, least_parallel = 64 << 10;  // of the result

struct Plan {
  void (*row)(const std::uint8_t*, float*, std::int64_t, float) = nullptr;
  std::int64_t extent = 0, count = 0, length = 1, grain = 1;
  std::int64_t column_parts = 1;  // where the next kernels cut columns: a number stays in the cache of the core that wrote it
  float scale = 1;
};

template <class I>
void gather(const KernelArgs& args, const Plan& p) {
  const I* index = args.input<I>(1);
  const auto place = [&](std::int64_t k) { return index[k] < 0 ? static_cast<std::int64_t>(index[k]) + p.extent : static_cast<std::int64_t>(index[k]); };
  bool inside = true;
  for (std::int64_t k = 0; k < p.count; ++k) inside &= place(k) >= 0 && place(k) < p.extent;
  if (!inside) return args.node->op->reference(args);  // which says which index it is
  const auto* in = args.input<std::uint8_t>(0);
  const auto part = [&](std::int64_t k, std::int64_t end, std::int64_t from, std::int64_t length) {
    for (; k < end; ++k) {
      if (k + 1 < end) {
        const std::uint8_t* next = in + place(k + 1) * p.length + from;
        for (std::int64_t i = 0; i < length; i += 64) __builtin_prefetch(next + i);
      }
      p.row(in + place(k) * p.length + from, args.output<float>(0) + k * p.length + from, length, p.scale);
    }
  };
  if (p.column_parts > 1) {
    const auto start = [&](std::int64_t t) { return std::min(p.length, part_start((p.length + 15) / 16, p.column_parts, t) * 16); };
    return parallel_for(p.column_parts, [&](std::int64_t t) { part(0, p.count, start(t), start(t + 1) - start(t)); });
  }
  parallel_for((p.count + p.grain - 1) / p.grain, [&](std::int64_t t) { part(t * p.grain, std::min(p.count, (t + 1) * p.grain), 0, p.length); });
}

void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  args.node->in[1].dtype == DType::i64 ? gather<std::int64_t>(args, p) : gather<std::int32_t>(args, p);
}

Answer candidate(const NodeInfo& node, const Machine&) {
  const char* name = "cpu.take_scaled";
  if (node.out[0].size() == 0) return declined(name, "nothing to take");
  Plan p;
  p.row = CANDOR_PICK(scale_row);
  p.extent = node.in[0].shape[0];
  p.count = node.in[1].size();
  p.length = node.out[0].size() / p.count;
  p.scale = static_cast<float>(node.attrs.number("scale"));
  const auto total = static_cast<std::int64_t>(node.out[0].bytes());
  p.grain = total < least_parallel ? p.count : std::max<std::int64_t>(1, task_bytes / (4 * p.length));
  if (node.attrs.has("columns") && p.grain < p.count && p.count <= 512 && p.length >= 256) p.column_parts = 4;
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.note = (p.column_parts > 1 ? "columns of rows of " : "rows of ") + std::to_string(p.length) + (p.grain == p.count ? ", inline" : ", parallel");
  kernel.block = std::make_shared<const Plan>(p);
  return kernel;
}

}  // namespace

void add_take_scaled(CandidateTable& table) { table.add("take_scaled", candidate); }

}  // namespace candor::cpu
#endif
