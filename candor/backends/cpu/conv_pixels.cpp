#include "candor/backends/cpu/conv_pixels.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "candor/backends/cpu/conv_squares.h"
#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_pixels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/conv_weave.h"
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int kLanes = HWY_LANES(float);

/// Vectors of pixels of a block: what fits the registers beside as many of the input.
constexpr int VectorsFor(int channels) { return channels <= (HWY_TARGET <= HWY_AVX3 ? 8 : 6) ? 2 : 1; }

template <int kC>
void Block(const PixelBlock& b) {
  const D d;
  constexpr int kV = VectorsFor(kC);
  V acc[kV][kC];
#pragma GCC unroll 8
  for (int c = 0; c < kC; ++c) {
    const V start = b.bias ? hn::Set(d, b.bias[c]) : hn::Zero(d);
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) acc[v][c] = start;
  }
  const float* w = b.kernel;
  for (std::int64_t i = 0; i < b.channels_in; ++i) {
    for (std::int64_t h = 0; h < b.height; ++h) {
      const float* x = b.image + i * b.plane + h * b.line;
      for (std::int64_t k = 0; k < b.width; ++k, ++x, w += kC) {
        V pixels[kV];
#pragma GCC unroll 2
        for (int v = 0; v < kV; ++v) pixels[v] = hn::LoadU(d, x + v * kLanes);
#pragma GCC unroll 8
        for (int c = 0; c < kC; ++c) {
          const V factor = hn::Set(d, w[c]);
#pragma GCC unroll 2
          for (int v = 0; v < kV; ++v) acc[v][c] = hn::MulAdd(factor, pixels[v], acc[v][c]);
        }
      }
    }
  }
  const V lowest = hn::Set(d, b.lowest);
#pragma GCC unroll 2
  for (int v = 0; v < kV; ++v)  // in this order of Max a NaN stays
    weave::StoreWoven<kC>(d, acc[v], (b.pixels - v * kLanes) * kC, b.out + v * kLanes * kC, [&](V x) HWY_ATTR { return hn::Max(lowest, x); });
}

/// Two rows of the result at once, of which only the maxima of windows of two by two are kept; as max_pool, the earlier wins a draw and a
/// NaN wins over numbers.
template <int kC>
void PooledBlock(const PixelBlock& b) {
  const D d;
  const hn::RebindToSigned<D> di;
  using VI = hn::Vec<decltype(di)>;
  V acc[2][2][kC];  // row, half
#pragma GCC unroll 8
  for (int c = 0; c < kC; ++c) acc[0][0][c] = acc[0][1][c] = acc[1][0][c] = acc[1][1][c] = b.bias ? hn::Set(d, b.bias[c]) : hn::Zero(d);
  const float* w = b.kernel;
  for (std::int64_t i = 0; i < b.channels_in; ++i) {
    for (std::int64_t h = 0; h < b.height; ++h) {
      const float *upper = b.image + i * b.plane + h * b.line, *lower = upper + b.row_below;
      for (std::int64_t k = 0; k < b.width; ++k, ++upper, ++lower, w += kC) {
        const V p = hn::LoadU(d, upper), q = hn::LoadU(d, upper + kLanes), r = hn::LoadU(d, lower), s = hn::LoadU(d, lower + kLanes);
#pragma GCC unroll 8
        for (int c = 0; c < kC; ++c) {
          const V factor = hn::Set(d, w[c]);
          acc[0][0][c] = hn::MulAdd(factor, p, acc[0][0][c]);
          acc[0][1][c] = hn::MulAdd(factor, q, acc[0][1][c]);
          acc[1][0][c] = hn::MulAdd(factor, r, acc[1][0][c]);
          acc[1][1][c] = hn::MulAdd(factor, s, acc[1][1][c]);
        }
      }
    }
  }
  const V lowest = hn::Set(d, b.lowest);
  const VI first = hn::Add(hn::Set(di, static_cast<std::int32_t>(b.cell)), hn::Add(hn::Iota(di, 0), hn::Iota(di, 0)));
  const VI one = hn::Set(di, 1), down = hn::Set(di, static_cast<std::int32_t>(b.cells_line));
  V best[kC];
  VI cell[kC];
#pragma GCC unroll 8
  for (int c = 0; c < kC; ++c) {
    V value[4];
#pragma GCC unroll 2
    for (int row = 0; row < 2; ++row) {
      const V low = hn::Max(lowest, acc[row][0][c]), high = hn::Max(lowest, acc[row][1][c]);
      value[2 * row] = hn::ConcatEven(d, high, low);
      value[2 * row + 1] = hn::ConcatOdd(d, high, low);
    }
    best[c] = value[0];
    cell[c] = first;
#pragma GCC unroll 4
    for (int i = 1; i < 4; ++i) {
      const auto better = hn::And(hn::Not(hn::Le(value[i], best[c])), hn::Eq(best[c], best[c]));
      best[c] = hn::IfThenElse(better, value[i], best[c]);
      if (!b.index) continue;
      const VI at = i == 1 ? hn::Add(first, one) : i == 2 ? hn::Add(first, down) : hn::Add(hn::Add(first, down), one);
      cell[c] = hn::IfThenElse(hn::RebindMask(di, better), at, cell[c]);
    }
  }
  weave::StoreWoven<kC>(d, best, b.pixels * kC, b.out, [](V x) HWY_ATTR { return x; });
  if (b.index) weave::StoreWoven<kC>(di, cell, b.pixels * kC, b.index, [](VI x) HWY_ATTR { return x; });
}

