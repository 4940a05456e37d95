// sgd_update, adam_update and rmsprop_update: one pass over all parameters of a model, cut into pieces of like size.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/optimizer.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>

#include "candor/backends/cpu/optimizer.h"
#include "candor/backends/cpu/partial.h"
#include "candor/ops/scattered.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using optimizer::Numbers;
using optimizer::Piece;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;

// Calls rule(lists, gradient) on vectors of the parameter and its states; the rule changes them in place.
template <std::size_t lists, class Rule>
HWY_INLINE void walk(const Piece& piece, Rule rule) {
  const F d;
  std::int64_t i = 0;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (; i + lanes <= piece.count; i += lanes) {
    V x[lists];
    for (std::size_t k = 0; k < lists; ++k) x[k] = hn::LoadU(d, piece.in[k] + i);
    rule(x, hn::LoadU(d, piece.gradient + i));
    for (std::size_t k = 0; k < lists; ++k) hn::StoreU(x[k], d, piece.out[k] + i);
  }
  if (const int rest = static_cast<int>(piece.count - i); rest > 0) {
    V x[lists];
    const auto first = hn::FirstN(d, static_cast<std::size_t>(rest));
    for (std::size_t k = 0; k < lists; ++k) x[k] = load_part(d, piece.in[k] + i, first, rest);
    rule(x, load_part(d, piece.gradient + i, first, rest));
    for (std::size_t k = 0; k < lists; ++k) store_part(x[k], d, piece.out[k] + i, first, rest);
  }
}

HWY_INLINE V constant(float value) { return hn::Set(F(), value); }

void sgd(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), keep = constant(c.keep);
  walk<1>(piece, [&](V* x, V g) { x[0] = hn::NegMulAdd(rate, g, hn::Mul(keep, x[0])); });
}

template <bool nesterov>
void sgd_momentum(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), keep = constant(c.keep), momentum = constant(c.momentum);
  walk<2>(piece, [&](V* x, V g) {
    const V step = hn::Mul(rate, g);
    x[1] = hn::MulSub(momentum, x[1], step);
    x[0] = hn::MulAdd(keep, x[0], nesterov ? hn::MulSub(momentum, x[1], step) : x[1]);
  });
}

using Counts = hn::ScalableTag<std::uint32_t>;
using Shorts = hn::Rebind<std::uint16_t, Counts>;
using C = hn::Vec<Counts>;

HWY_INLINE C scattered(C x) {
  const Counts d;
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(d, 0x7feb352du));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(d, 0x846ca68bu));
  return hn::Xor(x, hn::ShiftRight<16>(x));
}

HWY_INLINE V widened(const std::uint16_t* from) { return hn::BitCast(F(), hn::ShiftLeft<16>(hn::PromoteTo(Counts(), hn::LoadU(Shorts(), from)))); }

/// As rounded_by of ops/scattered.h.
HWY_INLINE void store_rounded(V x, C noise16, std::uint16_t* to) {
  const Counts d;
  const C bits = hn::BitCast(d, x), up = hn::Add(bits, noise16);
  C kept = hn::IfThenElse(hn::RebindMask(d, hn::IsFinite(x)), up, bits);
  kept = hn::IfThenElse(hn::RebindMask(d, hn::IsNaN(x)), hn::Set(d, 0x7fc00000u), kept);
  hn::StoreU(hn::TruncateTo(Shorts(), hn::ShiftRight<16>(kept)), Shorts(), to);
}

/// walk for states of 16 bits.
template <std::size_t lists, class Rule>
HWY_INLINE void walk_short(const Piece& piece, Rule rule) {
  const F d;
  const Counts counts;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const C key = hn::Set(counts, piece.key), low = hn::Set(counts, 0xffffu), stride = hn::Set(counts, static_cast<std::uint32_t>(lanes) * noise_factor);
  // Numbers of elements times noise_factor; the product of each vector with it would take longer than the sum with the vector before.
  C element = hn::Mul(hn::Iota(counts, piece.first), hn::Set(counts, noise_factor));
  const auto step = [&](const float* p, float* new_p, const float* gradient, const std::uint16_t* const(&in)[lists], std::uint16_t* const(&out)[lists]) HWY_ATTR {
    V x[lists];
    x[0] = hn::LoadU(d, p);
    for (std::size_t k = 1; k < lists; ++k) x[k] = widened(in[k]);
    rule(x, hn::LoadU(d, gradient));
    const C noise = scattered(hn::Xor(element, key));
    element = hn::Add(element, stride);
    hn::StoreU(x[0], d, new_p);
    store_rounded(x[1], hn::And(noise, low), out[1]);
    for (std::size_t k = 2; k < lists; ++k) store_rounded(x[k], hn::ShiftRight<16>(noise), out[k]);
  };
  std::int64_t i = 0;
  const std::uint16_t* in[lists] = {};
  std::uint16_t* out[lists] = {};
  for (; i + lanes <= piece.count; i += lanes) {
    for (std::size_t k = 1; k < lists; ++k) in[k] = piece.short_in[k] + i, out[k] = piece.short_out[k] + i;
    step(piece.in[0] + i, piece.out[0] + i, piece.gradient + i, in, out);
  }
  const auto rest = static_cast<std::size_t>(piece.count - i);
  if (rest == 0) return;
  constexpr std::size_t most = HWY_LANES(float);
  HWY_ALIGN float p[most] = {}, gradient[most] = {};
  HWY_ALIGN std::uint16_t states[lists][most] = {};
  std::copy_n(piece.in[0] + i, rest, p);
  std::copy_n(piece.gradient + i, rest, gradient);
  for (std::size_t k = 1; k < lists; ++k) {
    std::copy_n(piece.short_in[k] + i, rest, states[k]);
    in[k] = out[k] = states[k];
  }
  step(p, p, gradient, in, out);
  std::copy_n(p, rest, piece.out[0] + i);
  for (std::size_t k = 1; k < lists; ++k) std::copy_n(states[k], rest, piece.short_out[k] + i);
}

