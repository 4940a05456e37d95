// Vector exp, log, trigonometric and related functions on f32, within 2 units in the last place over the whole range:
// denormals, infinities and NaN included. The polynomials are minimax fits made for this file (Remez exchange, weighted by
// relative error). Include after hwy/highway.h, once a target.
#if defined(CANDOR_CPU_MATH_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CANDOR_CPU_MATH_H
#undef CANDOR_CPU_MATH_H
#else
#define CANDOR_CPU_MATH_H
#endif

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D> using IntOf = hn::RebindToSigned<D>;

/// c[0] + c[1] x + ... by Horner's rule.
template <class D, class V, std::size_t N>
HWY_INLINE V polynomial(D d, V x, const float (&c)[N]) {
  V sum = hn::Set(d, c[N - 1]);
  for (std::size_t i = N - 1; i-- > 0;) sum = hn::MulAdd(sum, x, hn::Set(d, c[i]));
  return sum;
}

/// top / bottom within 1 unit in the last place for a bottom from 1 to 2^126, and no more than 1 for top < bottom: of dividers a core has one, of
/// multipliers more.
template <class D, class V>
HWY_INLINE V quotient(D d, V top, V bottom) {
#if HWY_TARGET <= HWY_AVX3
  const V rough = hn::ApproximateReciprocal(bottom);  // 14 bits
  const V r = hn::MulAdd(rough, hn::NegMulAdd(bottom, rough, hn::Set(d, 1.f)), rough), q = hn::Mul(top, r);
  return hn::MulAdd(r, hn::NegMulAdd(q, bottom, top), q);
#else
  (void)d;
  return hn::Div(top, bottom);
#endif
}

/// 2^n for n in [-126, 127].
template <class D, class I>
HWY_INLINE hn::Vec<D> power_of_two(D d, I n) { return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(IntOf<D>(), 127)))); }

/// x * 2^n for n in [-252, 254]; two factors, so that a result below the normal range is rounded once.
template <class D, class V, class I>
HWY_INLINE V scale_by_power(D d, V x, I n) {
  const auto half = hn::ShiftRight<1>(n);
  return hn::Mul(hn::Mul(x, power_of_two(d, half)), power_of_two(d, hn::Sub(n, half)));
}

/// x = n ln 2 + r with |r| <= ln 2 / 2; gives exp(r) - 1 and n. x must lie in [-150, 150].
template <class D, class V, class I>
HWY_INLINE V reduced_expm1(D d, V x, I& n) {
  static constexpr float c[] = {0.5f, 0.166666672f, 0.0416663289f, 0.00833322015f, 0.00139431981f, 0.000199621601f};
  n = hn::NearestInt(hn::Mul(x, hn::Set(d, 1.44269504f)));
  const V k = hn::ConvertTo(d, n);
  // ln 2 in two parts, the first with so few bits that its product with n is exact.
  V r = hn::NegMulAdd(k, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(k, hn::Set(d, -2.12194440e-4f), r);
  return hn::MulAdd(hn::Mul(r, r), polynomial(d, r, c), r);
}

template <class D, class V>
HWY_INLINE V clamped(D d, V x, float low, float high) {
  return hn::Min(hn::Max(x, hn::Set(d, low)), hn::Set(d, high));
}

template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  hn::Vec<IntOf<D>> n;
  const V p = reduced_expm1(d, clamped(d, x, -104.f, 89.f), n);
  return hn::IfThenElse(hn::IsNaN(x), x, scale_by_power(d, hn::Add(p, hn::Set(d, 1.f)), n));
}

/// exp for numbers that are at most 88, such as those from which a largest one was taken away: what would be below the normal numbers is 0.
template <class D, class V>
HWY_INLINE V exp_down(D d, V x) {
  const V low = hn::Set(d, -87.f);
  hn::Vec<IntOf<D>> n;
  const V p = reduced_expm1(d, hn::Max(low, x), n);  // in this order a NaN stays
  const V power = power_of_two(d, n);
  return hn::IfThenZeroElse(hn::Lt(x, low), hn::MulAdd(p, power, power));
}

