#include "candor/backends/cpu/conv_pairs.h"

#include <algorithm>

#include "candor/backends/cpu/conv_squares.h"
#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_pairs.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int kLanes = HWY_LANES(float);

/// As max_pool: a NaN wins over numbers. Max gives its second operand where one of them is none.
HWY_INLINE V Larger(V a, V b) { return hn::IfThenElse(hn::IsNaN(a), a, hn::Max(a, b)); }

/// sum[t] += factor * x[2 t steps]: the same product for neighbouring pairs of outputs.
template <int kT>
HWY_INLINE void AddTo(V (&sum)[kT], V factor, const float* x, std::int64_t step) {
  const D d;
#pragma GCC unroll 6
  for (int t = 0; t < kT; ++t) sum[t] = hn::MulAdd(factor, hn::Set(d, x[t * step]), sum[t]);
}

template <int kT>
void PairsRow(const PairsBlock& b) {
  const D d;
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(b.count));
  const auto load = [&](const float* p) HWY_ATTR { return load_part(d, p, mask, b.count); };
  const std::int64_t c1 = b.channels, step = 2 * c1, next = c1 * b.outs;  // from tap to tap, from pair to pair, from product to product
  const V start = b.bias ? load(b.bias) : hn::Zero(d), lowest = hn::Set(d, b.lowest);
  for (int row = 0; row < 2; ++row) {
    V first[kT], both[kT], opposed[kT], second[kT];
#pragma GCC unroll 6
    for (int t = 0; t < kT; ++t) first[t] = opposed[t] = second[t] = hn::Zero(d), both[t] = start;
    const float* w = b.kernel;
    for (std::int64_t h = 0; h < b.height; ++h, w += (3 + 3 * b.extra) * next) {
      const float *x = b.x + (row + h) * b.line, *skip = b.made + (row + h) * b.line;
      for (std::int64_t c = 0; c < b.channels; ++c, ++x, ++skip, w += b.outs) {
        const float *sum = skip + b.array, *rise = sum + b.array;
        const float* f = w;
        AddTo(first, load(f), skip, step), f += next;
        AddTo(both, load(f), sum + c1, step), f += next;
        AddTo(opposed, load(f), rise + c1, step), f += next;
        AddTo(second, load(f), skip + c1, step), f += next;
        const float *y = x + 3 * c1, *slope = rise + 3 * c1;
        for (std::int64_t e = 0; e < b.extra; ++e, y += step, slope += step) {
          AddTo(first, load(f), slope, step), f += next;
          AddTo(both, load(f), y + c1, step), f += next;
          AddTo(second, load(f), slope + c1, step), f += next;
        }
      }
    }
#pragma GCC unroll 6
    for (int t = 0; t < kT; ++t) {
      const V y0 = hn::Add(hn::Add(first[t], opposed[t]), both[t]), y1 = hn::Sub(hn::Sub(both[t], opposed[t]), second[t]);
      V best = hn::Max(lowest, Larger(y0, y1));
      float* out = b.out + t * b.outs;  // the upper row waits there, so that the registers are free
      if (row == 1) best = Larger(load(out), best);
      store_part(best, d, out, mask, b.count);
    }
  }
}

/// Of a walked image: what is two steps on taken away, the next one added, and what it rises to the next.
void Combine(const float* x, std::int64_t count, std::int64_t channels, float* to, std::int64_t array) {
  const D d;
  float *skip = to, *sum = to + array, *rise = to + 2 * array;
  const std::int64_t whole = count - 2 * channels;
  std::int64_t i = 0;
  for (; i + kLanes <= whole; i += kLanes) {
    const V a = hn::LoadU(d, x + i), b = hn::LoadU(d, x + i + channels);
    hn::StoreU(hn::Sub(a, hn::LoadU(d, x + i + 2 * channels)), d, skip + i);
    hn::StoreU(hn::Add(a, b), d, sum + i);
    hn::StoreU(hn::Sub(b, a), d, rise + i);
  }
  for (; i < count; ++i) {  // what lies beyond the last row is never asked for
    const float a = x[i], b = i + channels < count ? x[i + channels] : 0, c = i + 2 * channels < count ? x[i + 2 * channels] : 0;
    skip[i] = a - c, sum[i] = a + b, rise[i] = b - a;
  }
}