#if HWY_TARGET <= HWY_AVX3
/// The same without an index, where the two rows share products: see conv_pairs.h. A vector of pixels after the other, for four sums a channel.
template <int kC>
void PairedBlock(const PixelBlock& b) {
  const D d;
  const V lowest = hn::Set(d, b.lowest);
  const std::int64_t next = b.width * b.channels_in * kC, extra = (b.height - 3) / 2;
  bool strange = false;
  alignas(64) float halves[2][kC][kLanes];
  for (int half = 0; half < 2; ++half) {
    V first[kC], both[kC], opposed[kC], second[kC];
#pragma GCC unroll 8
    for (int c = 0; c < kC; ++c) first[c] = opposed[c] = second[c] = hn::Zero(d), both[c] = b.bias ? hn::Set(d, b.bias[c]) : hn::Zero(d);
    const float* w = b.kernel;
    for (std::int64_t k = 0; k < b.width; ++k) {
      const float* x = b.image + half * kLanes + k;
      for (std::int64_t i = 0; i < b.channels_in; ++i, x += b.plane, w += kC) {
        const auto add = [&](V (&sum)[kC], V pixels, const float* factors) HWY_ATTR {
#pragma GCC unroll 8
          for (int c = 0; c < kC; ++c) sum[c] = hn::MulAdd(hn::Set(d, factors[c]), pixels, sum[c]);
        };
        const float *f = w, *at = x;
        const V d0 = hn::LoadU(d, at), d1 = hn::LoadU(d, at += b.line), d2 = hn::LoadU(d, at += b.line);
        V last = hn::LoadU(d, at += b.line);
        __asm__("" : : "v"(d1.raw), "v"(d2.raw), "v"(last.raw));  // read once: unaligned reads are what this loop waits for
        add(first, hn::Sub(d0, d2), f), f += next;
        add(both, hn::Add(d1, d2), f), f += next;
        add(opposed, hn::Sub(d2, d1), f), f += next;
        add(second, hn::Sub(d1, last), f), f += next;
        for (std::int64_t e = 0; e < extra; ++e) {
          const V d4 = hn::LoadU(d, at += b.line), d5 = hn::LoadU(d, at += b.line);
          add(first, hn::Sub(d4, last), f), f += next;
          add(both, d4, f), f += next;
          add(second, hn::Sub(d5, d4), f), f += next;
          last = d5;
        }
      }
    }
    __mmask16 odd = 0;  // pairs with a NaN
#pragma GCC unroll 8
    for (int c = 0; c < kC; ++c) {
      const V upper = hn::Add(hn::Add(first[c], opposed[c]), both[c]), lower = hn::Sub(hn::Sub(both[c], opposed[c]), second[c]);
      odd = static_cast<__mmask16>(odd | _mm512_cmp_ps_mask(upper.raw, lower.raw, _CMP_UNORD_Q));
      hn::Store(hn::Max(upper, lower), d, halves[half][c]);
    }
    if (HWY_UNLIKELY(odd != 0)) {  // as max_pool, a NaN wins over numbers
      for (int c = 0; c < kC; ++c) {
        const V upper = hn::Add(hn::Add(first[c], opposed[c]), both[c]), lower = hn::Sub(hn::Sub(both[c], opposed[c]), second[c]);
        hn::Store(hn::IfThenElse(hn::IsNaN(upper), upper, hn::IfThenElse(hn::IsNaN(lower), lower, hn::Max(upper, lower))), d, halves[half][c]);
      }
      strange = true;
    }
  }
  V best[kC];
#pragma GCC unroll 8
  for (int c = 0; c < kC; ++c) {
    const V low = hn::Load(d, halves[0][c]), high = hn::Load(d, halves[1][c]);
    const V left = hn::ConcatEven(d, high, low), right = hn::ConcatOdd(d, high, low);
    best[c] = hn::Max(lowest, hn::Max(left, right));  // in this order a NaN stays
    if (HWY_UNLIKELY(strange)) best[c] = hn::IfThenElse(hn::IsNaN(left), left, hn::IfThenElse(hn::IsNaN(right), right, best[c]));
  }
  if constexpr (kC % 2 == 0) weave::StoreByPairs<kC>(best, b.pixels * kC, b.out);
  else weave::StoreWoven<kC>(d, best, b.pixels * kC, b.out, [](V x) HWY_ATTR { return x; });
}

