#include "candor/backends/cpu/conv_squares.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "candor/backends/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_squares.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/conv_weave.h"
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace squares {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int kLanes = HWY_LANES(float);

/// The sums of a row of taps that go with its products.
template <int kWidth>
HWY_INLINE void PutRow(const V (&tap)[kWidth], hn::Mask<D> mask, int count, std::int64_t next, float* to) {
  const D d;
  const V half = hn::Set(d, 0.5f), outer = hn::Add(tap[0], tap[2]);
  const auto put = [&](std::int64_t product, V v) HWY_ATTR { store_part(v, d, to + product * next, mask, count); };
  put(0, tap[0]);
  put(1, hn::Mul(half, hn::Add(outer, tap[1])));
  put(2, hn::Mul(half, hn::Sub(outer, tap[1])));
  put(3, tap[2]);
#pragma GCC unroll 2
  for (int e = 0; e < (kWidth - 3) / 2; ++e) {
    put(4 + 3 * e, hn::Neg(tap[3 + 2 * e]));
    put(5 + 3 * e, hn::Add(tap[3 + 2 * e], tap[4 + 2 * e]));
    put(6 + 3 * e, hn::Neg(tap[4 + 2 * e]));
  }
}

template <int kWidth>
void TapsOf(const float* kernel, std::int64_t height, std::int64_t channels, std::int64_t outs, float* to) {
  const D d;
  const std::int64_t next = channels * outs, sums = products_of_pair(kWidth) * outs;  // from tap to tap; of one product of the height and one channel
  const V half = hn::Set(d, 0.5f);
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t i = 0; i < outs; i += kLanes) {
      const int count = static_cast<int>(std::min<std::int64_t>(kLanes, outs - i));
      const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
      const float* taps = kernel + c * outs + i;
      const auto tap = [&](std::int64_t row, int column) HWY_ATTR { return load_part(d, taps + (row * kWidth + column) * next, mask, count); };
      const auto put = [&](std::int64_t product, const V (&row)[kWidth]) HWY_ATTR { PutRow<kWidth>(row, mask, count, outs, to + (product * channels + c) * sums + i); };
      V row[kWidth];
#pragma GCC unroll 7
      for (int k = 0; k < kWidth; ++k) row[k] = tap(0, k);
      put(0, row);
#pragma GCC unroll 7
      for (int k = 0; k < kWidth; ++k) row[k] = hn::Mul(half, hn::Add(hn::Add(tap(0, k), tap(2, k)), tap(1, k)));
      put(1, row);
#pragma GCC unroll 7
      for (int k = 0; k < kWidth; ++k) row[k] = hn::Mul(half, hn::Sub(hn::Add(tap(0, k), tap(2, k)), tap(1, k)));
      put(2, row);
#pragma GCC unroll 7
      for (int k = 0; k < kWidth; ++k) row[k] = tap(2, k);
      put(3, row);
      for (std::int64_t e = 0; e < (height - 3) / 2; ++e) {
#pragma GCC unroll 7
        for (int k = 0; k < kWidth; ++k) row[k] = hn::Neg(tap(3 + 2 * e, k));
        put(4 + 3 * e, row);
#pragma GCC unroll 7
        for (int k = 0; k < kWidth; ++k) row[k] = hn::Add(tap(3 + 2 * e, k), tap(4 + 2 * e, k));
        put(5 + 3 * e, row);
#pragma GCC unroll 7
        for (int k = 0; k < kWidth; ++k) row[k] = hn::Neg(tap(4 + 2 * e, k));
        put(6 + 3 * e, row);
      }
    }
}

void Taps(const float* kernel, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t outs, float* to) {
  (width == 3 ? TapsOf<3> : width == 5 ? TapsOf<5> : TapsOf<7>)(kernel, height, channels, outs, to);
}

#if HWY_TARGET <= HWY_AVX3

/// Lanes of a, and from kLanes on of b.
HWY_INLINE V Lanes(V a, V b, __m512i lanes) { return V{_mm512_permutex2var_ps(a.raw, lanes, b.raw)}; }

