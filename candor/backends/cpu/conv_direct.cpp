#include "candor/backends/cpu/conv_direct.h"

#include <algorithm>

#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

/// kernel [taps, c, groups * o] to [taps reversed, o, groups * c], where `g` is the geometry that uses the result.
void turn_kernel(const ConvGeometry& g, const float* kernel, float* to) {
  const std::int64_t taps = g.taps(), from_c = g.out_per_group(), from_o = g.in_per_group();
  const std::int64_t from_row = g.in_channels, to_row = g.out_channels;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    const float* from = kernel + (taps - 1 - tap) * from_c * from_row;
    float* at = to + tap * from_o * to_row;
    for (std::int64_t group = 0; group < g.groups; ++group) {
      transpose_block(from + group * from_o, from_row, from_c, from_o, at + group * from_c, to_row);
    }
  }
}

/// The kernel of `pixels` neighbouring outputs: pixel p reads the taps of the wide kernel from p strides on.
void widen_kernel(const ConvGeometry& wide, std::int64_t pixels, const float* kernel, float* to) {
  const ConvAxis& axis = wide.axes[2];
  const std::int64_t stride = axis.stride / pixels, narrow = axis.kernel - (pixels - 1) * stride;
  const std::int64_t out = wide.out_channels / pixels, in = wide.in_channels;
  const std::int64_t rows = wide.axes[0].kernel * wide.axes[1].kernel;
  std::fill(to, to + rows * axis.kernel * in * wide.out_channels, 0.f);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      copy_block(kernel + row * narrow * in * out, out, narrow * in, out,
                 to + (row * axis.kernel + pixel * stride) * in * wide.out_channels + pixel * out, wide.out_channels);
    }
  }
}

/// kernel [rows, out] to [group, panel, rows, columns of the panel].
void pack_panels(const ConvPlan& plan, const float* kernel, float* to) {
  const ConvGeometry& g = plan.geometry;
  const std::int64_t width = plan.vectors * plan.tiles->lanes, rows = g.taps() * g.in_per_group(), per_group = g.out_per_group();
  const std::int64_t panels = ceil_div(per_group, width);
  parallel_for(g.groups * panels, [&](std::int64_t i) {
    const std::int64_t group = i / panels, j = i % panels * width;
    copy_block(kernel + group * per_group + j, g.out_channels, rows, std::min(width, per_group - j), to + i * rows * width, width);
  });
}

struct Task {
  const ConvPlan& plan;
  const float *kernel, *bias;

  /// Output rows [row, row_end) of all planes of one image; of all channels, or of those of one block.
  void run(const float* walked, std::int64_t row, std::int64_t row_end, std::int64_t part, float* out, const float* residual) const {
    const ConvGeometry& g = plan.geometry;
    const std::int64_t lanes = plan.tiles->lanes, panel = plan.vectors * lanes, panels = ceil_div(g.out_per_group(), panel);
    const std::int64_t first = part_start(panels, plan.channel_blocks, part) * panel, per_group = std::min(g.out_per_group(), part_start(panels, plan.channel_blocks, part + 1) * panel);
    for (std::int64_t group = 0; group < g.groups; ++group) {
      for (std::int64_t j = first; j < per_group;) {
        std::int64_t vectors = std::min<std::int64_t>(plan.vectors, ceil_div(per_group - j, lanes));
        while (!plan.tiles->tile[0][plan.most_rows][vectors]) --vectors;
        const std::int64_t width = std::min(vectors * lanes, per_group - j);
        for (std::int64_t plane = 0; plane < g.axes[0].out; ++plane) {
          for (std::int64_t r = row; r < row_end; ++r) run_row(walked, plane, r, group, group * g.out_per_group() + j, width, vectors, out, residual);
        }
        j += width;
      }
    }
    if (!plan.epilogue.finish) return;
    if (plan.channel_blocks > 1) {
      for (std::int64_t plane = 0; plane < g.axes[0].out; ++plane)
        plan.epilogue.finish(out + (plane * g.axes[1].out + row) * g.axes[2].out * g.out_channels + first, g.out_channels, (row_end - row) * g.axes[2].out, per_group - first);
      return;
    }
    const std::int64_t cells = g.axes[2].out * g.out_channels;
    for (std::int64_t plane = 0; plane < g.axes[0].out; ++plane) {
      plan.epilogue.finish(out + (plane * g.axes[1].out + row) * cells, 0, 1, (row_end - row) * cells);
    }
  }

