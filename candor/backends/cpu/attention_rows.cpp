#include "candor/backends/cpu/attention_rows.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/attention_rows.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/math.h"
#include "candor/backends/cpu/partial.h"
#include "candor/ops/attention_form.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using attention::Tile;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
constexpr std::int64_t lanes = HWY_LANES(float);
constexpr float closed = candor::attention::masked<float>;

HWY_INLINE V number(float x) { return hn::Set(F(), x); }

/// Columns of row i that a query may attend to; without a mask the others have weight zero.
HWY_INLINE std::int64_t open_columns(const Tile& t, std::int64_t i) {
  if (!t.causal || t.mask) return t.columns;
  return std::clamp<std::int64_t>(t.first_row + i + 1 - t.first_column, 0, t.columns);
}

/// Scale, bias and mask written into a row, for tiles that have a bias or a mask.
HWY_INLINE void prepare(const Tile& t, std::int64_t i, float* row) {
  const float* bias = t.bias ? t.bias + i * t.bias_row : nullptr;
  if (!bias) {
    for (std::int64_t j = 0; j < t.columns; ++j) row[j] *= t.scale;
  } else if (t.bias_column == 1) {
    for (std::int64_t j = 0; j < t.columns; ++j) row[j] = row[j] * t.scale + bias[j];
  } else {
    for (std::int64_t j = 0; j < t.columns; ++j) row[j] = row[j] * t.scale + bias[j * t.bias_column];
  }
  if (!t.mask) return;
  const bool* mask = t.mask + i * t.mask_row;
  for (std::int64_t j = 0; j < t.columns; ++j) row[j] = mask[j * t.mask_column] ? row[j] : closed;
  if (!t.causal) return;
  for (std::int64_t j = std::max<std::int64_t>(0, t.first_row + i + 1 - t.first_column); j < t.columns; ++j) row[j] = closed;
}

void forward(const Tile& t) {
  const bool prepared = t.bias || t.mask;
  const V scale = number(prepared ? 1.f : t.scale), nothing = number(-std::numeric_limits<float>::infinity());
  for (std::int64_t i = 0; i < t.rows; ++i) {
    float* row = t.scores + i * t.stride;
    if (prepared) prepare(t, i, row);
    const std::int64_t open = open_columns(t, i), whole = open / lanes * lanes;
    const auto rest = hn::FirstN(F(), static_cast<std::size_t>(open - whole));
    V best = nothing;
    for (std::int64_t j = 0; j < whole; j += lanes) best = hn::Max(best, hn::Mul(hn::LoadU(F(), row + j), scale));
    if (open > whole) best = hn::Max(best, hn::IfThenElse(rest, hn::Mul(hn::LoadU(F(), row + whole), scale), nothing));
    float* statistics = t.statistics + 2 * i;
    const float before = t.first ? -std::numeric_limits<float>::infinity() : statistics[0];
    const float largest = std::max(before, hn::GetLane(hn::MaxOfLanes(F(), best)));
    // Not a number and infinity go on into the sum: the row of the result shows them.
    const V shift = number(largest);
    V total = hn::Zero(F());
    std::int64_t j = 0;
    for (; j < whole; j += lanes) {
      const V e = exp_down(F(), hn::MulSub(hn::LoadU(F(), row + j), scale, shift));
      hn::StoreU(e, F(), row + j);
      total = hn::Add(total, e);
    }
    if (open > whole) {
      const V e = hn::IfThenElseZero(rest, exp_down(F(), hn::MulSub(hn::LoadU(F(), row + whole), scale, shift)));
      hn::StoreU(e, F(), row + whole);
      total = hn::Add(total, e);
      j += lanes;
    }
    for (; j < t.columns; j += lanes) hn::StoreU(hn::Zero(F()), F(), row + j);
    const float sum = hn::GetLane(hn::SumOfLanes(F(), total));
    statistics[0] = largest;
    if (t.first) {
      statistics[1] = sum;
      continue;
    }
    if (!(largest > before)) {
      statistics[1] += sum;
      continue;
    }
    const V shrink = exp_down(F(), number(before - largest));
    statistics[1] = statistics[1] * hn::GetLane(shrink) + sum;
    float* result = t.result + i * t.result_row;
    std::int64_t c = 0;
    for (; c + lanes <= t.result_columns; c += lanes) hn::StoreU(hn::Mul(hn::LoadU(F(), result + c), shrink), F(), result + c);
    for (; c < t.result_columns; ++c) result[c] *= hn::GetLane(shrink);
  }
}

