// cached_attention in f32: a query's scores lie in one row of scratch, keys and values are read where the cache has them.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/cached_attention.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/math.h"
#include "candor/backends/cpu/partial.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/ops/attention_form.h"

#ifndef CANDOR_CPU_CACHED_ATTENTION_ROW
#define CANDOR_CPU_CACHED_ATTENTION_ROW
namespace candor::cpu {
/// One query of one head against `count` keys and values, rows apart by k_row and v_row.
struct CachedRow {
  const float *q, *k, *v;
  std::int64_t k_row, v_row, count, head, value_head;
  float scale;
  float *scores, *out;  ///< scores: `count` and a vector more
};
}  // namespace candor::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void cached_row(const CachedRow& r) {
  using F = hn::ScalableTag<float>;
  using V = hn::Vec<F>;
  constexpr std::int64_t lanes = HWY_LANES(float);
  const F d;
  const auto rest_of = [&](std::int64_t n) { return hn::FirstN(d, static_cast<std::size_t>(n % lanes)); };
  const auto head_rest = rest_of(r.head), value_rest = rest_of(r.value_head);
  const std::int64_t head_whole = r.head / lanes * lanes, value_whole = r.value_head / lanes * lanes;
  float largest = -std::numeric_limits<float>::infinity();
  for (std::int64_t s = 0; s < r.count; ++s) {
    const float* k = r.k + s * r.k_row;
    V sum = hn::Zero(d);
    for (std::int64_t i = 0; i < head_whole; i += lanes) sum = hn::MulAdd(hn::LoadU(d, r.q + i), hn::LoadU(d, k + i), sum);
    if (head_whole < r.head) {
      const int left = static_cast<int>(r.head - head_whole);
      sum = hn::MulAdd(load_part(d, r.q + head_whole, head_rest, left), load_part(d, k + head_whole, head_rest, left), sum);
    }
    const float score = hn::GetLane(hn::SumOfLanes(d, sum)) * r.scale;
    r.scores[s] = score;
    largest = score > largest ? score : largest;
  }
  // Not a number goes on into the sum: the result shows it.
  const V shift = hn::Set(d, largest);
  V totals = hn::Zero(d);
  for (std::int64_t s = 0; s < r.count; s += lanes) {
    const auto inside = hn::FirstN(d, static_cast<std::size_t>(std::min(lanes, r.count - s)));
    const V e = hn::IfThenElseZero(inside, exp(d, hn::Sub(hn::LoadU(d, r.scores + s), shift)));
    hn::StoreU(e, d, r.scores + s);
    totals = hn::Add(totals, e);
  }
  const V share = hn::Set(d, 1 / hn::GetLane(hn::SumOfLanes(d, totals)));
  std::int64_t i = 0;
  for (; i + 4 * lanes <= r.value_head; i += 4 * lanes) {
    V a = hn::Zero(d), b = a, c = a, e = a;
    const float* v = r.v + i;
    for (std::int64_t s = 0; s < r.count; ++s, v += r.v_row) {
      const V w = hn::Set(d, r.scores[s]);
      a = hn::MulAdd(w, hn::LoadU(d, v), a);
      b = hn::MulAdd(w, hn::LoadU(d, v + lanes), b);
      c = hn::MulAdd(w, hn::LoadU(d, v + 2 * lanes), c);
      e = hn::MulAdd(w, hn::LoadU(d, v + 3 * lanes), e);
    }
    hn::StoreU(hn::Mul(a, share), d, r.out + i);
    hn::StoreU(hn::Mul(b, share), d, r.out + i + lanes);
    hn::StoreU(hn::Mul(c, share), d, r.out + i + 2 * lanes);
    hn::StoreU(hn::Mul(e, share), d, r.out + i + 3 * lanes);
  }
  for (; i < value_whole; i += lanes) {
    V a = hn::Zero(d);
    for (std::int64_t s = 0; s < r.count; ++s) a = hn::MulAdd(hn::Set(d, r.scores[s]), hn::LoadU(d, r.v + s * r.v_row + i), a);
    hn::StoreU(hn::Mul(a, share), d, r.out + i);
  }
  if (i < r.value_head) {
    const int left = static_cast<int>(r.value_head - i);
    V a = hn::Zero(d);
    for (std::int64_t s = 0; s < r.count; ++s) a = hn::MulAdd(hn::Set(d, r.scores[s]), load_part(d, r.v + s * r.v_row + i, value_rest, left), a);
    store_part(hn::Mul(a, share), d, r.out + i, value_rest, left);
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

struct CachedPlan {
  candor::attention::CachedForm form;
  void (*row)(const CachedRow&);
  std::int64_t tasks, slots, slot_floats;
};

void run_cached(const KernelArgs& args) {
  const CachedPlan& p = *static_cast<const CachedPlan*>(args.block);
  const auto& f = p.form;
  const std::int64_t start = f.start_of(args);
  run_tasks(p.tasks, p.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t t = task % f.queries, h = task / f.queries % f.heads, b = task / f.queries / f.heads, kh = h / f.group();
    const std::int64_t end = start + t + 1, first = f.first_key(end);
    CachedRow row;
    row.q = args.input<float>(0) + ((b * f.queries + t) * f.heads + h) * f.head;
    row.k = args.input<float>(1) + ((b * f.keys + first) * f.key_heads + kh) * f.head;
    row.v = args.input<float>(2) + ((b * f.keys + first) * f.key_heads + kh) * f.value_head;
    row.k_row = f.key_heads * f.head, row.v_row = f.key_heads * f.value_head;
    row.count = end - first, row.head = f.head, row.value_head = f.value_head, row.scale = static_cast<float>(f.scale);
    row.scores = reinterpret_cast<float*>(args.scratch) + slot * p.slot_floats;
    row.out = args.output<float>(0) + ((b * f.queries + t) * f.heads + h) * f.value_head;
    p.row(row);
  });
}

Answer cached_attention_candidate(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu.cached_attention";
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)) + ", f32 only");
  const candor::attention::CachedForm f(node);
  if (f.batch * f.queries * f.keys * f.heads * f.head * f.value_head == 0) return declined(name, "an empty tensor");
  const std::int64_t tasks = f.batch * f.heads * f.queries;
  const auto plan = std::make_shared<const CachedPlan>(CachedPlan{f, CANDOR_PICK(cached_row), tasks, slots_for(tasks), (f.keys + 31) / 16 * 16});
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_cached;
  kernel.scratch = static_cast<std::size_t>(plan->slots * plan->slot_floats) * sizeof(float);
  kernel.note = std::to_string(tasks) + " tasks";
  kernel.block = plan;
  return kernel;
}

}  // namespace

void add_cached_attention(CandidateTable& table) { table.add(candor::attention::cached_name, cached_attention_candidate); }

}  // namespace candor::cpu
#endif
