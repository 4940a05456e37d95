// sgd_update, adam_update and rmsprop_update: one pass over all parameters of a model, cut into pieces of like size.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/optimizer.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "candor/backends/cpu/optimizer.h"
#include "candor/backends/cpu/partial.h"

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

void adam(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), keep = constant(c.keep), epsilon = constant(c.epsilon);
  const V b1 = constant(c.beta1), b2 = constant(c.beta2), r1 = constant(c.rest1), r2 = constant(c.rest2);
  walk<3>(piece, [&](V* x, V g) {
    x[1] = hn::MulAdd(b1, x[1], hn::Mul(r1, g));
    x[2] = hn::MulAdd(b2, x[2], hn::Mul(hn::Mul(r2, g), g));
    x[0] = hn::MulSub(keep, x[0], hn::Div(hn::Mul(rate, x[1]), hn::Add(hn::Sqrt(x[2]), epsilon)));
  });
}

// The largest v so far, in list 3, stands in v's place.
void amsgrad(const Numbers& c, const Piece& piece) {
  const V rate = constant(c.rate), keep = constant(c.keep), epsilon = constant(c.epsilon);
  const V b1 = constant(c.beta1), b2 = constant(c.beta2), r1 = constant(c.rest1), r2 = constant(c.rest2);
  walk<4>(piece, [&](V* x, V g) {
    x[1] = hn::MulAdd(b1, x[1], hn::Mul(r1, g));
    x[2] = hn::MulAdd(b2, x[2], hn::Mul(hn::Mul(r2, g), g));
    x[3] = hn::IfThenElse(hn::Ge(x[3], x[2]), x[3], x[2]);  // a v that is no number stays one
    x[0] = hn::MulSub(keep, x[0], hn::Div(hn::Mul(rate, x[1]), hn::Add(hn::Sqrt(x[3]), epsilon)));
  });
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
optimizer::Rule find_adam(bool largest) { return largest ? amsgrad : adam; }
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
Rule adam_rule(bool amsgrad) { return CANDOR_PICK(find_adam)(amsgrad); }
Rule rmsprop_rule(bool momentum, bool centered, bool torch) { return CANDOR_PICK(find_rmsprop)(momentum, centered, torch); }

}  // namespace candor::cpu::optimizer
#endif
