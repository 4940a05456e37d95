// Cross-entropy of few classes: as many rows at once as a vector has lanes, a vector for each class.
#include "candor/backends/cpu/softmax.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/softmax_short.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>

#include "candor/backends/cpu/math.h"

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
    const auto last = static_cast<std::int32_t>(std::min(lanes, r.rows - first) - 1);
    const auto index = hn::Mul(hn::Min(hn::Iota(di, 0), hn::Set(di, last)), hn::Set(di, static_cast<std::int32_t>(r.classes)));
    largest = hn::GatherIndex(d, x, index);
    hn::Store(largest, d, e);
    for (std::int64_t c = 1; c < r.classes; ++c) {
      const V v = hn::GatherIndex(d, x + c, index);
      hn::Store(v, d, e + c * lanes);
      largest = hn::Max(largest, v);
    }
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

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::softmax {

Function sparse_loss_of_few() { return CANDOR_PICK(sparse_short); }
Function sparse_gradient_of_few() { return CANDOR_PICK(sparse_back_short); }

}  // namespace candor::cpu::softmax
#endif
