// Register tiles in Highway. Sums run over k in order, whatever the tile, so cutting a matrix differently changes no bit.
#include "candor/backends/cpu/matmul_micro.h"

#include "candor/backends/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/matmul_micro.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
constexpr int kLanes = HWY_LANES(float);
constexpr bool kWide = HWY_TARGET <= HWY_AVX3;  // 32 registers
constexpr int kRows = kWide ? 14 : 6;
constexpr float kNoLimit = std::numeric_limits<float>::infinity();

// Few accumulators would leave the multiplier waiting for its own results, so small tiles keep several sums along k.
constexpr int Sums(int rows, int vectors) { return rows * vectors >= 4 ? 1 : rows * vectors >= 2 ? 2 : 4; }

/// One row of b. A masked load takes one of the two ports that multiply, so whole vectors are read without a mask.
template <int kV, bool kWhole>
HWY_INLINE void LoadRow(const float* b, M mask, int last, V (&column)[kV]) {
  const D d;
#pragma GCC unroll 8
  for (int j = 0; j < kV - 1; ++j) column[j] = hn::LoadU(d, b + j * kLanes);
  const float* at = b + (kV - 1) * kLanes;
  if constexpr (kWhole) column[kV - 1] = hn::LoadU(d, at);
  else column[kV - 1] = load_part(d, at, mask, last);
}

/// One step of a sum.
template <int kM, int kV, bool kStepped, bool kWhole>
HWY_INLINE void Step(const float* a, std::int64_t a_row, const float* b, M mask, int last, V (&acc)[kM][kV]) {
  const D d;
  V column[kV];
  LoadRow<kV, kWhole>(b, mask, last, column);
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i) {
    const V x = hn::Set(d, kStepped ? a[i] : a[i * a_row]);
#pragma GCC unroll 8
    for (int j = 0; j < kV; ++j) acc[i][j] = hn::MulAdd(x, column[j], acc[i][j]);
  }
}

/// The sums over all segments. Steps of one sum go two at a time where registers are left: counting takes from the same ports. Where none are, GCC mixes two steps
/// and keeps some of the sums in memory, for which every product then waits.
template <int kM, int kV, int kS, bool kStepped, bool kWhole>
HWY_INLINE void AddUp(const TileArgs& args, M mask, int last, V (&acc)[kS][kM][kV]) {
  constexpr int kSteps = kS > 1 ? kS : kM * kV + kV <= (kWide ? 30 : 12) ? 2 : 1;
  const std::int64_t a_row = args.a_row, a_step = kStepped ? args.a_step : 1, b_row = args.b_row;
  const float* b = args.b;
  for (std::int64_t segment = 0; segment < args.segment_count; ++segment) {
    const float* a = args.a + args.segments[segment];
    std::int64_t k = 0;
    for (; k + kSteps <= args.segment_length; k += kSteps) {
#pragma GCC unroll 4
      for (int s = 0; s < kSteps; ++s) {
        Step<kM, kV, kStepped, kWhole>(a, a_row, b, mask, last, acc[s % kS]);
        a += a_step;
        b += b_row;
      }
    }
    for (; k < args.segment_length; ++k) {
      Step<kM, kV, kStepped, kWhole>(a, a_row, b, mask, last, acc[0]);
      a += a_step;
      b += b_row;
    }
  }
}

/// The same sums of one segment of adjacent steps. Every sixteen steps, the floats of a line, it asks for the line of each of the next tile's rows of A that
/// is read then, and for one row of the lines that are read or written behind the next sum: asked for all at once, they would keep the core waiting.
template <int kM, int kV, bool kWhole>
HWY_INLINE void AddUpFetching(const TileArgs& args, M mask, int last, V (&acc)[1][kM][kV]) {
  constexpr std::int64_t kLine = 16;
  const std::int64_t a_row = args.a_row, b_row = args.b_row;
  const float *a = args.a, *b = args.b;
  for (std::int64_t k = 0, row = 0; k < args.segment_length; k += kLine, ++row) {
    if (args.next_a) {
#pragma GCC unroll 16
      for (int i = 0; i < kM; ++i) __builtin_prefetch(args.next_a + i * a_row + k);
    }
    if (row < kM) {
      for (int j = 0; args.next_c && j < kV * kLanes; j += kLine) __builtin_prefetch(args.next_c + row * args.c_row + j, 1);
      for (int j = 0; args.next_second && j < kV * kLanes; j += kLine) __builtin_prefetch(args.next_second + row * args.c_row + j, 1);
      for (int j = 0; args.next_start && j < kV * kLanes; j += kLine) __builtin_prefetch(args.next_start + row * args.start_row + j);
    }
    const std::int64_t count = k + kLine <= args.segment_length ? kLine : args.segment_length - k;
    std::int64_t s = 0;
    for (; s + 2 <= count; s += 2) {
#pragma GCC unroll 2
      for (int t = 0; t < 2; ++t) {
        Step<kM, kV, false, kWhole>(a, a_row, b, mask, last, acc[0]);
        ++a;
        b += b_row;
      }
    }
    if (s < count) {
      Step<kM, kV, false, kWhole>(a, a_row, b, mask, last, acc[0]);
      ++a;
      b += b_row;
    }
  }
}

