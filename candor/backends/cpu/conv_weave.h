// Vectors that hold a channel of neighbouring pixels each, stored as pixels of those channels. Include after hwy/highway.h, once a target.
#if defined(CANDOR_CPU_CONV_WEAVE_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CANDOR_CPU_CONV_WEAVE_H
#undef CANDOR_CPU_CONV_WEAVE_H
#else
#define CANDOR_CPU_CONV_WEAVE_H
#endif

#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace weave {
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int kLanes = HWY_LANES(float);

/// Which pixel each lane of the result's vectors belongs to, and which lanes a channel fills.
template <int kC>
struct Weave {
  alignas(64) std::int32_t pixel[kC][kLanes];
  std::uint8_t fills[kC][kC][8] = {};  ///< vector, channel: bits of the lanes that are the channel's
  Weave() {
    for (int i = 0; i < kC; ++i) {
      for (int l = 0; l < kLanes; ++l) {
        const int number = i * kLanes + l;
        pixel[i][l] = number / kC;
        fills[i][number % kC][l / 8] = static_cast<std::uint8_t>(fills[i][number % kC][l / 8] | (1 << l % 8));
      }
    }
  }
};

#if HWY_TARGET <= HWY_AVX3
/// Lanes of a, and from kLanes on of b.
HWY_INLINE V FromTwo(V a, V b, const std::int32_t* lanes) { return V{_mm512_permutex2var_ps(a.raw, _mm512_load_si512(lanes), b.raw)}; }

/// The same for an even number of channels by pairs: channels 2 p and 2 p + 1 side by side, then each vector of the result from one pair after the other.
template <int kC>
struct PairWeave {
  alignas(64) std::int32_t side[2][kLanes];              ///< lower and upper pixels of two channels
  alignas(64) std::int32_t from[kC][kC / 2][kLanes];     ///< vector, pair: lanes of what the pairs before gave, or of this pair
  PairWeave() {
    constexpr int half = kC / 2;
    for (int l = 0; l < kLanes; ++l)
      for (int upper = 0; upper < 2; ++upper) side[upper][l] = upper * kLanes / 2 + l / 2 + l % 2 * kLanes;
    for (int i = 0; i < kC; ++i)
      for (int p = 0; p < half; ++p)
        for (int l = 0; l < kLanes; ++l) {
          const int number = i * kLanes + l, pixel = number / kC, channel = number % kC;
          const int inside = 2 * (pixel % (kLanes / 2)) + channel % 2;  // where the pair's vector of that half has it
          from[i][p][l] = channel / 2 == p ? kLanes + inside : p == 1 && channel / 2 == 0 ? inside : l;
        }
  }
};

template <int kC>
HWY_INLINE void StoreByPairs(const V (&channel)[kC], std::int64_t left, float* out) {
  static const PairWeave<kC> weave;
  const D d;
  V pair[kC / 2][2];
#pragma GCC unroll 4
  for (int p = 0; p < kC / 2; ++p)
#pragma GCC unroll 2
    for (int upper = 0; upper < 2; ++upper)
      pair[p][upper] = FromTwo(channel[2 * p], channel[2 * p + 1], weave.side[upper]);
#pragma GCC unroll 8
  for (int i = 0; i < kC; ++i, left -= kLanes, out += kLanes) {
    if (left <= 0) break;
    // Vectors of the first half of the pixels come first, as kC vectors hold kLanes pixels.
    V woven = pair[0][i >= kC / 2];
#pragma GCC unroll 4
    for (int p = 1; p < kC / 2; ++p) woven = FromTwo(woven, pair[p][i >= kC / 2], weave.from[i][p]);
    if (left >= kLanes) hn::StoreU(woven, d, out);
    else store_part(woven, d, out, hn::FirstN(d, static_cast<std::size_t>(left)), static_cast<int>(left));
  }
}

#else

/// All pixels of an even number of channels, two numbers of a pixel at a time: where a mask is a vector, choosing lanes by it costs more than these stores.
template <int kC, class DN, class VN, class Finish>
HWY_INLINE void StoreWholePairs(DN d, const VN (&channel)[kC], hn::TFromD<DN>* out, Finish finish) {
  using T = hn::TFromD<DN>;
  alignas(64) T pairs[kC / 2][2][kLanes];  // first and second half of each block of four pixels
#pragma GCC unroll 4
  for (int p = 0; p < kC / 2; ++p) {
    const VN even = finish(channel[2 * p]), odd = finish(channel[2 * p + 1]);
    hn::Store(hn::InterleaveLower(d, even, odd), d, pairs[p][0]);
    hn::Store(hn::InterleaveUpper(d, even, odd), d, pairs[p][1]);
  }
#pragma GCC unroll 8
  for (int pixel = 0; pixel < kLanes; ++pixel)
#pragma GCC unroll 4
    for (int p = 0; p < kC / 2; ++p) std::memcpy(out + pixel * kC + 2 * p, &pairs[p][pixel % 4 / 2][pixel / 4 * 4 + pixel % 2 * 2], 2 * sizeof(T));
}

#endif

/// Stores vectors of channels as pixels of those channels, the first `left` numbers of them.
template <int kC, class DN, class VN, class Finish>
HWY_INLINE void StoreWoven(DN d, const VN (&channel)[kC], std::int64_t left, hn::TFromD<DN>* out, Finish finish) {
#if HWY_TARGET > HWY_AVX3 && HWY_TARGET != HWY_SCALAR
  if constexpr (kC % 2 == 0)
    if (left >= kC * kLanes) return StoreWholePairs<kC>(d, channel, out, finish);
#endif
  static const Weave<kC> weave;
#pragma GCC unroll 8
  for (int i = 0; i < kC; ++i, left -= kLanes, out += kLanes) {
    if (left <= 0) break;
    const auto from = hn::SetTableIndices(d, weave.pixel[i]);
    VN woven = hn::TableLookupLanes(channel[0], from);
#pragma GCC unroll 8
    for (int c = 1; c < kC; ++c) woven = hn::IfThenElse(hn::LoadMaskBits(d, weave.fills[i][c]), hn::TableLookupLanes(channel[c], from), woven);
    woven = finish(woven);
    if (left >= kLanes) hn::StoreU(woven, d, out);
    else store_part(woven, d, out, hn::FirstN(d, static_cast<std::size_t>(left)), static_cast<int>(left));
  }
}

}  // namespace weave
}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