#endif

/// One row of an image into a padded line: zeros, then the row from `low` on. May write up to a vector of zeros behind the line. Whether
/// there is anything but zeros.
bool SpreadLine(const float* from, std::int64_t count, float* to, std::int64_t low, std::int64_t line) {
  const D d;
  const V zero = hn::Zero(d);
  bool blank = true;
  for (std::int64_t i = 0; i < line; i += kLanes) hn::StoreU(zero, d, to + i);
  to += low;
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const V v = hn::LoadU(d, from + i);
    blank &= hn::AllTrue(d, hn::Eq(v, zero));
    hn::StoreU(v, d, to + i);
  }
  if (const int rest = static_cast<int>(count - i); rest > 0) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(rest));
    const V v = load_part(d, from + i, mask, rest);
    blank &= hn::AllTrue(d, hn::Eq(v, zero));
    store_part(v, d, to + i, mask, rest);
  }
  return !blank;
}

using BlockFn = void (*)(const PixelBlock&);
BlockFn FindBlock(std::int64_t channels) {
  static constexpr BlockFn blocks[] = {Block<1>, Block<2>, Block<3>, Block<4>, Block<5>, Block<6>, Block<7>, Block<8>};
  return blocks[channels - 1];
}
BlockFn FindPooled(std::int64_t channels) {
#if HWY_TARGET <= HWY_AVX3  // the sums of two rows need many registers
  static constexpr BlockFn blocks[] = {PooledBlock<1>, PooledBlock<2>, PooledBlock<3>, PooledBlock<4>, PooledBlock<5>, PooledBlock<6>};
  return channels <= 6 ? blocks[channels - 1] : nullptr;
#else
  (void)channels;
  return nullptr;
#endif
}
BlockFn FindPaired(std::int64_t channels) {
#if HWY_TARGET <= HWY_AVX3
  static constexpr BlockFn blocks[] = {PairedBlock<1>, PairedBlock<2>, PairedBlock<3>, PairedBlock<4>, PairedBlock<5>, PairedBlock<6>};
  return channels <= 6 ? blocks[channels - 1] : nullptr;
#else
  (void)channels;
  return nullptr;
#endif
}
int FindTogether(std::int64_t channels) { return VectorsFor(static_cast<int>(channels)) * kLanes; }

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

/// Room behind the planes of an image.
float* marks(const ConvPixelsPlan& plan, float* copy) { return copy + plan.geometry.in_channels * plan.rows * plan.line + machine().lanes(); }

/// Whether all rows from `row` on that a window of so many rows reads are zeros.
bool all_blank(const ConvPixelsPlan& plan, float* copy, std::int64_t row, std::int64_t rows) {
  const float* mark = marks(plan, copy);
  bool filled = plan.geometry.in_channels != 1;
  for (std::int64_t h = row; h < row + rows && !filled; ++h) filled = mark[h] != 0;
  return !filled;
}

