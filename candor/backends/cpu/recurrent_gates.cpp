#include "candor/backends/cpu/recurrent_gates.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/recurrent_gates.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/math.h"
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using cpu::recurrent::Backward;
using cpu::recurrent::Block;
using cpu::recurrent::Forward;

using GD = hn::ScalableTag<float>;
using GV = hn::Vec<GD>;
constexpr std::int64_t kGateLanes = HWY_LANES(float);

/// Loads and stores of a block of units, whole or the first few lanes.
template <bool kWhole>
struct Lanes {
  hn::Mask<GD> mask;
  int width;
  explicit HWY_INLINE Lanes(int count) : mask(hn::FirstN(GD(), static_cast<std::size_t>(count))), width(count) {}
  HWY_INLINE GV get(const float* p) const {
    if constexpr (kWhole) return hn::LoadU(GD(), p);
    else return load_part(GD(), p, mask, width);
  }
  HWY_INLINE void put(GV v, float* p) const {
    if constexpr (kWhole) hn::StoreU(v, GD(), p);
    else store_part(v, GD(), p, mask, width);
  }
};

// Sigmoid and tanh within 3 units in the last place, with half the instructions of math.h: no denormal results, and one way for all numbers.
// NaN stays: it is the second operand of max and min.
HWY_INLINE GV Bounded(GV x, float bound) { return hn::Min(hn::Set(GD(), bound), hn::Max(hn::Set(GD(), -bound), x)); }

HWY_INLINE GV GateSigmoid(GV x) {
  const GD d;
  const GV one = hn::Set(d, 1.f);
  hn::Vec<IntOf<GD>> n;
  const GV p = reduced_expm1(d, hn::Neg(Bounded(x, 87.f)), n);
  return quotient(d, one, hn::MulAdd(power_of_two(d, n), hn::Add(p, one), one));
}

/// y / (y + 2) with y = exp(2 x) - 1.
HWY_INLINE GV GateTanh(GV x) {
  const GD d;
  const GV b = Bounded(x, 9.25f);
  hn::Vec<IntOf<GD>> n;
  const GV p = reduced_expm1(d, hn::Add(b, b), n), s = power_of_two(d, n);
  const GV y = hn::MulAdd(s, p, hn::Sub(s, hn::Set(d, 1.f)));
  return quotient(d, y, hn::Add(y, hn::Set(d, 2.f)));
}

template <class L>
HWY_INLINE GV CotangentOfState(const Backward& b, const L& at, std::int64_t row, const float* carry) {
  const GV own = at.get(carry);
  return b.dh ? hn::Add(own, at.get(b.dh + row * b.dh_row)) : own;
}

HWY_INLINE bool Counts(const Block& b, std::int64_t row) { return !b.mask || b.mask[row * b.time]; }

/// a (1 - a) and 1 - a^2: derivatives of sigmoid and tanh by their values.
HWY_INLINE GV SigmoidSlope(GV a) { return hn::NegMulAdd(a, a, a); }
HWY_INLINE GV TanhSlope(GV a) { return hn::NegMulAdd(a, a, hn::Set(GD(), 1.f)); }

// A step is done for all rows in two passes, Begin up to where a second activation waits for the first ones, then End: what one row waits for
// another can fill, as far as a processor looks ahead.

struct Rnn {
  template <class L>
  static HWY_INLINE void Begin(const Forward&, const L&, std::int64_t) {}
  template <class L>
  static HWY_INLINE void End(const Forward& f, const L& at, std::int64_t row) {
    const GD d;
    const GV old = at.get(f.before + row * f.state_row);
    const GV h = GateTanh(hn::Add(hn::Load(d, f.sums + row * kGateLanes), at.get(f.x + row * f.x_row)));
    const GV kept = Counts(f, row) ? h : old;
    at.put(kept, f.after + row * f.state_row);
    at.put(kept, f.h + row * f.time * f.units);
  }
  template <class L>
  static HWY_INLINE void Back(const Backward& b, const L& at, std::int64_t row) {
    const std::int64_t place = row * b.time * b.units;
    float* carry = b.carry + row * b.state_row;
    const GV dh = CotangentOfState(b, at, row, carry), zero = hn::Zero(GD());
    const bool counts = Counts(b, row);
    const GV dx = counts ? hn::Mul(dh, TanhSlope(at.get(b.state + place))) : zero;
    at.put(counts ? zero : dh, carry);
    at.put(dx, b.local + row * b.local_row);
    if (b.dx) at.put(dx, b.dx + place);
  }
};