/// The products of the height, of numbers from each of its rows.
template <int kHigh>
HWY_INLINE void SumsOfRows(const V (&row)[4 + 2 * kHigh], V (&sum)[4 + 3 * kHigh]) {
  sum[0] = hn::Sub(row[0], row[2]), sum[1] = hn::Add(row[1], row[2]), sum[2] = hn::Sub(row[2], row[1]), sum[3] = hn::Sub(row[1], row[3]);
#pragma GCC unroll 2
  for (int e = 0; e < kHigh; ++e) sum[4 + 3 * e] = hn::Sub(row[4 + 2 * e], row[3 + 2 * e]), sum[5 + 3 * e] = row[4 + 2 * e], sum[6 + 3 * e] = hn::Sub(row[5 + 2 * e], row[4 + 2 * e]);
}

template <int kHigh>
void MakeOf(const float* x, std::int64_t line, std::int64_t channels, const std::uint16_t* odd, float* made) {
  constexpr int products = 4 + 3 * kHigh;
  const D d;
  const std::int64_t row = square_line(line), rising = line - channels;  // nobody asks for what the last column rises to the next
  const auto sums_at = [&](std::int64_t at, V (&sum)[products]) HWY_ATTR {  // zeros beyond the end of the rows, which are never asked for
    const std::int64_t left = std::clamp<std::int64_t>(line - at, 0, kLanes);
    const auto mask = static_cast<__mmask16>((1u << left) - 1);
    V rows[4 + 2 * kHigh];
#pragma GCC unroll 8
    for (int r = 0; r < 4 + 2 * kHigh; ++r) rows[r] = V{_mm512_maskz_loadu_ps(mask, x + r * line + at)};
    SumsOfRows<kHigh>(rows, sum);
  };
  float* to = made;
  hn::Mask<D> odds{};
  const auto put = [&](V v, V next, V second) HWY_ATTR {
    hn::StoreU(hn::Sub(v, second), d, to);
    hn::StoreU(hn::Sub(next, v), d, to + row);
    hn::StoreU(hn::IfThenElse(odds, hn::Add(v, next), v), d, to + 2 * row);
    to += images_of_product * row;
    __asm__("" : "+r"(to));  // or the compiler keeps a register for each distance
  };
  V sum[products], ahead[products];
  if (2 * channels > kLanes) {
    V second[products];
    for (std::int64_t i = 0; i < rising; i += kLanes) {
      sums_at(i, sum), sums_at(i + channels, ahead), sums_at(i + 2 * channels, second);
      to = made + i, odds = hn::Mask<D>{odd[i / kLanes]};
#pragma GCC unroll 10
      for (int p = 0; p < products; ++p) put(sum[p], ahead[p], second[p]);
    }
    return;
  }
  const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), by = _mm512_set1_epi32(static_cast<int>(channels));
  const __m512i one = _mm512_add_epi32(lane, by), two = _mm512_add_epi32(one, by);
  sums_at(0, sum);
  for (std::int64_t i = 0; i < rising; i += kLanes) {
    sums_at(i + kLanes, ahead);
    to = made + i, odds = hn::Mask<D>{odd[i / kLanes]};
#pragma GCC unroll 10
    for (int p = 0; p < products; ++p) {
      put(sum[p], Lanes(sum[p], ahead[p], one), Lanes(sum[p], ahead[p], two));
      sum[p] = ahead[p];
    }
  }
}

void Make(const float* x, std::int64_t line, std::int64_t height, std::int64_t channels, const std::uint16_t* odd, float* made) {
  (height == 3 ? MakeOf<0> : height == 5 ? MakeOf<1> : MakeOf<2>)(x, line, channels, odd, made);
}

/// As max_pool: a NaN wins over numbers. Max gives its second operand where one of them is none.
HWY_INLINE V Larger(V a, V b) { return hn::IfThenElse(hn::IsNaN(a), a, hn::Max(a, b)); }

/// Sums along a row of what enters the left output alone, both, both with opposite signs and the right output alone.
template <int kN>
struct Sums {
  V first[kN], both[kN], opposed[kN], second[kN];

