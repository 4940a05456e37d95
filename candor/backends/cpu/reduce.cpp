#include "candor/backends/cpu/reduce.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/reduce.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <limits>
#include <numeric>

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
constexpr std::int64_t lanes = HWY_LANES(float);

struct Sum {
  static constexpr float start = 0;
  static HWY_INLINE V step(V total, V x) { return hn::Add(total, x); }
  static HWY_INLINE float step(float total, float x) { return total + x; }
};
// NaN stays once it is there; a NaN in x is taken since no comparison with it holds.
struct Max {
  static constexpr float start = -std::numeric_limits<float>::infinity();
  static HWY_INLINE V step(V best, V x) { return hn::IfThenElse(hn::Or(hn::IsNaN(best), hn::Gt(best, x)), best, x); }
  static HWY_INLINE float step(float best, float x) { return best != best || best > x ? best : x; }
};
struct Min {
  static constexpr float start = std::numeric_limits<float>::infinity();
  static HWY_INLINE V step(V best, V x) { return hn::IfThenElse(hn::Or(hn::IsNaN(best), hn::Lt(best, x)), best, x); }
  static HWY_INLINE float step(float best, float x) { return best != best || best < x ? best : x; }
};

// Up to 1024 elements in f32: four vectors side by side.
template <class R>
float fold_block(const float* x, std::int64_t n) {
  const F d;
  float result = R::start;
  std::int64_t i = 0;
  if (n >= lanes) {
    V a = hn::Set(d, R::start), b = a, c = a, e = a;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
      a = R::step(a, hn::LoadU(d, x + i));
      b = R::step(b, hn::LoadU(d, x + i + lanes));
      c = R::step(c, hn::LoadU(d, x + i + 2 * lanes));
      e = R::step(e, hn::LoadU(d, x + i + 3 * lanes));
    }
    for (; i + lanes <= n; i += lanes) a = R::step(a, hn::LoadU(d, x + i));
    alignas(64) float all[lanes];
    hn::Store(R::step(R::step(a, b), R::step(c, e)), d, all);
    for (std::int64_t width = lanes / 2; width >= 1; width /= 2)
      for (std::int64_t k = 0; k < width; ++k) all[k] = R::step(all[k], all[k + width]);
    result = all[0];
  }
  for (; i < n; ++i) result = R::step(result, x[i]);
  return result;
}

template <class R>
double fold_row(const float* x, std::int64_t n) {
  constexpr std::int64_t block = 1024;
  double total = fold_block<R>(x, std::min(n, block));
  for (std::int64_t i = block; i < n; i += block) {
    const float part = fold_block<R>(x + i, std::min(block, n - i));
    if constexpr (std::is_same_v<R, Sum>) total += static_cast<double>(part);
    else total = static_cast<double>(R::step(static_cast<float>(total), part));
  }
  return total;
}

// Columns [c, c + vectors * lanes) of all rows. `take` reads a vector of row r at column c. Sixteen rows are summed on their own
// first, so that a long sum in f32 keeps two more bits.
template <class R, int vectors, class Take>
HWY_INLINE void down(std::int64_t rows, std::int64_t c, float* out, Take take) {
  const F d;
  V total[vectors], part[vectors];
  for (int v = 0; v < vectors; ++v) total[v] = hn::Set(d, R::start);
  for (std::int64_t r = 0; r < rows;) {
    for (int v = 0; v < vectors; ++v) part[v] = take(r, c + v * lanes);
    const std::int64_t end = std::min(rows, r + 16);
    for (++r; r < end; ++r)
      for (int v = 0; v < vectors; ++v) part[v] = R::step(part[v], take(r, c + v * lanes));
    for (int v = 0; v < vectors; ++v) total[v] = R::step(total[v], part[v]);
  }
  for (int v = 0; v < vectors; ++v) hn::StoreU(total[v], d, out + c + v * lanes);
}

// At least one vector wide. The last columns are taken by a vector that overlaps its neighbour, which computes the same again.
template <class R, class Take>
HWY_INLINE void down_all(std::int64_t rows, std::int64_t columns, float* out, Take take) {
  std::int64_t c = 0;
  for (; c + 4 * lanes <= columns; c += 4 * lanes) down<R, 4>(rows, c, out, take);
  for (; c + lanes <= columns; c += lanes) down<R, 1>(rows, c, out, take);
  if (c < columns) down<R, 1>(rows, columns - lanes, out, take);
}

// Fewer columns than lanes: as many vectors as make whole rows are one long row, folded at the end.
template <class R>
void fold_narrow(const float* x, std::int64_t rows, std::int64_t columns, float* out) {
  const F d;
  const std::int64_t vectors = columns / std::gcd(columns, lanes), period = vectors * lanes, total = rows * columns;
  alignas(64) float folded[lanes * lanes];
  std::int64_t i = 0;
  if (total >= 2 * period) {
    std::copy_n(x, period, folded);
    for (i = period; i + period <= total; i += period)
      for (std::int64_t k = 0; k < period; k += lanes) hn::Store(R::step(hn::Load(d, folded + k), hn::LoadU(d, x + i + k)), d, folded + k);
    std::copy_n(folded, columns, out);
    for (std::int64_t k = columns; k < period; k += columns)
      for (std::int64_t c = 0; c < columns; ++c) out[c] = R::step(out[c], folded[k + c]);
  } else {
    std::fill_n(out, columns, R::start);
  }
  for (; i < total; i += columns)
    for (std::int64_t c = 0; c < columns; ++c) out[c] = R::step(out[c], x[i + c]);
}

template <class R>
void fold_columns(const float* x, std::int64_t rows, std::int64_t columns, float* out) {
  if (columns < lanes) return fold_narrow<R>(x, rows, columns, out);
  const F d;
  down_all<R>(rows, columns, out, [=](std::int64_t r, std::int64_t c) { return hn::LoadU(d, x + r * columns + c); });
}

void squares(const float* x, std::int64_t rows, std::int64_t columns, const float* center, float* out) {
  if (columns < lanes) {
    std::fill_n(out, columns, 0.f);
    for (std::int64_t r = 0; r < rows; ++r, x += columns)
      for (std::int64_t c = 0; c < columns; ++c) out[c] += (x[c] - center[c]) * (x[c] - center[c]);
    return;
  }
  const F d;
  down_all<Sum>(rows, columns, out, [=](std::int64_t r, std::int64_t c) {
    const V v = hn::Sub(hn::LoadU(d, x + r * columns + c), hn::LoadU(d, center + c));
    return hn::Mul(v, v);
  });
}

reduction::Row find_row(reduction::Fold fold) {
  return fold == reduction::Fold::sum ? fold_row<Sum> : fold == reduction::Fold::max ? fold_row<Max> : fold_row<Min>;
}
reduction::Columns find_columns(reduction::Fold fold) {
  return fold == reduction::Fold::sum ? fold_columns<Sum> : fold == reduction::Fold::max ? fold_columns<Max> : fold_columns<Min>;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::reduction {

Row row_function(Fold fold) { return CANDOR_PICK(find_row)(fold); }
Columns column_function(Fold fold) { return CANDOR_PICK(find_columns)(fold); }
CenteredColumns centered_squares() { return CANDOR_PICK(squares); }

double combine(Fold fold, double a, double b) {
  if (fold == Fold::sum) return a + b;
  if (a != a) return a;
  return (fold == Fold::max ? a > b : a < b) ? a : b;
}

}  // namespace candor::cpu::reduction
#endif
