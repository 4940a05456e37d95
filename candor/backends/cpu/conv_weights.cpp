#include "candor/backends/cpu/conv_weights.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

/// Adds the outer products of one image for one row of taps to `partial`, or sets it when the image is the chunk's first.
void add_tap_row(const ConvWeightsPlan& plan, const float* walked, const float* cotangent, std::int64_t tap_row, bool first, float* partial) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  const std::int64_t d = tap_row / height.kernel, h = tap_row % height.kernel;
  const std::int64_t out_first = height.first_output(h), out_rows = height.last_output(h) - out_first;
  const std::int64_t row_first = plan.walk.copies_rows ? 0 : out_first, rows = plan.walk.copies_rows ? height.out : out_rows;
  const std::int64_t lanes = plan.tiles->lanes, line = plan.walk.columns * g.in_channels, per_group = g.out_per_group();
  const std::int64_t panels = ceil_div(plan.rows_together, plan.tiles->rows);
  std::int64_t plane = depth.first_output(d);
  const std::int64_t planes_end = depth.last_output(d);
  // Even without any pixel the sums must be set to zero.
  do {
    const bool inside = plane < planes_end;
    TileArgs tile;
    tile.a_row = 1;
    tile.a_step = width.stride * g.in_channels;
    tile.b_row = g.out_channels;
    tile.segments = plan.segments.data();
    tile.segment_count = inside ? rows : 0;
    tile.segment_length = width.out;
    tile.c_row = tile.start_row = g.out_channels;
    tile.bias = nullptr;
    tile.lowest = -std::numeric_limits<float>::infinity();
    const float* image = walked + (inside ? plan.walk.at(g, plane, row_first, 0) + (d * depth.dilation * plan.walk.rows + h * height.dilation) * line : 0);
    const float* pixels = cotangent + (inside ? (plane * height.out + row_first) * width.out * g.out_channels : 0);
    for (std::int64_t group = 0; group < g.groups; ++group) {
      for (std::int64_t run = 0; run < plan.row_groups; ++run) {
        const float* a = image + run * width.dilation * g.in_channels + group * g.in_per_group();
        float* c = partial + (tap_row * plan.row_groups + run) * plan.rows_together * g.out_channels;
        for (std::int64_t j = 0; j < per_group; j += plan.vectors * lanes) {
          const std::int64_t columns = std::min(plan.vectors * lanes, per_group - j), channel = group * per_group + j;
          const std::int64_t vectors = ceil_div(columns, lanes);
          tile.columns = static_cast<int>(columns);
          tile.b = pixels + channel;
          for (std::int64_t i = 0; i < panels; ++i) {
            const std::int64_t from = part_start(plan.rows_together, panels, i), count = part_start(plan.rows_together, panels, i + 1) - from;
            tile.a = a + from;
            tile.c = c + from * g.out_channels + channel;
            tile.start = first ? nullptr : tile.c;
            plan.tiles->tile[1][count][vectors](tile);
          }
        }
      }
    }
    first = false;
  } while (++plane < planes_end);
}

/// The gradient of a kernel from that of its widened form (see ConvPlan::pixels).
void fold(const ConvGeometry& wide, std::int64_t pixels, const float* from, float* to) {
  const ConvAxis& axis = wide.axes[2];
  const std::int64_t stride = axis.stride / pixels, narrow = axis.kernel - (pixels - 1) * stride;
  const std::int64_t in = wide.in_channels, out = wide.out_channels / pixels, rows = wide.axes[0].kernel * wide.axes[1].kernel;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t i = 0; i < narrow * in; ++i) {
      float* at = to + (row * narrow * in + i) * out;
      for (std::int64_t o = 0; o < out; ++o) {
        float sum = 0;
        for (std::int64_t p = 0; p < pixels; ++p) sum += from[((row * axis.kernel + p * stride) * in + i) * wide.out_channels + p * out + o];
        at[o] = sum;
      }
    }
  }
}

}  // namespace

std::string ConvWeightsPlan::describe() const {
  std::string text = std::to_string(std::min<std::int64_t>(rows_together, tiles->rows)) + "x" + std::to_string(vectors * tiles->lanes) + " tiles, ";
  text += tasks() == 1 ? "inline" : std::to_string(chunks) + " chunks of the batch";
  if (pixels > 1) text += ", " + std::to_string(pixels) + " pixels at once";
  if (walk.copies) text += ", pads a copy";
  return text;
}