/// The image in planes of its channels, zeros around it and behind each row as far as a block reads. Behind a single plane stands for each
/// of its rows whether it holds more than zeros.
void spread_out(const ConvPixelsPlan& plan, const float* image, float* to) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  if (g.in_channels == 1) {
    if (plan.squares) return square_pixels_spread(image, g, plan.rows, plan.line, to, marks(plan, to));
    const auto spread = CANDOR_PICK(SpreadLine);
    for (std::int64_t h = 0; h < plan.rows; ++h) {
      const std::int64_t row = h - height.low;
      const bool inside = row >= 0 && row < height.in;
      const bool filled = spread(inside ? image + row * width.in : image, inside ? width.in : 0, to + h * plan.line, width.low, plan.line);
      marks(plan, to)[h] = filled ? 1.f : 0.f;
    }
    return;
  }
  std::fill(to, to + plan.slot_floats, 0.f);
  for (std::int64_t c = 0; c < g.in_channels; ++c) {
    for (std::int64_t h = 0; h < height.in; ++h) {
      const float* from = image + h * width.in * g.in_channels + c;
      float* at = to + (c * plan.rows + h + height.low) * plan.line + width.low;
      if (plan.squares) {
        at -= width.low;
        for (std::int64_t w = 0; w < width.in; ++w) at[(w + width.low) / 2 + (w + width.low) % 2 * (plan.line / 2)] = from[w * g.in_channels];
        continue;
      }
      for (std::int64_t w = 0; w < width.in; ++w) at[w] = from[w * g.in_channels];
    }
  }
}

}  // namespace

std::string ConvPixelsPlan::describe() const {
  return std::to_string(together) + (squares ? " pixels at once by squares, " : paired ? " pixels at once by pairs of rows, " : " pixels at once, ") + (image_blocks == 1 ? "inline" : std::to_string(image_blocks) + " tasks") + ", pads a copy";
}

bool can_run_by_pixels(const ConvGeometry& g, int lanes) {
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  return g.groups == 1 && g.in_channels <= 16 && g.out_channels <= ConvPixelsPlan::most_channels && depth.kernel == 1 && depth.in == 1 && depth.out == 1 && width.stride == 1 && width.dilation == 1 &&
         height.dilation == 1 && height.spread == 1 && width.spread == 1 && width.out >= lanes / 2;
}

ConvPixelsPlan plan_conv_pixels(const ConvGeometry& g, bool bias, Epilogue epilogue, bool constant) {
  ConvPixelsPlan plan;
  plan.geometry = g;
  plan.constant = constant;
  plan.bias = bias;
  plan.epilogue = epilogue;
  plan.block = CANDOR_PICK(FindBlock)(g.out_channels);
  plan.together = CANDOR_PICK(FindTogether)(g.out_channels);
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t read = ceil_div(width.out, plan.together) * plan.together + width.kernel - 1;
  plan.line = std::max(read, width.in + width.low);
  plan.rows = std::max(height.reach(), height.in + height.low);
  plan.kernel_floats = padded(g.taps() * g.in_channels * g.out_channels);
  plan.slot_floats = padded(g.in_channels * plan.rows * plan.line + machine().lanes() + plan.rows);
  std::int64_t wanted = 1;
  while (wanted < 32 && static_cast<double>(wanted) * 3e5 < g.flops()) wanted *= 2;
  plan.image_blocks = std::min(g.images, wanted);
  plan.slots = slots_for(plan.image_blocks);
  return plan;
}