  void run_row(const float* walked, std::int64_t plane, std::int64_t row, std::int64_t group, std::int64_t channel, std::int64_t width,
               std::int64_t vectors, float* out, const float* residual) const {
    const ConvGeometry& g = plan.geometry;
    const ConvAxis &depth = g.axes[0], &height = g.axes[1], &across = g.axes[2];
    const std::int64_t first_plane = depth.first_tap(plane), planes = depth.last_tap(plane) - first_plane;
    // Rows of zeros were copied when planes follow one another, so that the kernel's rows in use are contiguous.
    const std::int64_t first_row = plan.walk.copies_rows ? 0 : height.first_tap(row);
    const std::int64_t rows = plan.walk.copies_rows ? height.kernel : height.last_tap(row) - first_row;
    const std::int64_t skipped = (first_plane * height.kernel + first_row) * plan.segments_per_row;
    TileArgs tile;
    tile.a_row = across.stride * g.in_channels;
    tile.a_step = 1;
    if (plan.panels) {
      const std::int64_t panel = plan.vectors * plan.tiles->lanes, within = channel % g.out_per_group();
      const std::int64_t index = group * ceil_div(g.out_per_group(), panel) + within / panel;
      tile.b = kernel + (index * g.taps() * g.in_per_group() + skipped * plan.segment_length) * panel + within % panel;
      tile.b_row = panel;
    } else {
      tile.b = kernel + skipped * plan.segment_length * g.out_channels + channel;
      tile.b_row = g.out_channels;
    }
    tile.segments = plan.segments.data() + skipped;
    tile.segment_count = planes * rows * plan.segments_per_row;
    tile.segment_length = plan.segment_length;
    tile.c_row = g.out_channels;
    tile.start = nullptr;
    tile.start_row = g.out_channels;
    tile.bias = bias ? bias + channel : nullptr;
    tile.lowest = plan.epilogue.lowest;
    tile.columns = static_cast<int>(width);
    const std::int64_t panels = ceil_div(across.out, plan.most_rows);
    float* out_row = out + (plane * height.out + row) * across.out * g.out_channels + channel;
    const float* image = walked + group * g.in_per_group();
    for (std::int64_t i = 0; i < panels; ++i) {
      const std::int64_t column = part_start(across.out, panels, i), count = part_start(across.out, panels, i + 1) - column;
      tile.a = image + plan.walk.at(g, plane, row, column);
      tile.c = out_row + column * g.out_channels;
      if (residual) tile.start = residual + (tile.c - out);
      plan.tiles->tile[0][count][vectors](tile);
    }
  }
};

}  // namespace

std::int64_t pixels_together(const ConvGeometry& g, int lanes) {
  const ConvAxis& axis = g.axes[2];
  if (g.groups != 1 || axis.dilation != 1 || g.out_channels >= lanes) return 1;
  std::int64_t best = 1;
  double most = 0;
  for (std::int64_t pixels = 1; pixels <= 8; ++pixels) {
    if (axis.out % pixels != 0) continue;
    const std::int64_t used = pixels * g.out_channels;
    const double filled = static_cast<double>(used) / static_cast<double>(ceil_div(used, lanes) * lanes);
    const double useful = static_cast<double>(axis.kernel) / static_cast<double>(axis.kernel + (pixels - 1) * axis.stride);
    if (filled * useful > most * 1.1) most = filled * useful, best = pixels;
  }
  return best;
}

ConvGeometry together(ConvGeometry g, std::int64_t pixels) {
  ConvAxis& axis = g.axes[2];
  axis.kernel += (pixels - 1) * axis.stride;
  axis.stride *= pixels;
  axis.out /= pixels;
  g.out_channels *= pixels;
  return g;
}

std::string ConvPlan::describe() const {
  std::string text = std::to_string(most_rows) + "x" + std::to_string(vectors * tiles->lanes) + " tiles, ";
  text += tasks() == 1 ? "inline" : std::to_string(tasks()) + " tasks";
  if (pixels > 1) text += ", " + std::to_string(pixels) + " pixels at once";
  if (panels) text += keeps_panels ? ", the kernel packed once" : ", packs the kernel";
  if (walk.copies) text += ", pads a copy";
  return text;
}