void finish(const Tile& t) {
  for (std::int64_t i = 0; i < t.rows; ++i) {
    const V share = number(1 / t.statistics[2 * i + 1]);
    float* result = t.result + i * t.result_row;
    std::int64_t c = 0;
    for (; c + lanes <= t.result_columns; c += lanes) hn::StoreU(hn::Mul(hn::LoadU(F(), result + c), share), F(), result + c);
    for (; c < t.result_columns; ++c) result[c] *= hn::GetLane(share);
  }
}

void backward(const Tile& t) {
  const bool prepared = t.bias || t.mask;
  const V scale = number(prepared ? 1.f : t.scale), slope_scale = number(t.scale);
  for (std::int64_t i = 0; i < t.rows; ++i) {
    float *row = t.scores + i * t.stride, *slopes = t.slopes + i * t.stride;
    if (prepared) prepare(t, i, row);
    const std::int64_t open = open_columns(t, i);
    const V shift = number(t.statistics[2 * i]), share = number(1 / t.statistics[2 * i + 1]), middle = number(t.means[i]);
    std::int64_t j = 0;
    for (; j < open; j += lanes) {
      const auto inside = hn::FirstN(F(), static_cast<std::size_t>(std::min(lanes, open - j)));
      const V score = hn::LoadU(F(), row + j);
      const V weight = hn::IfThenElseZero(inside, hn::Mul(exp_down(F(), hn::MulSub(score, scale, shift)), share));
      hn::StoreU(weight, F(), row + j);
      V slope = hn::IfThenElseZero(inside, hn::Mul(weight, hn::Sub(hn::LoadU(F(), slopes + j), middle)));
      // A query without any open place attends to all alike, and yet nothing flows back through its scores.
      if (t.mask) slope = hn::IfThenElse(hn::Eq(score, number(closed)), hn::Zero(F()), slope);
      hn::StoreU(slope, F(), slopes + j);
    }
    for (; j < t.columns; j += lanes) {
      hn::StoreU(hn::Zero(F()), F(), row + j);
      hn::StoreU(hn::Zero(F()), F(), slopes + j);
    }
    if (t.bias_gradient) std::copy_n(slopes, t.columns, t.bias_gradient + i * t.bias_gradient_row);
    for (j = 0; j < open; j += lanes) hn::StoreU(hn::Mul(hn::LoadU(F(), slopes + j), slope_scale), F(), slopes + j);
  }
}

void row_products(const float* a, const float* b, std::int64_t stride, std::int64_t rows, std::int64_t columns, float* out) {
  const int last = static_cast<int>(columns % lanes);
  const auto mask = hn::FirstN(F(), static_cast<std::size_t>(last));
  for (std::int64_t i = 0; i < rows; ++i, a += stride, b += stride) {
    V total = hn::Zero(F());
    std::int64_t j = 0;
    for (; j + lanes <= columns; j += lanes) total = hn::MulAdd(hn::LoadU(F(), a + j), hn::LoadU(F(), b + j), total);
    if (last) total = hn::MulAdd(load_part(F(), a + j, mask, last), load_part(F(), b + j, mask, last), total);
    out[i] = hn::GetLane(hn::SumOfLanes(F(), total));
  }
}

attention::Functions all() { return {forward, finish, backward, row_products}; }

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::attention {

Functions functions() { return CANDOR_PICK(all)(); }

}  // namespace candor::cpu::attention
#endif
