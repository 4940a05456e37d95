#include "candor/backends/cpu/softmax.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/softmax.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/math.h"
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using softmax::Rows;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
constexpr std::int64_t lanes = HWY_LANES(float);
constexpr float below_all = -std::numeric_limits<float>::infinity();

HWY_INLINE V number(float x) { return hn::Set(F(), x); }

// Rows walked vector by vector; the last one, fewer than a vector, through a mask.
struct Walk {
  std::int64_t whole;                 // elements in whole vectors
  int rest;
  hn::Mask<F> mask;
  explicit Walk(std::int64_t n) : whole(n / lanes * lanes), rest(static_cast<int>(n % lanes)), mask(hn::FirstN(F(), static_cast<std::size_t>(rest))) {}

  HWY_INLINE V last(const float* x) const { return load_part(F(), x + whole, mask, rest); }
  /// f(v) on all vectors; behind the end they hold `fill`.
  template <class Fn>
  HWY_INLINE void read(const float* x, float fill, Fn f) const {
    for (std::int64_t i = 0; i < whole; i += lanes) f(hn::LoadU(F(), x + i));
    if (rest) f(hn::IfThenElse(mask, last(x), number(fill)));
  }
  template <class Fn>
  HWY_INLINE void read(const float* x, const float* y, Fn f) const {
    for (std::int64_t i = 0; i < whole; i += lanes) f(hn::LoadU(F(), x + i), hn::LoadU(F(), y + i));
    if (rest) f(last(x), last(y));
  }
  template <class Fn>
  HWY_INLINE void map(const float* x, float* out, Fn f) const {
    for (std::int64_t i = 0; i < whole; i += lanes) hn::StoreU(f(hn::LoadU(F(), x + i)), F(), out + i);
    if (rest) store_part(f(last(x)), F(), out + whole, mask, rest);
  }
  template <class Fn>
  HWY_INLINE void map(const float* x, const float* y, float* out, Fn f) const {
    for (std::int64_t i = 0; i < whole; i += lanes) hn::StoreU(f(hn::LoadU(F(), x + i), hn::LoadU(F(), y + i)), F(), out + i);
    if (rest) store_part(f(last(x), last(y)), F(), out + whole, mask, rest);
  }
};

HWY_INLINE float total_of(V v) { return hn::GetLane(hn::SumOfLanes(F(), v)); }

// A NaN among the scores makes the sum NaN, and with it the whole row.
HWY_INLINE V largest(const Walk& walk, const float* x) {
  V best = number(below_all);
  walk.read(x, below_all, [&](V v) HWY_ATTR { best = hn::Max(best, v); });
  return hn::MaxOfLanes(F(), best);
}
HWY_INLINE float sum_of_exp(const Walk& walk, const float* x, V shift) {
  V total = hn::Zero(F());
  walk.read(x, below_all, [&](V v) HWY_ATTR { total = hn::Add(total, exp(F(), hn::Sub(v, shift))); });
  return total_of(total);
}

// exp(x - largest) into out; the sum.
HWY_INLINE float exponentials(const Walk& walk, const float* x, float* out) {
  const V shift = largest(walk, x);
  V total = hn::Zero(F());
  for (std::int64_t i = 0; i < walk.whole; i += lanes) {
    const V e = exp(F(), hn::Sub(hn::LoadU(F(), x + i), shift));
    hn::StoreU(e, F(), out + i);
    total = hn::Add(total, e);
  }
  if (walk.rest) {
    const V e = hn::IfThenElseZero(walk.mask, exp(F(), hn::Sub(walk.last(x), shift)));
    store_part(e, F(), out + walk.whole, walk.mask, walk.rest);
    total = hn::Add(total, e);
  }
  return total_of(total);
}

void soft(const Rows& r) {
  const Walk walk(r.classes);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    float* out = r.out + row * r.classes;
    const V share = number(1 / exponentials(walk, r.scores + row * r.classes, out));
    walk.map(out, out, [=](V e) HWY_ATTR { return hn::Mul(e, share); });
  }
}