template <class D, class V>
HWY_INLINE V expm1(D d, V x) {
  hn::Vec<IntOf<D>> n;
  const V p = reduced_expm1(d, clamped(d, x, -20.f, 89.f), n), half = hn::Set(d, 0.5f);
  // 2 (2^(n-1) p + (2^(n-1) - 1/2)): exact for n = 0, and 2^n may be beyond the range.
  const IntOf<D> di;
  const V s = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 126))));
  const V y = hn::MulAdd(s, p, hn::Sub(s, half));
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Add(y, y));
}

/// log(u) + c for normal positive u; `exponent` is added to u's own.
template <class D, class V, class I>
HWY_INLINE V log_normal(D d, V u, V c, I exponent) {
  static constexpr float p[] = {0.333333135f, -0.250000089f, 0.200021192f, -0.166679963f, 0.142195538f,
                                -0.1240559f,  0.118881531f,  -0.116756313f, 0.067466259f};
  const IntOf<D> di;
  // Mantissa into [sqrt(1/2), sqrt(2)), so that log is small where u is near 1.
  const auto bits = hn::Sub(hn::BitCast(di, u), hn::Set(di, 0x3f3504f3));
  const V e = hn::ConvertTo(d, hn::Add(hn::ShiftRight<23>(bits), exponent));
  const V m = hn::BitCast(d, hn::Add(hn::And(bits, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f3504f3)));
  const V f = hn::Sub(m, hn::Set(d, 1.f)), f2 = hn::Mul(f, f);
  V y = hn::Mul(hn::Mul(f2, f), polynomial(d, f, p));
  y = hn::MulAdd(e, hn::Set(d, -2.12194440e-4f), hn::Add(y, c));
  y = hn::NegMulAdd(f2, hn::Set(d, 0.5f), y);
  return hn::MulAdd(e, hn::Set(d, 0.693359375f), hn::Add(f, y));
}

/// What log gives outside (0, inf): -inf at 0, NaN below and for NaN, inf at inf.
template <class D, class V>
HWY_INLINE V log_edges(D d, V x, V y) {
  const V inf = hn::Inf(d);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(inf), y);
  y = hn::IfThenElse(hn::Eq(x, inf), inf, y);
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), y, hn::NaN(d));
}

template <class D, class V>
HWY_INLINE V log(D d, V x) {
  const IntOf<D> di;
  const auto tiny = hn::Lt(x, hn::Set(d, 1.17549435e-38f));
  const V u = hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, 8388608.f)), x);
  const auto shift = hn::IfThenElseZero(hn::RebindMask(di, tiny), hn::Set(di, -23));
  return log_edges(d, x, log_normal(d, u, hn::Zero(d), shift));
}

template <class D, class V>
HWY_INLINE V log1p(D d, V x) {
  const IntOf<D> di;
  const V one = hn::Set(d, 1.f), u = hn::Add(one, x);
  // What rounding lost in u.
  const V lost = hn::IfThenElse(hn::Lt(x, one), hn::Sub(x, hn::Sub(u, one)), hn::Sub(one, hn::Sub(u, x)));
  const V y = log_normal(d, u, hn::Div(lost, u), hn::Zero(di));
  return log_edges(d, u, y);
}

template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  static constexpr float p[] = {-0.333333313f, 0.133332044f, -0.0539465174f, 0.0216993131f, -0.00817384385f, 0.00213960814f};
  const V a = hn::Abs(x), one = hn::Set(d, 1.f), two = hn::Set(d, 2.f), a2 = hn::Mul(a, a);
  const V small = hn::MulAdd(hn::Mul(a2, a), polynomial(d, a2, p), a);
  const V most = hn::Min(hn::Set(d, 10.f), a);  // there it is 1; in this order a NaN stays
  hn::Vec<IntOf<D>> n;
  const V e = reduced_expm1(d, hn::Add(most, most), n), power = power_of_two(d, n);
  const V large = hn::Sub(one, quotient(d, two, hn::Add(hn::MulAdd(e, power, power), one)));
  return hn::CopySign(hn::IfThenElse(hn::Lt(a, hn::Set(d, 0.625f)), small, large), x);
}

/// 1 / (1 + exp(-x)), accurate for very negative x too.
template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.f), e = exp(d, hn::Neg(hn::Abs(x)));
  const V top = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
  return hn::Div(top, hn::Add(one, e));
}

