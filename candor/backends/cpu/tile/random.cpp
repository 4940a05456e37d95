// uniform and bernoulli inside a tile: Philox 4x32-10 (tensor/random.h) on as many counters at once as a vector has lanes.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/tile/random.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/tile/functions.h"
#include "candor/ops/random.h"
#include "candor/tensor/random.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using tile::Instruction;
using D = hn::ScalableTag<std::uint32_t>;
using V = hn::Vec<D>;

// 64-bit products of the lanes with m: their upper halves; the lower ones go to `low`.
HWY_INLINE V product(V x, V m, V& low) {
  const D d;
  low = hn::Mul(x, m);
  const auto even = hn::BitCast(d, hn::MulEven(x, m)), odd = hn::BitCast(d, hn::MulEven(hn::DupOdd(x), m));
  return hn::OddEven(odd, hn::DupOdd(even));
}

// Four times Lanes(d) numbers, those of the blocks from `block` on, in order.
HWY_INLINE void draw(const RandomStream& stream, std::uint64_t block, std::uint32_t* to) {
  const D d;
  // The counter's lower word may pass 2^32 within the vector: then the upper word is one more in the later lanes.
  const V first = hn::Set(d, static_cast<std::uint32_t>(block));
  V c0 = hn::Add(first, hn::Iota(d, 0)), c1 = hn::Set(d, static_cast<std::uint32_t>(block >> 32));
  c1 = hn::IfThenElse(hn::Lt(c0, first), hn::Add(c1, hn::Set(d, 1)), c1);
  V c2 = hn::Set(d, static_cast<std::uint32_t>(stream.stream)), c3 = hn::Set(d, static_cast<std::uint32_t>(stream.stream >> 32));
  V k0 = hn::Set(d, static_cast<std::uint32_t>(stream.seed)), k1 = hn::Set(d, static_cast<std::uint32_t>(stream.seed >> 32));
  const V m0 = hn::Set(d, 0xD2511F53u), m1 = hn::Set(d, 0xCD9E8D57u), w0 = hn::Set(d, 0x9E3779B9u), w1 = hn::Set(d, 0xBB67AE85u);
  for (int round = 0; round < 10; ++round) {
    V low_a, low_b;
    const V high_a = product(c0, m0, low_a), high_b = product(c2, m1, low_b);
    c0 = hn::Xor(hn::Xor(high_b, c1), k0);
    c1 = low_b;
    c2 = hn::Xor(hn::Xor(high_a, c3), k1);
    c3 = low_a;
    k0 = hn::Add(k0, w0);
    k1 = hn::Add(k1, w1);
  }
  hn::StoreInterleaved4(c0, c1, c2, c3, d, to);
}

// 32 random bits for each of n elements from the tile's first on.
void bits_of_tile(const Instruction& in, const tile::RandomState& state, std::uint32_t* to, std::size_t n) {
  const RandomStream stream = candor::detail::random_stream({state.seed, state.step}, in.op_id);
  constexpr std::size_t most = HWY_MAX_BYTES;  // four vectors of 32-bit numbers
  const std::size_t step = 4 * hn::Lanes(D());
  alignas(64) std::uint32_t numbers[most];
  auto at = static_cast<std::uint64_t>(state.first);
  while (n > 0) {
    const std::size_t skip = at % 4, count = std::min(n, step - skip);
    if (count == step) {
      draw(stream, at / 4, to);
    } else {
      draw(stream, at / 4, numbers);
      std::memcpy(to, numbers + skip, count * 4);
    }
    to += count, at += count, n -= count;
  }
}

// Uniform in [0, 1) with 24 bits, as RandomStream::uniform.
HWY_INLINE hn::Vec<hn::ScalableTag<float>> unit(const std::uint32_t* bits) {
  const D d;
  const hn::ScalableTag<float> df;
  const hn::ScalableTag<std::int32_t> di;
  return hn::Mul(hn::ConvertTo(df, hn::BitCast(di, hn::ShiftRight<8>(hn::LoadU(d, bits)))), hn::Set(df, 0x1p-24f));
}

void uniform(const Instruction& in, void* const* slots, std::size_t n) {
  const hn::ScalableTag<float> df;
  auto* out = static_cast<std::uint32_t*>(slots[in.out]);
  bits_of_tile(in, *static_cast<const tile::RandomState*>(slots[in.state]), out, n);
  const auto low = hn::Set(df, in.low), width = hn::Set(df, in.high);
  for (std::size_t i = 0; i < n; i += hn::Lanes(df)) hn::StoreU(hn::Add(low, hn::Mul(width, unit(out + i))), df, reinterpret_cast<float*>(out) + i);
}

void bernoulli(const Instruction& in, void* const* slots, std::size_t n) {
  const hn::ScalableTag<float> df;
  auto* out = static_cast<std::uint32_t*>(slots[in.out]);
  bits_of_tile(in, *static_cast<const tile::RandomState*>(slots[in.state]), out, n);
  const auto probability = hn::Set(df, in.low);
  for (std::size_t i = 0; i < n; i += hn::Lanes(df))
    hn::StoreU(hn::VecFromMask(df, hn::Lt(unit(out + i), probability)), df, reinterpret_cast<float*>(out) + i);
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::tile {

Function find_random(const NodeInfo& node, Instruction& instruction) {
  const std::string& name = node.op->name;
  if (!node.in.empty() || (name != "uniform" && name != "bernoulli")) return nullptr;
  instruction.op_id = node.attrs.integer("op_id");
  if (name == "bernoulli") {
    instruction.low = static_cast<float>(node.attrs.number("probability"));
    return CANDOR_PICK(bernoulli);
  }
  if (node.out[0].dtype != DType::f32) return nullptr;
  instruction.low = static_cast<float>(node.attrs.number("low"));
  instruction.high = static_cast<float>(node.attrs.number("high")) - instruction.low;
  return CANDOR_PICK(uniform);
}

}  // namespace candor::cpu::tile
#endif
