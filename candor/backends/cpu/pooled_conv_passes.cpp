#include "candor/backends/cpu/pooled_conv_passes.h"

#include "candor/backends/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/pooled_conv_passes.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using pooled::Pass;
using pooled::Walk;
constexpr int kFull = HWY_LANES(float);
// Registers for sums: of 32, of 16 that take a factor from memory, of 16 that do not multiply and add at once.
constexpr int kMostSums = HWY_TARGET <= HWY_AVX3 ? 20 : HWY_TARGET == HWY_AVX2 ? 12 : 10;

template <class D, int kR, int kV>
void sum_kernel(const Walk& walk, const Pass& pass, const float* image, const float* c, const std::int32_t* index, std::int64_t cells, float* sums) {
  const D d;
  constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(pass.last));
  const float* first = image + pass.from;
  for (std::int64_t o = 0; o < walk.channels; ++o) {
    float* to = sums + o * walk.window + pass.start;
    hn::Vec<D> acc[kR][kV];
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v) acc[r][v] = hn::LoadU(d, to + (r * kV + v) * lanes);
    }
    for (std::int64_t i = 0, at = o; i < cells; ++i, at += walk.channels) {
      const float* x = first + walk.offset[index[at]];
      const auto factor = hn::Set(d, c[at]);
#pragma GCC unroll 8
      for (int r = 0; r < kR; ++r, x += walk.line) {
#pragma GCC unroll 8
        for (int v = 0; v < kV - 1; ++v) acc[r][v] = hn::MulAdd(factor, hn::LoadU(d, x + v * lanes), acc[r][v]);
        acc[r][kV - 1] = hn::MulAdd(factor, load_part(d, x + (kV - 1) * lanes, mask, pass.last), acc[r][kV - 1]);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v) hn::StoreU(acc[r][v], d, to + (r * kV + v) * lanes);
    }
  }
}

template <class D, int kR, int kV>
void sum_input(const Walk& walk, const Pass& pass, float* image, const float* c, const std::int32_t* list, std::int64_t count, const float* kernel) {
  const D d;
  constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
  hn::Vec<D> acc[kR][kV];
#pragma GCC unroll 8
  for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kV; ++v) acc[r][v] = hn::Zero(d);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const float* w = kernel + list[i] * walk.window + pass.start;
    const auto factor = hn::Set(d, c[list[i]]);
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v) acc[r][v] = hn::MulAdd(factor, hn::LoadU(d, w + (r * kV + v) * lanes), acc[r][v]);
    }
  }
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(pass.last));
  float* to = image + pass.from;
#pragma GCC unroll 8
  for (int r = 0; r < kR; ++r, to += walk.line) {
#pragma GCC unroll 8
    for (int v = 0; v < kV - 1; ++v) hn::StoreU(hn::Add(hn::LoadU(d, to + v * lanes), acc[r][v]), d, to + v * lanes);
    float* end = to + (kV - 1) * lanes;
    store_part(hn::Add(load_part(d, end, mask, pass.last), acc[r][kV - 1]), d, end, mask, pass.last);
  }
}

template <class D, int kR, int kV>
void enter(pooled::Functions& set) {
  if constexpr (kR * kV <= kMostSums) {
    set.kernel[kR][kV] = &sum_kernel<D, kR, kV>;
    set.input[kR][kV] = &sum_input<D, kR, kV>;
  }
}

template <class D>
pooled::Functions made() {
  pooled::Functions set;
  set.lanes = static_cast<int>(hn::MaxLanes(D()));
  enter<D, 1, 1>(set), enter<D, 3, 1>(set), enter<D, 5, 1>(set);
  if constexpr (hn::MaxLanes(D()) == kFull) {
    enter<D, 1, 2>(set), enter<D, 3, 2>(set), enter<D, 5, 2>(set);
    enter<D, 1, 3>(set), enter<D, 3, 3>(set);
    enter<D, 1, 4>(set), enter<D, 2, 4>(set), enter<D, 3, 4>(set), enter<D, 5, 4>(set);
    enter<D, 1, 6>(set), enter<D, 3, 6>(set);
  }
  return set;
}

const pooled::Functions* find(bool half) {
  static const pooled::Functions full_set = made<hn::ScalableTag<float>>(), half_set = made<hn::CappedTag<float, kFull / 2>>();
  return half ? &half_set : &full_set;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::pooled {

const Functions& functions(bool half) { return *CANDOR_PICK(find)(half); }

}  // namespace candor::cpu::pooled
#endif