ConvPlan plan_conv(const ConvGeometry& geometry, KernelOrder order, bool bias, Epilogue epilogue, bool constant) {
  ConvPlan plan;
  plan.order = order;
  plan.bias = bias;
  plan.epilogue = epilogue;
  plan.tiles = &tile_set();
  const TileSet& tiles = *plan.tiles;
  plan.pixels = pixels_together(geometry, tiles.lanes);
  if (order == KernelOrder::turned) plan.turned_floats = padded(geometry.taps() * geometry.in_per_group() * geometry.out_channels);
  plan.geometry = together(geometry, plan.pixels);
  const ConvGeometry& g = plan.geometry;
  if (plan.pixels > 1) {
    plan.kernel_floats = padded(g.taps() * g.in_channels * g.out_channels);
    if (bias) plan.bias_floats = padded(g.out_channels);
  }
  plan.walk = ConvWalk(g);
  const std::int64_t image_row = plan.walk.columns * g.in_channels, plane = plan.walk.rows * image_row;
  const bool whole_rows = g.groups == 1 && g.axes[2].dilation == 1;
  plan.segment_length = whole_rows ? g.axes[2].kernel * g.in_channels : g.in_per_group();
  plan.segments_per_row = whole_rows ? 1 : g.axes[2].kernel;
  for (std::int64_t d = 0; d < g.axes[0].kernel; ++d) {
    for (std::int64_t h = 0; h < g.axes[1].kernel; ++h) {
      for (std::int64_t w = 0; w < plan.segments_per_row; ++w) {
        plan.segments.push_back(d * g.axes[0].dilation * plane + h * g.axes[1].dilation * image_row + w * g.axes[2].dilation * g.in_channels);
      }
    }
  }
  plan.vectors = g.out_per_group() <= tiles.lanes ? 1 : 2;
  plan.most_rows = std::clamp<std::int64_t>(g.axes[2].out, 1, tiles.rows);
  // Rows that crowd into one set of the first cache are taken seven at a time: it has at least eight ways.
  const bool crowded = g.axes[2].stride * g.in_channels * 4 % 2048 == 0;
  if (plan.vectors == 2 && g.out_per_group() > 2 * tiles.lanes && (crowded || plan.most_rows <= 7)) {
    const std::int64_t rows = std::min<std::int64_t>(plan.most_rows, 7);
    if (tiles.tile[0][rows][4]) plan.vectors = 4, plan.most_rows = rows;
  }
  // Rows of a large kernel lie far apart and crowd in the caches; copying it pays when it is used often.
  const std::int64_t kernel_rows = g.taps() * g.in_per_group(), panel = plan.vectors * tiles.lanes;
  plan.panels = kernel_rows * g.out_per_group() >= (1 << 15) && g.out_per_group() > panel && (constant || g.images * g.out_cells() >= 256);
  plan.keeps_panels = plan.panels && constant && order == KernelOrder::as_is && plan.pixels == 1;
  if (plan.panels) plan.panel_floats = static_cast<std::size_t>(g.groups * ceil_div(g.out_per_group(), panel) * panel * kernel_rows);
  std::int64_t wanted = 1;
  while (wanted < 32 && static_cast<double>(wanted) * 3e5 < g.flops()) wanted *= 2;
  plan.image_blocks = std::min(g.images, wanted);
  plan.row_blocks = std::clamp<std::int64_t>(wanted / std::max<std::int64_t>(plan.image_blocks, 1), 1, std::max<std::int64_t>(g.axes[1].out, 1));
  // More than the second cache holds, for pixels that fit it: tasks part the channels instead.
  const std::int64_t panel_count = ceil_div(g.out_per_group(), panel);
  if (g.groups == 1 && plan.pixels == 1 && kernel_rows * g.out_per_group() >= (1 << 18) && g.images * g.out_cells() <= 256 && panel_count >= 2 && plan.tasks() > 1) {
    plan.image_blocks = plan.row_blocks = 1;
    plan.channel_blocks = std::min<std::int64_t>(panel_count, 8);
  }
  plan.slots = slots_for(plan.tasks());
  if (plan.walk.copies) plan.slot_floats = padded(plan.walk.floats);
  return plan;
}

void run_conv(const ConvPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch, const float* residual) {
  const ConvGeometry& g = plan.geometry;
  if (plan.order == KernelOrder::turned) {
    ConvGeometry narrow = g;
    narrow.out_channels /= plan.pixels;
    narrow.axes[2].kernel -= (plan.pixels - 1) * g.axes[2].stride / plan.pixels;
    turn_kernel(narrow, kernel, scratch);
    kernel = scratch;
    scratch += plan.turned_floats;
  }
  if (plan.keeps_panels) {
    kernel = plan.kept.get(plan.panel_floats, [&](float* to) { pack_panels(plan, kernel, to); });
  } else if (plan.panels) {
    pack_panels(plan, kernel, scratch);
    kernel = scratch;
    scratch += plan.panel_floats;
  }
  if (plan.pixels > 1) {
    widen_kernel(g, plan.pixels, kernel, scratch);
    kernel = scratch;
    scratch += plan.kernel_floats;
    if (bias) {
      const std::int64_t channels = g.out_channels / plan.pixels;
      for (std::int64_t i = 0; i < plan.pixels; ++i) std::copy(bias, bias + channels, scratch + i * channels);
      bias = scratch;
      scratch += plan.bias_floats;
    }
  }
  const Task task{plan, kernel, bias};
  const std::int64_t in_image = g.in_cells() * g.in_channels, out_image = g.out_cells() * g.out_channels;
  run_tasks(plan.tasks(), plan.slots, [&](std::int64_t index, std::int64_t slot) {
    float* copy = scratch + static_cast<std::size_t>(slot) * plan.slot_floats;
    const std::int64_t channels = index % plan.channel_blocks, place = index / plan.channel_blocks;
    const std::int64_t block = place / plan.row_blocks, part = place % plan.row_blocks;
    const std::int64_t row = part_start(g.axes[1].out, plan.row_blocks, part), row_end = part_start(g.axes[1].out, plan.row_blocks, part + 1);
    for (std::int64_t n = part_start(g.images, plan.image_blocks, block); n < part_start(g.images, plan.image_blocks, block + 1); ++n) {
      const float* image = x + n * in_image;
      if (plan.walk.copies) {
        plan.walk.copy(g, image, row, row_end, copy);
        image = copy;
      }
      task.run(image, row, row_end, channels, out + n * out_image, residual ? residual + n * out_image : nullptr);
    }
  });
}

}  // namespace candor::cpu
