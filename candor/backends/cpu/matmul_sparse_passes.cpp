// Listing what is not zero, and adding up rows for it, in Highway.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "candor/backends/cpu/matmul_sparse.h"

#include "candor/backends/cpu/targets.h"

#ifndef CANDOR_CPU_KEPT_LANES
#define CANDOR_CPU_KEPT_LANES
namespace candor::cpu {

/// For each pattern of `Bits` bits: the numbers of those that are set, in order; what stands behind them does not matter.
template <int Bits>
struct KeptLanes {
  alignas(64) std::array<std::array<std::uint8_t, Bits>, std::size_t{1} << Bits> lanes{};
  constexpr KeptLanes() {
    for (std::size_t pattern = 0; pattern < lanes.size(); ++pattern)
      for (std::size_t bit = 0, found = 0; bit < Bits; ++bit)
        if (pattern >> bit & 1) lanes[pattern][found++] = static_cast<std::uint8_t>(bit);
  }
};
template <int Bits>
inline constexpr KeptLanes<Bits> kept_lanes{};

}  // namespace candor::cpu
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/matmul_sparse_passes.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace sparse {
using D = hn::ScalableTag<float>;
using DI = hn::ScalableTag<std::int32_t>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
constexpr int kLanes = HWY_LANES(float);
constexpr int kVectors = 8;

std::int64_t list(const float* x, std::int64_t count, std::int32_t from, std::int32_t step, float* value, std::int32_t* at) {
  const D d;
  const V zero = hn::Zero(d);
  std::int64_t found = 0, i = 0;
#if HWY_TARGET <= HWY_AVX3
  const DI di;
  auto places = hn::Add(hn::Set(di, from), hn::Mul(hn::Iota(di, 0), hn::Set(di, step)));
  const auto stride = hn::Set(di, kLanes * step);
  const auto take = [&](V v) HWY_ATTR {
    const M keep = hn::Not(hn::Eq(v, zero));  // a NaN is kept: Ne does not take it for different everywhere
    hn::StoreU(hn::Compress(v, keep), d, value + found);
    hn::StoreU(hn::Compress(places, hn::RebindMask(di, keep)), di, at + found);
    found += static_cast<std::int64_t>(hn::CountTrue(d, keep));
    places = hn::Add(places, stride);
  };
  for (; i + kLanes <= count; i += kLanes) take(hn::LoadU(d, x + i));
  if (const int rest = static_cast<int>(count - i); rest > 0) take(load_part(d, x + i, hn::FirstN(d, static_cast<std::size_t>(rest)), rest));
#else
  // Without an instruction for it Highway compresses by a table, which GCC copies to the stack each time; one bit after the other, and each vector's end is guessed wrong.
  const DI di;
  const hn::Rebind<std::uint8_t, DI> bytes;
  auto places = hn::Add(hn::Set(di, from), hn::Mul(hn::Iota(di, 0), hn::Set(di, step)));
  const auto stride = hn::Set(di, kLanes * step);
  for (; i + kLanes <= count; i += kLanes) {
    const V v = hn::LoadU(d, x + i);
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, hn::Not(hn::Eq(v, zero)), bits);
    const auto order = hn::IndicesFromVec(di, hn::PromoteTo(di, hn::LoadU(bytes, kept_lanes<kLanes>.lanes[bits[0]].data())));
    hn::StoreU(hn::BitCast(d, hn::TableLookupLanes(hn::BitCast(di, v), order)), d, value + found);
    hn::StoreU(hn::TableLookupLanes(places, order), di, at + found);
    found += std::popcount(static_cast<unsigned>(bits[0]));
    places = hn::Add(places, stride);
  }
  for (; i < count; ++i) {
    if (x[i] == 0) continue;
    value[found] = x[i];
    at[found++] = static_cast<std::int32_t>(from + i * step);
  }
#endif
  return found;
}

std::int64_t count(const float* x, std::int64_t n) {
  const D d;
  std::int64_t found = 0, i = 0;
  for (; i + kLanes <= n; i += kLanes) found += static_cast<std::int64_t>(hn::CountTrue(d, hn::Not(hn::Eq(hn::LoadU(d, x + i), hn::Zero(d)))));
  for (; i < n; ++i) found += !(x[i] == 0);
  return found;
}

template <int kV>
void add(const SparseRows& s) {
  const D d;
  const int last = s.columns - (kV - 1) * kLanes;
  const M mask = hn::FirstN(d, static_cast<std::size_t>(last));
  const V lowest = hn::Set(d, s.lowest);
  for (std::int64_t r = 0; r < s.rows; ++r) {
    V sum[kV];
    const float* start = s.start ? s.start + r * s.start_row : nullptr;
#pragma GCC unroll 8
    for (int j = 0; j < kV; ++j) {
      if (!start) sum[j] = hn::Zero(d);
      else sum[j] = j < kV - 1 ? hn::LoadU(d, start + j * kLanes) : load_part(d, start + j * kLanes, mask, last);
    }
    for (std::int32_t i = s.first[r]; i < s.first[r + 1]; ++i) {
      const V x = hn::Set(d, s.value[i]);
      const float* b = s.b + s.at[i];
#pragma GCC unroll 8
      for (int j = 0; j < kV - 1; ++j) sum[j] = hn::MulAdd(x, hn::LoadU(d, b + j * kLanes), sum[j]);
      sum[kV - 1] = hn::MulAdd(x, load_part(d, b + (kV - 1) * kLanes, mask, last), sum[kV - 1]);
    }
    float* c = s.c + r * s.c_row;
#pragma GCC unroll 8
    for (int j = 0; j < kV - 1; ++j) hn::StoreU(hn::Max(lowest, sum[j]), d, c + j * kLanes);  // in this order a NaN stays
    store_part(hn::Max(lowest, sum[kV - 1]), d, c + (kV - 1) * kLanes, mask, last);
  }
}

void add_any(const SparseRows& s) {
  static constexpr void (*passes[])(const SparseRows&) = {add<1>, add<2>, add<3>, add<4>, add<5>, add<6>, add<7>, add<8>};
  passes[(s.columns + kLanes - 1) / kLanes - 1](s);
}

void join(const float* a, const float* b, float* c, std::int64_t n, float lowest) {
  const D d;
  const V least = hn::Set(d, lowest);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) hn::StoreU(hn::Max(least, hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i))), d, c + i);
  if (const int rest = static_cast<int>(n - i); rest > 0) {
    const M mask = hn::FirstN(d, static_cast<std::size_t>(rest));
    store_part(hn::Max(least, hn::Add(load_part(d, a + i, mask, rest), load_part(d, b + i, mask, rest))), d, c + i, mask, rest);
  }
}

}  // namespace sparse

const SparsePasses* Passes() {
  static constexpr SparsePasses passes{sparse::kLanes, sparse::kVectors * sparse::kLanes, sparse::list, sparse::count, sparse::add_any, sparse::join};
  return &passes;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {

const SparsePasses& sparse_passes() { return *CANDOR_PICK(Passes)(); }

}  // namespace candor::cpu
#endif
