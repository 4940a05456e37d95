#include "candor/backends/cpu/conv_fold.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_fold.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

void add_runs(float* to, std::int64_t to_step, const float* from, std::int64_t from_step, std::int64_t count, std::int64_t run) {
  const hn::ScalableTag<float> d;
  constexpr std::int64_t lanes = HWY_LANES(float);
  const int rest = static_cast<int>(run % lanes);
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(rest));
  for (std::int64_t i = 0; i < count; ++i, to += to_step, from += from_step) {
    std::int64_t j = 0;
    for (; j + lanes <= run; j += lanes) hn::StoreU(hn::Add(hn::LoadU(d, to + j), hn::LoadU(d, from + j)), d, to + j);
    if (rest) store_part(hn::Add(load_part(d, to + j, mask, rest), load_part(d, from + j, mask, rest)), d, to + j, mask, rest);
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }
constexpr std::int64_t kMostTapRows = 32;

/// kernel [h, w, in, out] to [h in the plan's order, out, (w, in)].
void turn(const ConvFoldPlan& plan, const float* kernel, float* to) {
  const std::int64_t out = plan.geometry.out_channels;
  for (std::int64_t h : plan.tap_rows) {
    transpose_block(kernel + h * plan.columns * out, out, plan.columns, out, to, plan.columns);
    to += plan.columns * out;
  }
}

/// Adds the shares of a row of output pixels, [width.out, width.kernel, channels], to a row of the input.
void fold_row(const ConvFoldPlan& plan, const float* shares, float* to) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis& width = g.axes[2];
  const std::int64_t channels = g.in_channels;
  std::fill(to, to + width.in * channels, 0.f);
  if (channels >= plan.tiles->lanes || width.dilation > 1) {
    for (std::int64_t tap = 0; tap < width.kernel; ++tap) {
      const std::int64_t first = width.first_output(tap), count = width.last_output(tap) - first;
      if (count > 0)
        plan.add(to + (first * width.stride - width.low + tap * width.dilation) * channels, width.stride * channels,
                 shares + first * plan.columns + tap * channels, plan.columns, count, channels);
    }
    return;
  }
  // All taps of a pixel at once. Neighbours overlap, so they are taken in turns: what was just written is not read at once.
  const auto left = [&](std::int64_t w) { return w * width.stride - width.low; };
  const std::int64_t whole = std::clamp(ceil_div(std::max<std::int64_t>(width.low, 0), width.stride), std::int64_t{0}, width.out);
  const std::int64_t room = width.in - width.kernel + width.low;  // the last left edge of a window inside, from the padding on
  const std::int64_t whole_end = std::clamp(room < 0 ? 0 : room / width.stride + 1, whole, width.out);
  const std::int64_t turns = std::max<std::int64_t>(1, std::min(ceil_div(width.kernel, width.stride), whole_end - whole));
  for (std::int64_t w = whole; w < std::min(whole + turns, whole_end); ++w) {
    plan.add(to + left(w) * channels, turns * width.stride * channels, shares + w * plan.columns, turns * plan.columns,
             ceil_div(whole_end - w, turns), plan.columns);
  }
  for (std::int64_t w = 0; w < width.out; ++w) {
    if (w == whole) w = whole_end;
    if (w >= width.out) break;
    const std::int64_t first = std::max<std::int64_t>(0, -left(w)), last = std::min(width.kernel, width.in - left(w));
    if (first < last) plan.add(to + (left(w) + first) * channels, 0, shares + w * plan.columns + first * channels, 0, 1, (last - first) * channels);
  }
}

}  // namespace

std::string ConvFoldPlan::describe() const {
  return std::to_string(most_rows) + "x" + std::to_string(vectors * tiles->lanes) + " tiles, " +
         (tasks() == 1 ? "inline" : std::to_string(tasks()) + " tasks") + ", adds up windows";
}

bool can_fold(const ConvGeometry& forward) {
  const ConvAxis& depth = forward.axes[0];
  return forward.groups == 1 && depth.kernel == 1 && depth.in == 1 && depth.out == 1 && forward.axes[1].kernel <= kMostTapRows;
}