bool add_pooling(ConvPixelsPlan& plan, bool wants_index) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis& width = g.axes[2];
  const auto block = CANDOR_PICK(FindPooled)(g.out_channels);
  const std::int64_t pooled = width.out / 2, lanes = machine().lanes();
  if (!block || plan.epilogue.finish || pooled < lanes / 2 || g.axes[1].out < 2) return false;
  const ConvAxis& height = g.axes[1];
  plan.paired = !wants_index && height.stride == 1 && height.kernel >= 3 && height.kernel % 2 == 1;
  plan.block = plan.paired ? CANDOR_PICK(FindPaired)(g.out_channels) : block;
  if (plan.paired) plan.kernel_floats = padded(products_of_pair(height.kernel) * width.kernel * g.in_channels * g.out_channels);
  plan.pooled = true;
  plan.together = lanes;
  plan.line = std::max(plan.line, ceil_div(pooled, lanes) * 2 * lanes + width.kernel - 1);
  if (const auto squares = plan.paired ? square_pixels_block(g) : nullptr) {
    plan.squares = true;
    plan.block = squares;
    plan.together = square_pixels_together(width.kernel);
    plan.kernel_floats = padded(products_of_pair(height.kernel) * products_of_pair(width.kernel) * g.in_channels * g.out_channels);
    const std::int64_t read = (ceil_div(pooled, plan.together) - 1) * plan.together + lanes, held = ceil_div(width.in + width.low, 2);
    plan.line = 2 * ceil_div(std::max(read, held), lanes) * lanes;
  }
  plan.slot_floats = padded(g.in_channels * plan.rows * plan.line + machine().lanes() + plan.rows);
  return true;
}

namespace {

void run_blocks(const ConvPixelsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, std::int32_t* index, float* scratch) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t outs = g.out_channels, ins = g.in_channels, taps = g.taps();
  if (plan.squares || plan.paired || ins > 1) {
    kernel = plan.kept.get(plan.constant, plan.kernel_floats, scratch, [&](float* to) {
      const std::int64_t n = width.kernel * ins * outs;
      if (plan.squares) return square_taps(kernel, height.kernel, width.kernel, ins, outs, to);
      if (plan.paired) return pair_taps(kernel, n, height.kernel, n, to);
      for (std::int64_t tap = 0; tap < taps; ++tap)  // [taps, in, out] to [in, taps, out]
        for (std::int64_t c = 0; c < ins; ++c) std::copy_n(kernel + (tap * ins + c) * outs, outs, to + (c * taps + tap) * outs);
    });
  }
  const std::int64_t step = plan.pooled ? 2 : 1, rows = height.out / step, columns = width.out / step;
  run_tasks(plan.image_blocks, plan.slots, [&](std::int64_t task, std::int64_t slot) {
    float* copy = scratch + plan.kernel_floats + static_cast<std::size_t>(slot) * plan.slot_floats;
    PixelBlock block;
    block.kernel = kernel;
    block.bias = bias;
    block.channels_in = ins, block.height = height.kernel, block.width = width.kernel;
    block.line = plan.line, block.plane = plan.rows * plan.line, block.row_below = height.stride * plan.line;
    block.lowest = plan.epilogue.lowest;
    block.cells_line = width.out;
    block.odd = plan.line / 2;
    for (std::int64_t n = part_start(g.images, plan.image_blocks, task); n < part_start(g.images, plan.image_blocks, task + 1); ++n) {
      spread_out(plan, x + n * g.in_cells() * ins, copy);
      std::int64_t blank = -1;  // a row of windows that see zeros alone: others are the same
      for (std::int64_t h = 0; h < rows; ++h) {
        if (!index && all_blank(plan, copy, step * h * height.stride, height.kernel + (step - 1) * height.stride)) {
          if (blank >= 0) {
            std::copy_n(out + (n * rows + blank) * columns * outs, columns * outs, out + (n * rows + h) * columns * outs);
            continue;
          }
          blank = h;
        }
        for (std::int64_t w = 0; w < columns; w += plan.together) {
          const std::int64_t at = ((n * rows + h) * columns + w) * outs;
          block.image = copy + step * h * height.stride * plan.line + (plan.squares ? w : step * w);
          block.out = out + at;
          block.index = index ? index + at : nullptr;
          block.pixels = std::min(plan.together, columns - w);
          block.cell = step * (h * width.out + w);
          plan.block(block);
        }
      }
      if (plan.epilogue.finish) plan.epilogue.finish(out + n * rows * columns * outs, 0, 1, rows * columns * outs);
    }
  });
}

}  // namespace

void run_conv_pixels(const ConvPixelsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch) {
  run_blocks(plan, x, kernel, bias, out, nullptr, scratch);
}

void run_pooled_pixels(const ConvPixelsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, std::int32_t* index, float* scratch) {
  run_blocks(plan, x, kernel, bias, out, index, scratch);
}

}  // namespace candor::cpu
#endif