  HWY_INLINE void Begin(V start) {
#pragma GCC unroll 6
    for (int i = 0; i < kN; ++i) first[i] = opposed[i] = second[i] = hn::Zero(D()), both[i] = start;
  }
  HWY_INLINE V Left(int i) const { return hn::Add(hn::Add(first[i], opposed[i]), both[i]); }
  HWY_INLINE V Right(int i) const { return hn::Sub(hn::Sub(both[i], opposed[i]), second[i]); }
};

// ---- channels in vectors

template <int kT>
HWY_INLINE void AddTo(V (&sum)[kT], V factor, const float* x, std::int64_t step) {
  const D d;
#pragma GCC unroll 6
  for (int t = 0; t < kT; ++t) sum[t] = hn::MulAdd(factor, hn::Set(d, x[t * step]), sum[t]);
}

/// kWhole: all lanes are channels; a masked load takes a port that multiplies.
template <int kT, int kWide, bool kWhole>
void BlockOf(const SquaresBlock& b) {
  const D d;
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(b.count));
  const auto load = [&](const float* p) HWY_ATTR { return kWhole ? hn::LoadU(d, p) : load_part(d, p, mask, b.count); };
  const std::int64_t channels = b.channels, step = 2 * channels, row = square_line(b.line);
  constexpr std::int64_t products = 4 + 3 * kWide;
  alignas(64) float kept[4][2][kT][kLanes];
  for (int kind = 0; kind < 4; ++kind) {
    Sums<kT> sums;
    sums.Begin(kind == 1 && b.bias ? load(b.bias) : hn::Zero(d));
    // Of the products of the height: one, and one for each further pair of taps but where the signs are opposed.
    const std::int64_t count = kind == 2 ? 1 : 1 + b.high;
    for (std::int64_t e = 0; e < count; ++e) {
      const std::int64_t product = e == 0 ? kind : 1 + 3 * e + (kind == 3 ? 2 : kind);
      const float *x = b.made + product * images_of_product * row, *f = b.kernel + product * products * channels * b.outs;
      const auto add = [&](V (&sum)[kT], const float* from) HWY_ATTR {
        __asm__("" : "+r"(from));  // or the compiler keeps a register for each distance
        AddTo(sum, load(f), from, step), f += b.outs;
      };
      for (std::int64_t c = 0; c < channels; ++c, ++x) {
        const float *rise = x + row + channels, *mixed = x + 2 * row + channels;
        add(sums.first, x), add(sums.both, mixed), add(sums.opposed, rise), add(sums.second, x + channels);
#pragma GCC unroll 2
        for (int i = 0; i < kWide; ++i) {
          rise += step, mixed += step;
          add(sums.first, rise), add(sums.both, mixed + channels), add(sums.second, rise + channels);
        }
      }
    }
#pragma GCC unroll 6
    for (int t = 0; t < kT; ++t) hn::Store(sums.Left(t), d, kept[kind][0][t]), hn::Store(sums.Right(t), d, kept[kind][1][t]);
  }
  const V lowest = hn::Set(d, b.lowest);
#pragma GCC unroll 6
  for (int t = 0; t < kT; ++t) {
    V best[2];
#pragma GCC unroll 2
    for (int side = 0; side < 2; ++side) {
      const V first = hn::Load(d, kept[0][side][t]), both = hn::Load(d, kept[1][side][t]), opposed = hn::Load(d, kept[2][side][t]), second = hn::Load(d, kept[3][side][t]);
      best[side] = Larger(hn::Add(hn::Add(first, opposed), both), hn::Sub(hn::Sub(both, opposed), second));
    }
    store_part(hn::Max(lowest, Larger(best[0], best[1])), d, b.out + t * b.outs, mask, b.count);  // in this order a NaN stays
  }
}

template <int kT, int kWide>
void Block(const SquaresBlock& b) {
  if (b.count == kLanes) BlockOf<kT, kWide, true>(b);
  else BlockOf<kT, kWide, false>(b);
}

template <int kWide>
SquaresFn FindSquaresOf(std::int64_t windows) {
  static constexpr SquaresFn blocks[] = {Block<1, kWide>, Block<2, kWide>, Block<3, kWide>, Block<4, kWide>, Block<5, kWide>};
  return blocks[windows - 1];
}
SquaresFn FindSquares(std::int64_t windows, std::int64_t width) {
  return width == 3 ? FindSquaresOf<0>(windows) : width == 5 ? FindSquaresOf<1>(windows) : width == 7 ? FindSquaresOf<2>(windows) : nullptr;
}