ConvWeightsPlan plan_conv_weights(const ConvGeometry& geometry) {
  ConvWeightsPlan plan;
  plan.tiles = &tile_set();
  plan.pixels = pixels_together(geometry, plan.tiles->lanes);
  plan.geometry = together(geometry, plan.pixels);
  const ConvGeometry& g = plan.geometry;
  plan.walk = ConvWalk(g);
  const bool whole_rows = g.groups == 1 && g.axes[2].dilation == 1;
  plan.rows_together = whole_rows ? g.axes[2].kernel * g.in_channels : g.in_per_group();
  plan.row_groups = whole_rows ? 1 : g.axes[2].kernel;
  for (std::int64_t h = 0; h < g.axes[1].out; ++h) plan.segments.push_back(h * g.axes[1].stride * plan.walk.columns * g.in_channels);
  plan.vectors = g.out_per_group() <= plan.tiles->lanes ? 1 : 2;
  const std::int64_t size = g.taps() * g.in_per_group() * g.out_channels;
  plan.kernel_floats = padded(size);
  std::int64_t wanted = 1;
  while (wanted < 16 && static_cast<double>(wanted) * 1e6 < g.flops()) wanted *= 2;
  plan.chunks = std::min(g.images, wanted);
  while (plan.chunks > 1 && plan.chunks * size > (4 << 20)) plan.chunks /= 2;
  if (plan.chunks < 4 && wanted > plan.chunks) plan.tap_blocks = g.axes[0].kernel * g.axes[1].kernel;
  const bool first_apart = plan.pixels > 1;
  plan.partial_floats = plan.kernel_floats * static_cast<std::size_t>(plan.chunks - 1 + first_apart);
  plan.slots = slots_for(plan.tasks());
  if (plan.walk.copies) plan.slot_floats = padded(plan.walk.floats);
  return plan;
}

void run_conv_weights(const ConvWeightsPlan& plan, const float* x, const float* cotangent, float* out, float* scratch) {
  const ConvGeometry& g = plan.geometry;
  const std::int64_t in_image = g.in_cells() * g.in_channels, out_image = g.out_cells() * g.out_channels;
  const std::int64_t tap_rows = g.axes[0].kernel * g.axes[1].kernel, size = g.taps() * g.in_per_group() * g.out_channels;
  // The first chunk's sum is made where the total will be.
  float* total = plan.pixels > 1 ? scratch : out;
  float* rest = plan.pixels > 1 ? scratch + plan.kernel_floats : scratch;
  float* copies = scratch + plan.partial_floats;
  const auto partial_of = [&](std::int64_t chunk) { return chunk == 0 ? total : rest + static_cast<std::size_t>(chunk - 1) * plan.kernel_floats; };
  run_tasks(plan.tasks(), plan.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t chunk = task / plan.tap_blocks, block = task % plan.tap_blocks;
    const std::int64_t image = part_start(g.images, plan.chunks, chunk), image_end = part_start(g.images, plan.chunks, chunk + 1);
    for (std::int64_t n = image; n < image_end; ++n) {
      const float* walked = x + n * in_image;
      if (plan.walk.copies) {
        float* copy = copies + static_cast<std::size_t>(slot) * plan.slot_floats;
        plan.walk.copy(g, walked, 0, g.axes[1].out, copy);
        walked = copy;
      }
      for (std::int64_t row = part_start(tap_rows, plan.tap_blocks, block); row < part_start(tap_rows, plan.tap_blocks, block + 1); ++row) {
        add_tap_row(plan, walked, cotangent + n * out_image, row, n == image, partial_of(chunk));
      }
    }
  });
  if (plan.chunks > 1) {
    constexpr std::int64_t piece = 4096;
    parallel_for(ceil_div(size, piece), [&](std::int64_t p) {
      const std::int64_t end = std::min(size, (p + 1) * piece);
      for (std::int64_t chunk = 1; chunk < plan.chunks; ++chunk) {
        const float* partial = partial_of(chunk);
        for (std::int64_t i = p * piece; i < end; ++i) total[i] += partial[i];
      }
    });
  }
  if (plan.pixels > 1) fold(g, plan.pixels, total, out);
}

}  // namespace candor::cpu