/// log(1 + exp(x)).
template <class D, class V>
HWY_INLINE V softplus(D d, V x) {
  const V y = hn::Add(hn::Max(x, hn::Zero(d)), log1p(d, exp(d, hn::Neg(hn::Abs(x)))));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

/// erfc(t) = exp(-t erf_far(t)) for t in [0.93, 3.95].
inline constexpr float erf_far[] = {1.12855172f, 0.635625243f, 0.105262801f, -0.0226742551f, 0.00293023558f, -4.9617418e-05f, -4.55746704e-05f, 4.93763719e-06f};

/// erf(x) for |x| < 0.93.
template <class D, class V>
HWY_INLINE V erf_near(D d, V x) {
  static constexpr float near[] = {0.128379167f, -0.376126319f, 0.112836875f, -0.0268589407f, 0.00519990688f, -0.000813001359f, 8.31677826e-05f};
  return hn::MulAdd(x, polynomial(d, hn::Mul(x, x), near), x);
}

template <class D, class V>
HWY_INLINE V erf(D d, V x) {
  const V a = hn::Abs(x);
  const V small = erf_near(d, x);
  // 1 - erfc, with erfc(t) = exp(-t far(t)); beyond 3.95 it is 1.
  const V t = hn::Min(a, hn::Set(d, 3.95f));
  const V large = hn::Sub(hn::Set(d, 1.f), exp_down(d, hn::Neg(hn::Mul(t, polynomial(d, t, erf_far)))));
  const V y = hn::IfThenElse(hn::Lt(a, hn::Set(d, 0.93f)), small, hn::CopySign(large, x));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

/// x (1 + erf(x / sqrt 2)) / 2, where erf nears -1 by what is left of it; below -5.58, where less than 1e-7 is left, 0.
template <class D, class V>
HWY_INLINE V gelu(D d, V x) {
  const V half = hn::Set(d, 0.5f), t = hn::Mul(x, hn::Set(d, -0.707106781f)), near = hn::Set(d, 0.93f), edge = hn::Set(d, 3.95f), a = hn::Abs(t), far = hn::Min(a, edge);
  // Half of erfc(|t|): it is the share of x on the left and what is missing on the right.
  const V rest = hn::Mul(half, exp_down(d, hn::Neg(hn::Mul(far, polynomial(d, far, erf_far)))));
  const V left = hn::IfThenElseZero(hn::Lt(t, edge), rest), right = hn::Sub(hn::Set(d, 1.f), rest), middle = hn::NegMulAdd(half, erf_near(d, t), half);
  return hn::Mul(x, hn::IfThenElse(hn::Lt(a, near), middle, hn::IfThenElse(hn::Lt(t, hn::Zero(d)), right, left)));
}

/// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, as a sigmoid of twice the argument.
template <class D, class V>
HWY_INLINE V gelu_tanh(D d, V x) {
  const V factor = hn::MulAdd(hn::Mul(x, x), hn::Set(d, 0.0713548162f), hn::Set(d, 1.59576912f));
  return hn::Mul(x, sigmoid(d, hn::Mul(x, factor)));
}

/// The same and its slope s + x s (1 - s) (sqrt(8/pi) (1 + 3 * 0.044715 x^2)) with the sigmoid s: beyond 12, s (1 - s) is 0, and the rest must stay finite.
template <class D, class V>
HWY_INLINE V gelu_tanh(D d, V x, V& slope) {
  const V one = hn::Set(d, 1.f), cubic = hn::Set(d, 0.0713548162f), twice = hn::Set(d, 1.59576912f), edge = hn::Set(d, 12.f);
  const V u = hn::Mul(x, hn::MulAdd(hn::Mul(x, x), cubic, twice)), e = exp_down(d, hn::Neg(hn::Abs(u)));
  const V share = hn::Div(one, hn::Add(one, e)), other = hn::Mul(e, share), s = hn::IfThenElse(hn::Lt(u, hn::Zero(d)), other, share);
  const V near = hn::Min(edge, hn::Max(hn::Neg(edge), x));
  const V of_u = hn::MulAdd(hn::Mul(near, near), hn::Mul(hn::Set(d, 3.f), cubic), twice);
  slope = hn::MulAdd(hn::Mul(near, of_u), hn::Mul(share, other), s);
  return hn::Mul(x, s);
}

template <class D, class V>
HWY_INLINE V gelu_tanh_slope(D d, V x) {
  V slope = x;
  gelu_tanh(d, x, slope);
  return slope;
}

/// x - n pi/2 in f64, rounded to f32; |x| <= 2^17.
template <class D, class V>
HWY_INLINE V quarter_turn_rest(D d, V x, V n) {
  const hn::Half<D> dh;
  const hn::Rebind<double, hn::Half<D>> dd;
  const auto rest = [&](auto xh, auto nh) {
    const auto k = hn::PromoteTo(dd, nh);
    // pi/2 in two parts; the first has 33 bits, so that its product with n is exact.
    const auto r = hn::NegMulAdd(k, hn::Set(dd, 1.57079632673412561417), hn::PromoteTo(dd, xh));
    return hn::DemoteTo(dh, hn::NegMulAdd(k, hn::Set(dd, 6.07710050650619224932e-11), r));
  };
  return hn::Combine(d, rest(hn::UpperHalf(dh, x), hn::UpperHalf(dh, n)), rest(hn::LowerHalf(dh, x), hn::LowerHalf(dh, n)));
}

enum class Turn { sin, cos, tan };

/// Beyond 2^17 the quotient by pi/2 has too few bits here: those lanes, rare in practice, go through double precision.
template <Turn which, class D, class V>
HWY_NOINLINE V far_turns(D d, V x, V y) {
  HWY_ALIGN float in[HWY_MAX_BYTES / 4], out[HWY_MAX_BYTES / 4];
  hn::Store(x, d, in);
  hn::Store(y, d, out);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
    if (std::fabs(in[i]) <= 131072.f) continue;
    const double v = in[i];
    out[i] = static_cast<float>(which == Turn::sin ? std::sin(v) : which == Turn::cos ? std::cos(v) : std::tan(v));
  }
  return hn::Load(d, out);
}

template <Turn which, class D, class V>
HWY_INLINE V turn(D d, V x) {
  static constexpr float s[] = {-0.166666672f, 0.00833332911f, -0.000198393085f, 2.71808403e-06f};
  static constexpr float c[] = {0.0416666679f, -0.00138888834f, 2.47994558e-05f, -2.72053995e-07f};
  const IntOf<D> di;
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, 131072.f));
  const V in = hn::IfThenElseZero(near, x);
  const auto n = hn::NearestInt(hn::Mul(in, hn::Set(d, 0.636619772f)));
  const V r = quarter_turn_rest(d, in, hn::ConvertTo(d, n)), r2 = hn::Mul(r, r);
  const V sine = hn::MulAdd(hn::Mul(r2, r), polynomial(d, r2, s), r);
  const V cosine = hn::MulAdd(hn::Mul(r2, r2), polynomial(d, r2, c), hn::NegMulAdd(r2, hn::Set(d, 0.5f), hn::Set(d, 1.f)));
  // Quarter turns swap sine and cosine; half turns change the sign.
  const auto odd = hn::RebindMask(d, hn::Ne(hn::And(n, hn::Set(di, 1)), hn::Zero(di)));
  const auto half_turn = [&](auto k) { return hn::BitCast(d, hn::ShiftLeft<30>(hn::And(k, hn::Set(di, 2)))); };
  V y;
  if constexpr (which == Turn::sin) y = hn::Xor(hn::IfThenElse(odd, cosine, sine), half_turn(n));
  else if constexpr (which == Turn::cos) y = hn::Xor(hn::IfThenElse(odd, sine, cosine), half_turn(hn::Add(n, hn::Set(di, 1))));
  else y = hn::IfThenElse(odd, hn::Neg(hn::Div(cosine, sine)), hn::Div(sine, cosine));
  return hn::AllTrue(d, near) ? y : far_turns<which>(d, x, y);
}

template <class D, class V> HWY_INLINE V sin(D d, V x) { return turn<Turn::sin>(d, x); }
template <class D, class V> HWY_INLINE V cos(D d, V x) { return turn<Turn::cos>(d, x); }
template <class D, class V> HWY_INLINE V tan(D d, V x) { return turn<Turn::tan>(d, x); }

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // per target