// ---- pixels in vectors

template <int kBy>
HWY_INLINE V Shifted(V v) {
  const __m512i raw = _mm512_castps_si512(v.raw);
  return V{_mm512_castsi512_ps(_mm512_alignr_epi32(raw, raw, kBy))};
}

/// sum += factors * pixels, or the first of these.
template <bool kFirst, int kC>
HWY_INLINE void AddPixels(V (&sum)[kC], V pixels, const float* factors) {
  const D d;
#pragma GCC unroll 6
  for (int c = 0; c < kC; ++c) sum[c] = kFirst ? hn::Mul(hn::Set(d, factors[c]), pixels) : hn::MulAdd(hn::Set(d, factors[c]), pixels, sum[c]);
}

/// One product of the height: `even` and `odd` columns of its pixels, times kernel [products of the width, channels].
template <int kC, int kWide, bool kFirst, bool kFirstOfBoth>
HWY_INLINE void AddColumns(Sums<kC>& sums, V even, V odd, const float* w) {
  const V even1 = Shifted<1>(even), odd1 = Shifted<1>(odd);
  AddPixels<kFirst>(sums.first, hn::Sub(even, even1), w);
  AddPixels<kFirstOfBoth>(sums.both, hn::Add(odd, even1), w + kC);
  AddPixels<kFirst>(sums.opposed, hn::Sub(even1, odd), w + 2 * kC);
  AddPixels<kFirst>(sums.second, hn::Sub(odd, odd1), w + 3 * kC);
  if constexpr (kWide > 0) {
    const V even2 = Shifted<2>(even), odd2 = Shifted<2>(odd);
    AddPixels<false>(sums.first, hn::Sub(even2, odd1), w + 4 * kC);
    AddPixels<false>(sums.both, even2, w + 5 * kC);
    AddPixels<false>(sums.second, hn::Sub(odd2, even2), w + 6 * kC);
    if constexpr (kWide > 1) {
      const V even3 = Shifted<3>(even), odd3 = Shifted<3>(odd);
      AddPixels<false>(sums.first, hn::Sub(even3, odd2), w + 7 * kC);
      AddPixels<false>(sums.both, even3, w + 8 * kC);
      AddPixels<false>(sums.second, hn::Sub(odd3, even3), w + 9 * kC);
    }
  }
}

/// The product `product` of the height of all input channels; value(image) is what it takes of their rows.
template <int kC, int kWide, bool kFixed, bool kFirst, bool kFirstOfBoth, class Value>
HWY_INLINE void AddRows(Sums<kC>& sums, const PixelBlock& b, std::int64_t product, const Value& value) {
  constexpr std::int64_t sums_of_channel = (4 + 3 * kWide) * kC;
  if constexpr (kFixed) {
    AddColumns<kC, kWide, kFirst, kFirstOfBoth>(sums, value(b.image), value(b.image + b.odd), b.kernel + product * sums_of_channel);
  } else {
    const float *x = b.image, *w = b.kernel + product * b.channels_in * sums_of_channel;
    for (std::int64_t i = 0; i < b.channels_in; ++i, x += b.plane, w += sums_of_channel) AddColumns<kC, kWide, false, false>(sums, value(x), value(x + b.odd), w);
  }
}