/// x / (sqrt(v) + epsilon), v >= 0. Sixteen numbers are rooted and divided in some 40 cycles, longer than their weights and moments take to come from
/// the second cache; approximations of 14 bits with a Newton step each take 8. At most 2 ulp from the truth; 0, infinity and NaN go their usual way.
HWY_INLINE V over_root(V x, V v, V epsilon) {
#if HWY_TARGET <= HWY_AVX3
  const F d;
  const V near = hn::ApproximateReciprocalSqrt(v), start = hn::Mul(v, near), half = hn::Mul(near, constant(0.5f));
  const V refined = hn::MulAdd(start, hn::NegMulAdd(half, start, constant(0.5f)), start);
  const V below = hn::Add(hn::IfThenZeroElse(hn::Eq(v, hn::Zero(d)), refined), epsilon);
  const V first = hn::ApproximateReciprocal(below), inverse = hn::MulAdd(first, hn::NegMulAdd(below, first, constant(1.f)), first);
  return hn::Mul(x, hn::IfThenZeroElse(hn::Eq(v, hn::Inf(d)), inverse));
#else
  return hn::Div(x, hn::Add(hn::Sqrt(v), epsilon));
#endif
}

template <bool short_states>
void adam(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), keep = constant(c.keep), epsilon = constant(c.epsilon);
  const V b1 = constant(c.beta1), b2 = constant(c.beta2), r1 = constant(c.rest1), r2 = constant(c.rest2);
  const auto rule = [&](V* x, V g) HWY_ATTR {
    x[1] = hn::MulAdd(b1, x[1], hn::Mul(r1, g));
    x[2] = hn::MulAdd(b2, x[2], hn::Mul(hn::Mul(r2, g), g));
    x[0] = hn::MulSub(keep, x[0], over_root(hn::Mul(rate, x[1]), x[2], epsilon));
  };
  if constexpr (short_states) walk_short<3>(piece, rule);
  else walk<3>(piece, rule);
}

// The largest v so far, in list 3, stands in v's place.
template <bool short_states>
void amsgrad(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), keep = constant(c.keep), epsilon = constant(c.epsilon);
  const V b1 = constant(c.beta1), b2 = constant(c.beta2), r1 = constant(c.rest1), r2 = constant(c.rest2);
  const auto rule = [&](V* x, V g) HWY_ATTR {
    x[1] = hn::MulAdd(b1, x[1], hn::Mul(r1, g));
    x[2] = hn::MulAdd(b2, x[2], hn::Mul(hn::Mul(r2, g), g));
    x[3] = hn::IfThenElse(hn::Ge(x[3], x[2]), x[3], x[2]);  // a v that is no number stays one
    x[0] = hn::MulSub(keep, x[0], over_root(hn::Mul(rate, x[1]), x[3], epsilon));
  };
  if constexpr (short_states) walk_short<4>(piece, rule);
  else walk<4>(piece, rule);
}

// Lists: parameter, mean square, [momentum], [mean].
template <bool momentum, bool centered, bool torch>
void rmsprop(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), b = constant(c.beta1), r = constant(c.rest1), epsilon = constant(c.epsilon), m = constant(c.momentum);
  walk<2 + momentum + centered>(piece, [&](V* x, V g) {
    x[1] = hn::MulAdd(b, x[1], hn::Mul(hn::Mul(r, g), g));
    V spread = x[1];
    if constexpr (centered) {
      V& mean = x[momentum ? 3 : 2];
      mean = hn::MulAdd(b, mean, hn::Mul(r, g));
      spread = hn::Sub(spread, hn::Mul(mean, mean));
    }
    const V scaled = hn::Div(g, torch ? hn::Add(hn::Sqrt(spread), epsilon) : hn::Sqrt(hn::Add(spread, epsilon)));
    if constexpr (momentum) {
      x[2] = hn::MulAdd(m, x[2], torch ? scaled : hn::Mul(rate, scaled));
      x[0] = torch ? hn::NegMulAdd(rate, x[2], x[0]) : hn::Sub(x[0], x[2]);
    } else x[0] = hn::NegMulAdd(rate, scaled, x[0]);
  });
}

optimizer::Rule find_sgd(bool momentum, bool nesterov) { return momentum ? nesterov ? sgd_momentum<true> : sgd_momentum<false> : sgd; }
optimizer::Rule find_adam(bool largest, bool short_states) {
  if (short_states) return largest ? amsgrad<true> : adam<true>;
  return largest ? amsgrad<false> : adam<false>;
}
optimizer::Rule find_rmsprop(bool momentum, bool centered, bool torch) {
  static constexpr optimizer::Rule rules[] = {rmsprop<false, false, false>, rmsprop<false, false, true>, rmsprop<false, true, false>, rmsprop<false, true, true>,
                                              rmsprop<true, false, false>,  rmsprop<true, false, true>,  rmsprop<true, true, false>,  rmsprop<true, true, true>};
  return rules[momentum * 4 + centered * 2 + torch];
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::optimizer {

Rule sgd_rule(bool momentum, bool nesterov) { return CANDOR_PICK(find_sgd)(momentum, nesterov); }
Rule adam_rule(bool amsgrad, bool short_states) { return CANDOR_PICK(find_adam)(amsgrad, short_states); }
Rule rmsprop_rule(bool momentum, bool centered, bool torch) { return CANDOR_PICK(find_rmsprop)(momentum, centered, torch); }

}  // namespace candor::cpu::optimizer
#endif