ConvFoldPlan plan_conv_fold(const ConvGeometry& forward) {
  ConvFoldPlan plan;
  plan.geometry = forward;
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  plan.tiles = &tile_set();
  const TileSet& tiles = *plan.tiles;
  plan.add = CANDOR_PICK(add_runs);
  plan.columns = width.kernel * g.in_channels;
  for (std::int64_t c = 0; c < height.stride; ++c) {
    plan.class_start.push_back(plan.tap_rows.size());
    for (std::int64_t h = 0; h < height.kernel; ++h) {
      if (h * height.dilation % height.stride == c) plan.tap_rows.push_back(h);
    }
  }
  plan.class_start.push_back(plan.tap_rows.size());
  plan.vectors = plan.columns <= tiles.lanes ? 1 : 2;
  plan.most_rows = std::clamp<std::int64_t>(width.out, 1, tiles.rows);
  const bool crowded = g.out_channels * 4 % 2048 == 0;
  if (plan.columns > 2 * tiles.lanes && (crowded || plan.most_rows <= 7)) {
    const std::int64_t rows = std::min<std::int64_t>(plan.most_rows, 7);
    if (tiles.tile[0][rows][4]) plan.vectors = 4, plan.most_rows = rows;
  }
  std::int64_t wanted = 1;
  while (wanted < 32 && static_cast<double>(wanted) * 3e5 < g.flops()) wanted *= 2;
  plan.image_blocks = std::min(g.images, wanted);
  plan.row_blocks = std::clamp<std::int64_t>(wanted / std::max<std::int64_t>(plan.image_blocks, 1), 1, std::max<std::int64_t>(height.in, 1));
  plan.slots = slots_for(plan.tasks());
  plan.kernel_floats = padded(height.kernel * plan.columns * g.out_channels);
  plan.slot_floats = padded(width.out * plan.columns);
  return plan;
}

void run_conv_fold(const ConvFoldPlan& plan, const float* cotangent, const float* kernel, float* out, float* scratch) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const TileSet& tiles = *plan.tiles;
  turn(plan, kernel, scratch);
  kernel = scratch;
  scratch += plan.kernel_floats;
  const std::int64_t in_row = width.in * g.in_channels, out_row = width.out * g.out_channels;
  const std::int64_t panels = ceil_div(width.out, plan.most_rows);
  run_tasks(plan.tasks(), plan.slots, [&](std::int64_t task, std::int64_t slot) {
    float* shares = scratch + static_cast<std::size_t>(slot) * plan.slot_floats;
    const std::int64_t block = task / plan.row_blocks, part = task % plan.row_blocks;
    const std::int64_t rows_end = part_start(height.in, plan.row_blocks, part + 1);
    std::int64_t segments[kMostTapRows];
    TileArgs tile;
    tile.a_row = g.out_channels;
    tile.a_step = 1;
    tile.b_row = plan.columns;
    tile.segments = segments;
    tile.segment_length = g.out_channels;
    tile.c_row = plan.columns;
    tile.start = tile.bias = nullptr;
    tile.start_row = 0;
    tile.lowest = -std::numeric_limits<float>::infinity();
    for (std::int64_t n = part_start(g.images, plan.image_blocks, block); n < part_start(g.images, plan.image_blocks, block + 1); ++n) {
      const float* image = cotangent + n * height.out * out_row;
      for (std::int64_t h = part_start(height.in, plan.row_blocks, part); h < rows_end; ++h) {
        const std::int64_t at = h + height.low;
        const auto of_class = static_cast<std::size_t>(at % height.stride);
        std::size_t first = plan.class_start[of_class], last = plan.class_start[of_class + 1];
        const auto output = [&](std::size_t i) { return (at - plan.tap_rows[i] * height.dilation) / height.stride; };
        while (first < last && output(first) >= height.out) ++first;
        while (first < last && at < plan.tap_rows[last - 1] * height.dilation) --last;
        float* to = out + (n * height.in + h) * in_row;
        if (first == last) {
          std::fill(to, to + in_row, 0.f);
          continue;
        }
        for (std::size_t i = first; i < last; ++i) segments[i - first] = output(i) * out_row;
        tile.segment_count = static_cast<std::int64_t>(last - first);
        for (std::int64_t j = 0; j < plan.columns;) {
          std::int64_t vectors = std::min<std::int64_t>(plan.vectors, ceil_div(plan.columns - j, tiles.lanes));
          while (!tiles.tile[0][plan.most_rows][vectors]) --vectors;
          const std::int64_t columns = std::min(vectors * tiles.lanes, plan.columns - j);
          tile.columns = static_cast<int>(columns);
          tile.b = kernel + static_cast<std::int64_t>(first) * g.out_channels * plan.columns + j;
          for (std::int64_t i = 0; i < panels; ++i) {
            const std::int64_t w = part_start(width.out, panels, i), count = part_start(width.out, panels, i + 1) - w;
            tile.a = image + w * g.out_channels;
            tile.c = shares + w * plan.columns + j;
            tiles.tile[0][count][vectors](tile);
          }
          j += columns;
        }
        fold_row(plan, shares, to);
      }
    }
  });
}

}  // namespace candor::cpu
#endif