/// See pair_taps.
void Pair(const float* kernel, std::int64_t row, std::int64_t taps, std::int64_t n, float* to) {
  const D d;
  const std::int64_t extra = (taps - 3) / 2;
  for (std::int64_t i = 0; i < n; i += kLanes) {
    const int count = static_cast<int>(std::min<std::int64_t>(kLanes, n - i));
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
    const auto tap = [&](std::int64_t k) HWY_ATTR { return load_part(d, kernel + k * row + i, mask, count); };
    float* at = to + i;
    const auto put = [&](V v) HWY_ATTR { store_part(v, d, at, mask, count), at += n; };
    const V half = hn::Set(d, 0.5f), g0 = tap(0), g1 = tap(1), g2 = tap(2), outer = hn::Add(g0, g2);
    put(g0);
    put(hn::Mul(half, hn::Add(outer, g1)));
    put(hn::Mul(half, hn::Sub(outer, g1)));
    put(g2);
    for (std::int64_t e = 0; e < extra; ++e) {
      const V a = tap(3 + 2 * e), b = tap(4 + 2 * e);
      put(hn::Neg(a));
      put(hn::Add(a, b));
      put(hn::Neg(b));
    }
  }
}

using PairsFn = void (*)(const PairsBlock&);
int EnterPairs(PairsFn* blocks) {
  blocks[1] = PairsRow<1>, blocks[2] = PairsRow<2>, blocks[3] = PairsRow<3>;
#if HWY_TARGET <= HWY_AVX3  // four sums a pair need many registers
  blocks[4] = PairsRow<4>, blocks[5] = PairsRow<5>, blocks[6] = PairsRow<6>;
  return 6;
#else
  return 3;
#endif
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

constexpr std::size_t most_image = 32 << 10;   // floats of one image as it is walked: four such arrays stay in the second cache
constexpr std::size_t most_kernel = 64 << 10;  // floats of the kernel's sums

std::int64_t pairs_ceil(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t pairs_padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

}  // namespace

void pair_taps(const float* kernel, std::int64_t row, std::int64_t taps, std::int64_t n, float* to) { CANDOR_PICK(Pair)(kernel, row, taps, n, to); }

std::string ConvPairsPlan::describe() const {
  return std::to_string(together) + (squares ? " windows at once by squares, " : " windows at once, ") + (image_blocks == 1 ? "inline" : std::to_string(image_blocks) + " tasks") + (copies ? ", pads a copy" : "");
}

std::string why_not_by_pairs(const ConvGeometry& g, const Epilogue& epilogue) {
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  if (g.groups != 1 || depth.kernel != 1 || depth.in != 1 || depth.out != 1) return "groups or three axes";
  for (const ConvAxis* axis : {&height, &width})
    if (axis->stride != 1 || axis->dilation != 1 || axis->spread != 1) return "strides or dilation";
  if (width.kernel < 3 || width.kernel % 2 == 0) return "windows " + std::to_string(width.kernel) + " wide, odd ones from 3 on";
  if (epilogue.finish) return "an activation of its own";
  if (height.out < 2 || width.out < 2) return "nothing to pool";
  const int lanes = machine().lanes();
  if (4 * g.out_channels < 3 * pairs_ceil(g.out_channels, lanes) * lanes) return std::to_string(g.out_channels) + " channels leave lanes empty";
  if (g.in_channels * height.kernel < 8) return "few products an output";
  if (static_cast<std::size_t>(height.kernel * products_of_pair(width.kernel) * g.in_channels * g.out_channels) > most_kernel) return "a large kernel";
  if (static_cast<std::size_t>((height.reach() + 1) * (width.reach() + 1) * g.in_channels) > most_image) return "large images";
  return "";
}

ConvPairsPlan plan_conv_pairs(const ConvGeometry& g, bool bias, Epilogue epilogue, bool constant) {
  ConvPairsPlan plan;
  plan.geometry = g;
  plan.constant = constant;
  plan.bias = bias;
  plan.lowest = epilogue.lowest;
  plan.lanes = machine().lanes();
  plan.together = CANDOR_PICK(EnterPairs)(plan.blocks);
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  plan.copies = height.padded() || width.padded();
  plan.rows = plan.copies ? height.reach() : height.in;
  plan.line = (plan.copies ? width.reach() : width.in) * g.in_channels;
  plan.kernel_floats = pairs_padded(height.kernel * products_of_pair(width.kernel) * g.in_channels * g.out_channels);
  plan.slot_floats = pairs_padded(plan.rows * plan.line) * (plan.copies ? 4 : 3);
  const std::int64_t squares = products_of_pair(height.kernel) * products_of_pair(width.kernel) * g.in_channels * g.out_channels;
  if (static_cast<std::size_t>(squares) <= most_kernel && squares_block(1, height.kernel, width.kernel)) {
    plan.squares = true;
    for (std::int64_t count = 1; count <= most_squares; ++count) plan.square_blocks[count] = squares_block(count, height.kernel, width.kernel);
    plan.odd = odd_columns(plan.line, g.in_channels);
    plan.together = static_cast<int>(most_squares);
    plan.kernel_floats = pairs_padded(squares);
    plan.slot_floats = (plan.copies ? pairs_padded(plan.rows * plan.line) : 0) + pairs_padded(products_of_pair(height.kernel) * images_of_product * square_line(plan.line));
  }
  std::int64_t wanted = 1;
  while (wanted < 32 && static_cast<double>(wanted) * 3e5 < g.flops()) wanted *= 2;
  plan.image_blocks = std::min(g.images, wanted);
  plan.slots = slots_for(plan.image_blocks);
  return plan;
}

namespace {

/// The image with zeros around it.
void copy_padded(const ConvPairsPlan& plan, const float* image, float* to) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  std::fill_n(to, plan.rows * plan.line, 0.f);
  const std::int64_t count = std::min(width.in * g.in_channels, plan.line - width.low * g.in_channels);
  for (std::int64_t h = 0; h < std::min(height.in, plan.rows - height.low); ++h)
    std::copy_n(image + h * width.in * g.in_channels, count, to + (h + height.low) * plan.line + width.low * g.in_channels);
}

/// One image, its products taken by rows and columns.
void run_squares(const ConvPairsPlan& plan, const float* image, const float* kernel, const float* bias, float* out, float* made) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t ins = g.in_channels, outs = g.out_channels, rows = height.out / 2, columns = width.out / 2, pieces = pairs_ceil(columns, plan.together);
  SquaresBlock block;
  block.line = plan.line, block.channels = ins, block.outs = outs, block.lowest = plan.lowest;
  block.high = (height.kernel - 3) / 2;
  for (std::int64_t r = 0; r < rows; ++r) {
    make_square_images(image + 2 * r * plan.line, plan.line, height.kernel, ins, plan.odd.data(), made);
    for (std::int64_t j = 0; j < outs; j += plan.lanes) {
      block.kernel = kernel + j;
      block.bias = bias ? bias + j : nullptr;
      block.count = static_cast<int>(std::min<std::int64_t>(plan.lanes, outs - j));
      for (std::int64_t i = 0; i < pieces; ++i) {
        const std::int64_t first = part_start(columns, pieces, i), count = part_start(columns, pieces, i + 1) - first;
        block.made = made + 2 * first * ins;
        block.out = out + (r * columns + first) * outs + j;
        plan.square_blocks[count](block);
      }
    }
  }
}

}  // namespace