/// kFixed: one input channel, and as many taps down as across.
template <int kC, int kWide, bool kFixed>
void Pixels(const PixelBlock& b) {
  const D d;
  const std::int64_t extra = kFixed ? kWide : (b.height - 3) / 2, line = b.line;
  const V zero = hn::Zero(d), lowest = hn::Set(d, b.lowest), nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  alignas(64) float kept[3][2][kC][kLanes];
  const auto keep = [&](const Sums<kC>& sums, int kind) HWY_ATTR {
#pragma GCC unroll 6
    for (int c = 0; c < kC; ++c) hn::Store(sums.Left(c), d, kept[kind][0][c]), hn::Store(sums.Right(c), d, kept[kind][1][c]);
  };
  const auto less = [&](std::int64_t first, std::int64_t second) HWY_ATTR {
    return [d, first = first * line, second = second * line](const float* x) HWY_ATTR { return hn::Sub(hn::LoadU(d, x + first), hn::LoadU(d, x + second)); };
  };
  Sums<kC> sums;
  if constexpr (!kFixed) sums.Begin(zero);
  AddRows<kC, kWide, kFixed, true, true>(sums, b, 0, less(0, 2));
  for (std::int64_t e = 0; e < extra; ++e) AddRows<kC, kWide, kFixed, false, false>(sums, b, 4 + 3 * e, less(4 + 2 * e, 3 + 2 * e));
  keep(sums, 0);
  if constexpr (!kFixed) sums.Begin(zero);
#pragma GCC unroll 6
  for (int c = 0; c < kC; ++c) sums.both[c] = b.bias ? hn::Set(d, b.bias[c]) : zero;
  AddRows<kC, kWide, kFixed, true, false>(sums, b, 1, [&](const float* x) HWY_ATTR { return hn::Add(hn::LoadU(d, x + line), hn::LoadU(d, x + 2 * line)); });
  for (std::int64_t e = 0; e < extra; ++e) AddRows<kC, kWide, kFixed, false, false>(sums, b, 5 + 3 * e, [&](const float* x) HWY_ATTR { return hn::LoadU(d, x + (4 + 2 * e) * line); });
  keep(sums, 1);
  if constexpr (!kFixed) sums.Begin(zero);
  AddRows<kC, kWide, kFixed, true, true>(sums, b, 2, less(2, 1));
  keep(sums, 2);
  if constexpr (!kFixed) sums.Begin(zero);
  AddRows<kC, kWide, kFixed, true, true>(sums, b, 3, less(1, 3));
  for (std::int64_t e = 0; e < extra; ++e) AddRows<kC, kWide, kFixed, false, false>(sums, b, 6 + 3 * e, less(5 + 2 * e, 4 + 2 * e));
  V best[kC];
#pragma GCC unroll 6
  for (int c = 0; c < kC; ++c) {
    const V second[] = {sums.Left(c), sums.Right(c)};
    V larger[2];
    unsigned none = 0;  // pixels where something is no number: as in max_pool it wins
#pragma GCC unroll 2
    for (int side = 0; side < 2; ++side) {
      const V first = hn::Load(d, kept[0][side][c]), both = hn::Load(d, kept[1][side][c]), opposed = hn::Load(d, kept[2][side][c]);
      const V upper = hn::Add(hn::Add(first, opposed), both), lower = hn::Sub(hn::Sub(both, opposed), second[side]);
      larger[side] = hn::Max(upper, lower);
      none |= _mm512_cmp_ps_mask(upper.raw, lower.raw, _CMP_UNORD_Q);
    }
    best[c] = hn::IfThenElse(hn::Mask<D>{static_cast<__mmask16>(none)}, nan, hn::Max(lowest, hn::Max(larger[0], larger[1])));
  }
  if constexpr (kC % 2 == 0) weave::StoreByPairs<kC>(best, b.pixels * kC, b.out);
  else weave::StoreWoven<kC>(d, best, b.pixels * kC, b.out, [](V x) HWY_ATTR { return x; });
}

using PixelsFn = void (*)(const PixelBlock&);
template <int kWide, bool kFixed>
PixelsFn FindPixelsOf(std::int64_t channels) {
  static constexpr PixelsFn blocks[] = {Pixels<1, kWide, kFixed>, Pixels<2, kWide, kFixed>, Pixels<3, kWide, kFixed>, Pixels<4, kWide, kFixed>, Pixels<5, kWide, kFixed>, Pixels<6, kWide, kFixed>};
  return channels <= 6 ? blocks[channels - 1] : nullptr;
}
PixelsFn FindPixels(std::int64_t channels_in, std::int64_t channels, std::int64_t height, std::int64_t width) {
  const bool fixed = channels_in == 1 && height == width;
  if (width == 3) return fixed ? FindPixelsOf<0, true>(channels) : FindPixelsOf<0, false>(channels);
  if (width == 5) return fixed ? FindPixelsOf<1, true>(channels) : FindPixelsOf<1, false>(channels);
  return width == 7 ? FindPixelsOf<2, false>(channels) : nullptr;
}