/// The same with steps that are not adjacent, asking for lines that lie one behind the other.
template <int kM, int kV, bool kWhole>
HWY_INLINE void AddUpStreaming(const TileArgs& args, M mask, int last, V (&acc)[1][kM][kV]) {
  constexpr std::int64_t kSteps = 4, kLine = 16;
  const float *a = args.a, *b = args.b, *next_a = args.next_a, *next_b = args.next_b;
  std::int64_t k = 0;
  for (; k + kSteps <= args.segment_length; k += kSteps) {
    for (int i = 0; i < args.next_a_lines; ++i, next_a += kLine) __builtin_prefetch(next_a, 0, 2);
    for (int i = 0; i < args.next_b_lines; ++i, next_b += kLine) __builtin_prefetch(next_b, 0, 2);
#pragma GCC unroll 4
    for (int s = 0; s < kSteps; ++s) {
      Step<kM, kV, true, kWhole>(a, 1, b, mask, last, acc[0]);
      a += args.a_step;
      b += args.b_row;
    }
  }
  for (; k < args.segment_length; ++k) {
    Step<kM, kV, true, kWhole>(a, 1, b, mask, last, acc[0]);
    a += args.a_step;
    b += args.b_row;
  }
}

template <int kM, int kV, bool kStepped, bool kFetching = false>
void Tile(const TileArgs& args) {
  const D d;
  constexpr int kS = Sums(kM, kV);
  const int last = args.columns - (kV - 1) * kLanes;
  const M mask = hn::FirstN(d, static_cast<size_t>(last));
  V acc[kS][kM][kV];
#pragma GCC unroll 4
  for (int s = 0; s < kS; ++s) {
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < kV; ++j) acc[s][i][j] = hn::Zero(d);
    }
  }
  if (args.start) {
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i) LoadRow<kV, false>(args.start + i * args.start_row, mask, last, acc[0][i]);
  }
  if (args.bias) {
    V bias[kV];
    LoadRow<kV, false>(args.bias, mask, last, bias);
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < kV; ++j) acc[0][i][j] = hn::Add(acc[0][i][j], bias[j]);
    }
  }
  if constexpr (kFetching && kStepped) {
    if (last == kLanes) AddUpStreaming<kM, kV, true>(args, mask, last, acc);
    else AddUpStreaming<kM, kV, false>(args, mask, last, acc);
  } else if constexpr (kFetching) {
    if (last == kLanes) AddUpFetching<kM, kV, true>(args, mask, last, acc);
    else AddUpFetching<kM, kV, false>(args, mask, last, acc);
  } else {
    if (last == kLanes) AddUp<kM, kV, kS, kStepped, true>(args, mask, last, acc);
    else AddUp<kM, kV, kS, kStepped, false>(args, mask, last, acc);
  }
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < kV; ++j) {
#pragma GCC unroll 4
      for (int s = 1; s < kS; ++s) acc[0][i][j] = hn::Add(acc[0][i][j], acc[s][i][j]);
    }
  }
  if (args.lowest > -kNoLimit || args.highest < kNoLimit) {
    const V lowest = hn::Set(d, args.lowest), highest = hn::Set(d, args.highest);
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < kV; ++j) acc[0][i][j] = hn::Min(highest, hn::Max(lowest, acc[0][i][j]));  // in this order a NaN stays
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i) {
    float* row = args.c + i * args.c_row;
#pragma GCC unroll 8
    for (int j = 0; j < kV; ++j) {
      const V sum = acc[0][i][j];
      if (j < kV - 1) {
        hn::StoreU(sum, d, row + j * kLanes);
      } else {
        store_part(sum, d, row + j * kLanes, mask, last);
      }
    }
  }
}

// Which tiles exist: accumulators, one row of B and one element of A fit in the registers.
constexpr bool Exists(int rows, int vectors) {
  if (rows == 1) return vectors <= 8;
  if (vectors > 4 || vectors == 3) return false;
  return rows <= kRows && rows * vectors <= (kWide ? 28 : 12);
}

template <int kM, int kV>
void Enter(TileSet& set) {
  if constexpr (Exists(kM, kV)) {
    set.tile[0][kM][kV] = &Tile<kM, kV, false>;
    set.tile[1][kM][kV] = &Tile<kM, kV, true>;
    if constexpr (kWide && kV == 4 && kM > 1) set.fetching[kM] = &Tile<kM, kV, false, true>;
    if constexpr (kWide && kV == 2 && kM > 1) set.streaming[kM] = &Tile<kM, kV, true, true>;
  }
}
template <int kM>
void EnterRow(TileSet& set) {
  Enter<kM, 1>(set);
  Enter<kM, 2>(set);
  Enter<kM, 3>(set);
  Enter<kM, 4>(set);
  Enter<kM, 5>(set);
  Enter<kM, 6>(set);
  Enter<kM, 7>(set);
  Enter<kM, 8>(set);
  if constexpr (kM * 3 <= (kWide ? 28 : 12)) set.triple[kM] = &Tile<kM, 3, false>;
  if constexpr (kM < TileSet::max_rows) EnterRow<kM + 1>(set);
}

const TileSet* Tiles() {
  static const TileSet set = [] {
    TileSet made;
    made.lanes = kLanes;
    made.rows = kRows;
    EnterRow<1>(made);
    return made;
  }();
  return &set;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {

const TileSet& tile_set() { return *CANDOR_PICK(Tiles)(); }

int TileSet::widest(int tile_rows) const {
  for (int vectors = max_vectors; vectors > 1; --vectors) {
    if (tile[0][tile_rows][vectors]) return vectors;
  }
  return 1;
}

}  // namespace candor::cpu
#endif