struct Lstm {
  template <class L>
  static HWY_INLINE void Begin(const Forward& f, const L& at, std::int64_t row) {
    const GD d;
    const std::int64_t n = f.units;
    float* sums = f.sums + row * 4 * kGateLanes;
    const float* x = f.x + row * f.x_row;
    const auto sum = [&](std::int64_t g) HWY_ATTR { return hn::Add(hn::Load(d, sums + g * kGateLanes), at.get(x + g * f.x_gate)); };
    const GV in = GateSigmoid(sum(0)), forget = GateSigmoid(sum(1)), g = GateTanh(sum(2)), out = GateSigmoid(sum(3));
    if (f.gates) {
      float* gates = f.gates + row * f.gates_row;
      at.put(in, gates), at.put(forget, gates + n), at.put(g, gates + 2 * n), at.put(out, gates + 3 * n);
    }
    float* cell = f.cell + row * f.state_row;
    GV c = at.get(cell);
    if (Counts(f, row)) c = hn::MulAdd(forget, c, hn::Mul(in, g));
    at.put(c, cell);
    at.put(c, f.c + row * f.time * n);
    hn::Store(c, d, sums), hn::Store(out, d, sums + kGateLanes);
  }
  template <class L>
  static HWY_INLINE void End(const Forward& f, const L& at, std::int64_t row) {
    const GD d;
    const float* sums = f.sums + row * 4 * kGateLanes;
    const GV new_h = hn::Mul(hn::Load(d, sums + kGateLanes), GateTanh(hn::Load(d, sums)));
    const GV h = Counts(f, row) ? new_h : at.get(f.before + row * f.state_row);
    at.put(h, f.after + row * f.state_row);
    at.put(h, f.h + row * f.time * f.units);
  }
  template <class L>
  static HWY_INLINE void Back(const Backward& b, const L& at, std::int64_t row) {
    const GD d;
    const std::int64_t place = row * b.time * b.units, n = b.units;
    const float* gates = b.gates + row * b.gates_row;
    float *carry = b.carry + row * b.state_row, *cell = b.cell + row * b.state_row, *local = b.local + row * b.local_row;
    const GV dh = CotangentOfState(b, at, row, carry), zero = hn::Zero(d);
    GV dc = at.get(cell), d_in = zero, d_forget = zero, d_g = zero, d_out = zero, kept = dh;
    if (b.dc) dc = hn::Add(dc, at.get(b.dc + place));
    if (Counts(b, row)) {
      const GV in = at.get(gates), forget = at.get(gates + n), g = at.get(gates + 2 * n), out = at.get(gates + 3 * n), tc = GateTanh(at.get(b.state + place));
      const GV dcell = hn::MulAdd(hn::Mul(dh, out), TanhSlope(tc), dc);
      d_in = hn::Mul(hn::Mul(dcell, g), SigmoidSlope(in));
      d_forget = hn::Mul(hn::Mul(dcell, at.get(b.before + row * b.before_row)), SigmoidSlope(forget));
      d_g = hn::Mul(hn::Mul(dcell, in), TanhSlope(g));
      d_out = hn::Mul(hn::Mul(dh, tc), SigmoidSlope(out));
      dc = hn::Mul(dcell, forget);
      kept = zero;
    }
    at.put(kept, carry);
    at.put(dc, cell);
    at.put(d_in, local), at.put(d_forget, local + n), at.put(d_g, local + 2 * n), at.put(d_out, local + 3 * n);
    if (b.dx) {
      float* dx = b.dx + 4 * place;
      at.put(d_in, dx), at.put(d_forget, dx + n), at.put(d_g, dx + 2 * n), at.put(d_out, dx + 3 * n);
    }
  }
};

