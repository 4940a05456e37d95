// Cross-entropy of few classes: as many rows at once as a vector has lanes, a vector for each class.
#include "candor/backends/cpu/softmax.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/softmax_short.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>

#include "candor/backends/cpu/math.h"
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using softmax::Rows;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
constexpr std::int64_t lanes = HWY_LANES(float);

HWY_INLINE std::int64_t label(const Rows& r, std::int64_t row) {
  return r.wide_labels ? static_cast<const std::int64_t*>(r.labels)[row] : static_cast<const std::int32_t*>(r.labels)[row];
}

// The rows from `first` on, transposed, as exp(score - largest) in `e`: lanes beyond the last row repeat it.
struct Block {
  alignas(64) float e[softmax::few_classes * lanes];
  V largest, total;

  HWY_INLINE void load(const Rows& r, std::int64_t first) {
    const hn::RebindToSigned<F> di;
    const F d;
    const float* x = r.scores + first * r.classes;
    if (r.classes == 4 && first + lanes <= r.rows) {
      V a, b, c, g;
      hn::LoadInterleaved4(d, x, a, b, c, g);
      hn::Store(a, d, e), hn::Store(b, d, e + lanes), hn::Store(c, d, e + 2 * lanes), hn::Store(g, d, e + 3 * lanes);
      largest = hn::Max(hn::Max(hn::Max(a, b), c), g);
      return;
    }
    const auto last = static_cast<std::int32_t>(std::min(lanes, r.rows - first) - 1);
    const auto index = hn::Mul(hn::Min(hn::Iota(di, 0), hn::Set(di, last)), hn::Set(di, static_cast<std::int32_t>(r.classes)));
    largest = hn::GatherIndex(d, x, index);
    hn::Store(largest, d, e);
    for (std::int64_t c = 1; c < r.classes; ++c) {
      const V v = hn::GatherIndex(d, x + c, index);
      hn::Store(v, d, e + c * lanes);
      largest = hn::Max(largest, v);
    }
  }

  HWY_INLINE void exponentials(const Rows& r) {
    const F d;
    total = hn::Zero(d);
    for (std::int64_t c = 0; c < r.classes; ++c) {
      const V v = exp(d, hn::Sub(hn::Load(d, e + c * lanes), largest));
      hn::Store(v, d, e + c * lanes);
      total = hn::Add(total, v);
    }
  }
};

void sparse_short(const Rows& r) {
  const F d;
  Block block;
  alignas(64) float log_total[lanes], largest[lanes];
  for (std::int64_t first = 0; first < r.rows; first += lanes) {
    block.load(r, first);
    block.exponentials(r);
    hn::Store(log(d, block.total), d, log_total);
    hn::Store(block.largest, d, largest);
    for (std::int64_t i = 0; i < std::min(lanes, r.rows - first); ++i)
      r.out[first + i] = log_total[i] - (r.scores[(first + i) * r.classes + label(r, first + i)] - largest[i]);
  }
}

void sparse_back_short(const Rows& r) {
  const F d;
  Block block;
  alignas(64) float share[lanes];
  for (std::int64_t first = 0; first < r.rows; first += lanes) {
    block.load(r, first);
    block.exponentials(r);
    const std::int64_t count = std::min(lanes, r.rows - first);
    hn::Store(hn::Div(hn::Set(d, 1.f), block.total), d, share);
    for (std::int64_t i = 0; i < count; ++i) {
      float* out = r.out + (first + i) * r.classes;
      const float ct = r.cotangent[first + i], scale = share[i];
      for (std::int64_t c = 0; c < r.classes; ++c) out[c] = block.e[c * lanes + i] * scale * ct;
      out[label(r, first + i)] -= ct;
    }
  }
}

// Read as they lie: what is copied number by number and then read as a vector waits for the copies.
HWY_INLINE hn::Vec<hn::RebindToSigned<F>> labels_of(const Rows& r, std::int64_t first, std::int64_t count) {
  const hn::RebindToSigned<F> di;
  if (!r.wide_labels) {
    const auto* labels = static_cast<const std::int32_t*>(r.labels) + first;
    return load_part(di, labels, hn::FirstN(di, static_cast<std::size_t>(count)), static_cast<int>(count));
  }
  const auto* labels = static_cast<const std::int64_t*>(r.labels) + first;
  if (count == lanes) {
    const hn::Repartition<std::int64_t, F> wide;
    return hn::ConcatEven(di, hn::BitCast(di, hn::LoadU(wide, labels + lanes / 2)), hn::BitCast(di, hn::LoadU(wide, labels)));
  }
  alignas(64) std::int32_t copied[lanes] = {};
  for (std::int64_t i = 0; i < count; ++i) copied[i] = static_cast<std::int32_t>(labels[i]);
  return hn::Load(di, copied);
}

// Both, by vectors of rows throughout.
void sparse_both_short(const Rows& r) {
  const hn::RebindToSigned<F> di;
  const F d;
  using VI = hn::Vec<decltype(di)>;
  Block block;
  for (std::int64_t first = 0; first < r.rows; first += lanes) {
    const std::int64_t count = std::min(lanes, r.rows - first);
    const auto rows = hn::FirstN(d, static_cast<std::size_t>(count));
    const VI hit = labels_of(r, first, count);
    const V ct = load_part(d, r.cotangent + first, rows, static_cast<int>(count));
    block.load(r, first);
    V chosen = hn::Zero(d);
    for (std::int64_t c = 0; c < r.classes; ++c)
      chosen = hn::IfThenElse(hn::RebindMask(d, hn::Eq(hit, hn::Set(di, static_cast<std::int32_t>(c)))), hn::Load(d, block.e + c * lanes), chosen);
    block.exponentials(r);
    store_part(hn::Sub(log(d, block.total), hn::Sub(chosen, block.largest)), d, r.losses + first, rows, static_cast<int>(count));
    const V share = hn::Div(hn::Set(d, 1.f), block.total);
    for (std::int64_t c = 0; c < r.classes; ++c) {
      const V mine = hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(hit, hn::Set(di, static_cast<std::int32_t>(c)))), ct);
      hn::Store(hn::Sub(hn::Mul(hn::Mul(hn::Load(d, block.e + c * lanes), share), ct), mine), d, block.e + c * lanes);
    }
    float* out = r.out + first * r.classes;
    if (r.classes == 4 && count == lanes) {
      hn::StoreInterleaved4(hn::Load(d, block.e), hn::Load(d, block.e + lanes), hn::Load(d, block.e + 2 * lanes), hn::Load(d, block.e + 3 * lanes), d, out);
      continue;
    }
    for (std::int64_t i = 0; i < count; ++i, out += r.classes)
      for (std::int64_t c = 0; c < r.classes; ++c) out[c] = block.e[c * lanes + i];
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::softmax {

Function sparse_loss_of_few() { return CANDOR_PICK(sparse_short); }
Function sparse_gradient_of_few() { return CANDOR_PICK(sparse_back_short); }

Function sparse_both_of_few() { return CANDOR_PICK(sparse_both_short); }

}  // namespace candor::cpu::softmax
#endif