void Spread(const float* image, const ConvGeometry& g, std::int64_t rows, std::int64_t line, float* to, float* filled) {
  const D d;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t half = line / 2;
  const auto bits = [&](std::int64_t at) {  // nothing outside of the row is read
    const std::int64_t begin = std::clamp<std::int64_t>(-at, 0, kLanes), end = std::clamp<std::int64_t>(width.in - at, 0, kLanes);
    return static_cast<__mmask16>(((1u << end) - 1) & ~((1u << begin) - 1));
  };
  std::fill_n(filled, rows, 0.f);
  for (std::int64_t i = 0; i < half; i += kLanes) {
    const std::int64_t at = 2 * i - width.low;
    const __mmask16 low = bits(at), high = bits(at + kLanes);
    float* out = to + i;
    for (std::int64_t row = 0; row < rows; ++row, out += line) {
      const bool inside = row >= height.low && row < height.low + height.in;
      const float* from = image + (inside ? row - height.low : 0) * width.in + at;
      const V a{_mm512_maskz_loadu_ps(inside ? low : 0, from)}, b{_mm512_maskz_loadu_ps(inside ? high : 0, from + kLanes)};
      if (_mm512_cmp_ps_mask(a.raw, hn::Zero(d).raw, _CMP_NEQ_UQ) | _mm512_cmp_ps_mask(b.raw, hn::Zero(d).raw, _CMP_NEQ_UQ)) filled[row] = 1;
      hn::StoreU(hn::ConcatEven(d, b, a), d, out);
      hn::StoreU(hn::ConcatOdd(d, b, a), d, out + half);
    }
  }
}

#else

void Make(const float*, std::int64_t, std::int64_t, std::int64_t, const std::uint16_t*, float*) {}
SquaresFn FindSquares(std::int64_t, std::int64_t) { return nullptr; }
void (*FindPixels(std::int64_t, std::int64_t, std::int64_t, std::int64_t))(const PixelBlock&) { return nullptr; }
void Spread(const float*, const ConvGeometry&, std::int64_t, std::int64_t, float*, float*) {}

#endif

}  // namespace squares
}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {

void square_taps(const float* kernel, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t outs, float* to) {
  CANDOR_PICK(squares::Taps)(kernel, height, width, channels, outs, to);
}
void make_square_images(const float* x, std::int64_t line, std::int64_t height, std::int64_t channels, const std::uint16_t* odd, float* made) { CANDOR_PICK(squares::Make)(x, line, height, channels, odd, made); }
std::vector<std::uint16_t> odd_columns(std::int64_t line, std::int64_t channels) {
  std::vector<std::uint16_t> bits(static_cast<std::size_t>(square_line(line) / square_lanes));
  for (std::int64_t i = 0; i < line; ++i)
    if (i / channels % 2) bits[static_cast<std::size_t>(i / square_lanes)] |= static_cast<std::uint16_t>(1u << i % square_lanes);
  return bits;
}
SquaresFn squares_block(std::int64_t windows, std::int64_t height, std::int64_t width) {
  return height != 3 && height != 5 && height != 7 ? nullptr : CANDOR_PICK(squares::FindSquares)(windows, width);
}
void (*square_pixels_block(const ConvGeometry& g))(const PixelBlock&) {
  const std::int64_t height = g.axes[1].kernel;
  return height < 3 || height % 2 == 0 ? nullptr : CANDOR_PICK(squares::FindPixels)(g.in_channels, g.out_channels, height, g.axes[2].kernel);
}
std::int64_t square_pixels_together(std::int64_t width) { return machine().lanes() - (width - 1) / 2; }
void square_pixels_spread(const float* image, const ConvGeometry& g, std::int64_t rows, std::int64_t line, float* to, float* filled) {
  CANDOR_PICK(squares::Spread)(image, g, rows, line, to, filled);
}

}  // namespace candor::cpu
#endif