void run_conv_pairs(const ConvPairsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t ins = g.in_channels, outs = g.out_channels, products = products_of_pair(width.kernel);
  const auto pair = CANDOR_PICK(Pair);
  const auto combine = CANDOR_PICK(Combine);
  const float* sums = plan.kept.get(plan.constant, plan.kernel_floats, scratch, [&](float* to) {
    if (plan.squares) return square_taps(kernel, height.kernel, width.kernel, ins, outs, to);
    for (std::int64_t h = 0; h < height.kernel; ++h) pair(kernel + h * width.kernel * ins * outs, ins * outs, width.kernel, ins * outs, to + h * products * ins * outs);
  });
  const std::int64_t rows = height.out / 2, columns = width.out / 2, pieces = pairs_ceil(columns, plan.together);
  const std::int64_t array = static_cast<std::int64_t>(pairs_padded(plan.rows * plan.line));
  run_tasks(plan.image_blocks, plan.slots, [&](std::int64_t task, std::int64_t slot) {
    float* own = scratch + plan.kernel_floats + static_cast<std::size_t>(slot) * plan.slot_floats;
    for (std::int64_t n = part_start(g.images, plan.image_blocks, task); n < part_start(g.images, plan.image_blocks, task + 1); ++n) {
      const float* image = x + n * g.in_cells() * ins;
      float* made = own;
      if (plan.copies) {
        copy_padded(plan, image, own);
        image = own, made = own + array;
      }
      if (plan.squares) {
        run_squares(plan, image, sums, bias, out + n * rows * columns * outs, made);
        continue;
      }
      combine(image, plan.rows * plan.line, ins, made, array);
      PairsBlock block;
      block.line = plan.line, block.array = array;
      block.channels = ins, block.height = height.kernel, block.extra = (width.kernel - 3) / 2;
      block.outs = outs, block.lowest = plan.lowest;
      for (std::int64_t j = 0; j < outs; j += plan.lanes) {
        block.kernel = sums + j;
        block.bias = bias ? bias + j : nullptr;
        block.count = static_cast<int>(std::min<std::int64_t>(plan.lanes, outs - j));
        for (std::int64_t r = 0; r < rows; ++r) {
          for (std::int64_t i = 0; i < pieces; ++i) {
            const std::int64_t first = part_start(columns, pieces, i), count = part_start(columns, pieces, i + 1) - first;
            block.x = image + 2 * (r * plan.line + first * ins);
            block.made = made + 2 * (r * plan.line + first * ins);
            block.out = out + ((n * rows + r) * columns + first) * outs + j;
            plan.blocks[count](block);
          }
        }
      }
    }
  });
}

}  // namespace candor::cpu
#endif