void log_soft(const Rows& r) {
  const Walk walk(r.classes);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    const float* x = r.scores + row * r.classes;
    const V shift = largest(walk, x), log_total = log(F(), number(sum_of_exp(walk, x, shift)));
    walk.map(x, r.out + row * r.classes, [=](V v) HWY_ATTR { return hn::Sub(hn::Sub(v, shift), log_total); });
  }
}

HWY_INLINE std::int64_t label(const Rows& r, std::int64_t row) {
  return r.wide_labels ? static_cast<const std::int64_t*>(r.labels)[row] : static_cast<const std::int32_t*>(r.labels)[row];
}

// out = log(out) - shift for n rows: the logarithms of many rows at once.
HWY_INLINE void finish_losses(float* out, const float* shift, std::int64_t n) {
  const Walk rows(n);
  rows.map(out, shift, out, [](V total, V s) HWY_ATTR { return hn::Sub(log(F(), total), s); });
}

void sparse(const Rows& r) {
  const Walk walk(r.classes);
  constexpr std::int64_t most = 64;
  float hit[most];
  for (std::int64_t first = 0; first < r.rows; first += most) {
    const std::int64_t n = std::min(most, r.rows - first);
    for (std::int64_t i = 0; i < n; ++i) {
      const float* x = r.scores + (first + i) * r.classes;
      const V shift = largest(walk, x);
      hit[i] = x[label(r, first + i)] - hn::GetLane(shift);
      r.out[first + i] = sum_of_exp(walk, x, shift);
    }
    finish_losses(r.out + first, hit, n);
  }
}

// (softmax - one_hot(label)) cotangent
void sparse_back(const Rows& r) {
  const Walk walk(r.classes);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    float* out = r.out + row * r.classes;
    const float ct = r.cotangent[row];
    const V share = number(1 / exponentials(walk, r.scores + row * r.classes, out)), scale = number(ct);
    walk.map(out, out, [=](V e) HWY_ATTR { return hn::Mul(hn::Mul(e, share), scale); });
    out[label(r, row)] -= ct;
  }
}

void dense(const Rows& r) {
  const Walk walk(r.classes);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    const float *x = r.scores + row * r.classes, *targets = r.targets + row * r.classes;
    const V shift = largest(walk, x), log_total = log(F(), number(sum_of_exp(walk, x, shift)));
    V loss = hn::Zero(F());
    for (std::int64_t i = 0; i < walk.whole; i += lanes)
      loss = hn::NegMulAdd(hn::LoadU(F(), targets + i), hn::Sub(hn::Sub(hn::LoadU(F(), x + i), shift), log_total), loss);
    if (walk.rest) {
      const V term = hn::Mul(walk.last(targets), hn::Sub(hn::Sub(walk.last(x), shift), log_total));
      loss = hn::Sub(loss, hn::IfThenElseZero(walk.mask, term));
    }
    r.out[row] = total_of(loss);
  }
}

// (softmax sum(targets) - targets) cotangent
void dense_back(const Rows& r) {
  const Walk walk(r.classes);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    const float* targets = r.targets + row * r.classes;
    float* out = r.out + row * r.classes;
    V mass = hn::Zero(F());
    walk.read(targets, 0.f, [&](V v) HWY_ATTR { mass = hn::Add(mass, v); });
    const V share = number(total_of(mass) / exponentials(walk, r.scores + row * r.classes, out)), ct = number(r.cotangent[row]);
    walk.map(out, targets, out, [=](V e, V t) HWY_ATTR { return hn::Mul(hn::MulSub(e, share, t), ct); });
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::softmax {

Function softmax_rows(bool logarithm) { return logarithm ? CANDOR_PICK(log_soft) : CANDOR_PICK(soft); }
Function sparse_loss() { return CANDOR_PICK(sparse); }
Function sparse_gradient() { return CANDOR_PICK(sparse_back); }
Function dense_loss() { return CANDOR_PICK(dense); }
Function dense_gradient() { return CANDOR_PICK(dense_back); }

}  // namespace candor::cpu::softmax
#endif