struct Gru {
  template <class L>
  static HWY_INLINE void Begin(const Forward& f, const L& at, std::int64_t row) {
    const GD d;
    const std::int64_t n = f.units;
    float* sums = f.sums + row * 3 * kGateLanes;
    const float* x = f.x + row * f.x_row;
    const auto inner = [&](std::int64_t g) HWY_ATTR { return hn::Add(hn::Load(d, sums + g * kGateLanes), at.get(f.bias + g * n)); };
    const GV z = GateSigmoid(hn::Add(inner(0), at.get(x))), r = GateSigmoid(hn::Add(inner(1), at.get(x + f.x_gate))), m = inner(2);
    if (f.gates) {
      float* gates = f.gates + row * f.gates_row;
      at.put(z, gates), at.put(r, gates + n), at.put(m, gates + 3 * n);
    }
    hn::Store(z, d, sums), hn::Store(hn::MulAdd(r, m, at.get(x + 2 * f.x_gate)), d, sums + kGateLanes);
  }
  template <class L>
  static HWY_INLINE void End(const Forward& f, const L& at, std::int64_t row) {
    const GD d;
    const float* sums = f.sums + row * 3 * kGateLanes;
    const GV z = hn::Load(d, sums), candidate = GateTanh(hn::Load(d, sums + kGateLanes)), old = at.get(f.before + row * f.state_row);
    if (f.gates) at.put(candidate, f.gates + row * f.gates_row + 2 * f.units);
    const GV h = Counts(f, row) ? hn::MulAdd(z, hn::Sub(old, candidate), candidate) : old;
    at.put(h, f.after + row * f.state_row);
    at.put(h, f.h + row * f.time * f.units);
  }
  template <class L>
  static HWY_INLINE void Back(const Backward& b, const L& at, std::int64_t row) {
    const GD d;
    const std::int64_t place = row * b.time * b.units, n = b.units;
    const float* gates = b.gates + row * b.gates_row;
    float *carry = b.carry + row * b.state_row, *local = b.local + row * b.local_row;
    const GV dh = CotangentOfState(b, at, row, carry), zero = hn::Zero(d);
    GV d_z = zero, d_r = zero, d_n = zero, d_m = zero, kept = dh;
    if (Counts(b, row)) {
      const GV z = at.get(gates), r = at.get(gates + n), candidate = at.get(gates + 2 * n), m = at.get(gates + 3 * n);
      d_z = hn::Mul(hn::Mul(dh, hn::Sub(at.get(b.before + row * b.before_row), candidate)), SigmoidSlope(z));
      kept = hn::Mul(dh, z);
      d_n = hn::Mul(hn::Sub(dh, kept), TanhSlope(candidate));
      d_m = hn::Mul(d_n, r);
      d_r = hn::Mul(hn::Mul(d_n, m), SigmoidSlope(r));
    }
    at.put(kept, carry);
    at.put(d_z, local), at.put(d_r, local + n), at.put(d_m, local + 2 * n);
    if (b.candidate) at.put(d_n, b.candidate + row * b.local_row);
    if (b.dx) {
      float *dx = b.dx + 3 * place, *dinner = b.dinner + 3 * place;
      at.put(d_z, dx), at.put(d_r, dx + n), at.put(d_n, dx + 2 * n);
      at.put(d_z, dinner), at.put(d_r, dinner + n), at.put(d_m, dinner + 2 * n);
    }
  }
};

template <class Cell, bool kWhole>
HWY_INLINE void ForwardRowsOf(const Forward& f) {
  const Lanes<kWhole> at(f.width);
  for (std::int64_t row = 0; row < f.rows; ++row) {
    if (f.gates && f.gates_ahead)
      for (std::int64_t g = 0; g < 4; ++g) __builtin_prefetch(f.gates + f.gates_ahead + row * f.gates_row + g * f.units, 1);
    Cell::Begin(f, at, row);
  }
  for (std::int64_t row = 0; row < f.rows; ++row) Cell::End(f, at, row);
}
template <class Cell>
void ForwardRows(const Forward& f) {
  if (f.width == kGateLanes) ForwardRowsOf<Cell, true>(f);
  else ForwardRowsOf<Cell, false>(f);
}
HWY_INLINE void AskForSoon(const Backward& b, std::int64_t row) {
  for (std::int64_t g = 0; g < 4 && b.soon_gates; ++g) __builtin_prefetch(b.soon_gates + row * b.gates_row + g * b.units);
  if (b.soon_h) __builtin_prefetch(b.soon_h + row * b.time * b.units);
  if (b.soon_x) __builtin_prefetch(b.soon_x + row * b.soon_x_row);
}
template <class Cell, bool kWhole>
HWY_INLINE void BackwardRowsOf(const Backward& b) {
  const Lanes<kWhole> at(b.width);
  for (std::int64_t row = 0; row < b.rows; ++row) {
    AskForSoon(b, row);
    Cell::Back(b, at, row);
  }
}
template <class Cell>
void BackwardRows(const Backward& b) {
  if (b.width == kGateLanes) BackwardRowsOf<Cell, true>(b);
  else BackwardRowsOf<Cell, false>(b);
}

cpu::recurrent::Gates RecurrentGates(cpu::recurrent::Family family) {
  using cpu::recurrent::Family;
  constexpr int lanes = HWY_LANES(float);
  if (family == Family::rnn) return {lanes, &ForwardRows<Rnn>, &BackwardRows<Rnn>};
  if (family == Family::gru) return {lanes, &ForwardRows<Gru>, &BackwardRows<Gru>};
  return {lanes, &ForwardRows<Lstm>, &BackwardRows<Lstm>};
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::recurrent {
Gates gates_of(Family family) { return CANDOR_PICK(RecurrentGates)(family); }
}  // namespace candor::cpu::recurrent
#endif
