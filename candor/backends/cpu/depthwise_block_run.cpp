#include "candor/backends/cpu/depthwise_block_run.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/matmul_sparse.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();
constexpr std::int64_t kParts = 4;         // of the wide channels of a small image
constexpr std::int64_t kSmallImage = 64;   // pixels; a larger one is cut into bands
constexpr std::int64_t kManyImages = 8;    // are work for all cores
constexpr std::int64_t kStepPixels = 112;  // outputs of a step: enough for full tiles, few enough for the first cache
constexpr std::int64_t kLeastBand = 7;     // rows: a band that begins anew expands a row or two that its neighbour has, too
constexpr std::int64_t kHeldFloats = 16;
constexpr std::int64_t kZero = 0;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::int64_t padded(std::int64_t floats) { return ceil_div(floats, 16) * 16; }

/// What a slot's ring holds: rows [first, end) of the wide image of one image.
struct Held {
  std::int64_t image = -1, first = 0, end = 0;
};
static_assert(sizeof(Held) <= kHeldFloats * sizeof(float));

/// Where the packed weights of each step begin.
struct Layout {
  std::int64_t depthwise = 0, project = 0, end = 0;
};

Layout layout_of(const DepthwiseBlockPlan& plan) {
  const DepthwiseBlock& b = plan.block;
  const std::int64_t wide = b.geometry.in_channels, lanes = plan.tiles->lanes;
  Layout l;
  l.depthwise = b.expands ? padded(b.expand.in * wide) : 0;
  l.project = l.depthwise + padded(b.geometry.taps() * wide);
  l.end = l.project + wide * ceil_div(b.project.out, lanes) * lanes;
  return l;
}

std::int64_t panel_of(const DepthwiseBlockPlan& plan) { return plan.tiles->lanes * (plan.block.project.out <= plan.tiles->lanes ? 1 : 2); }

/// A matrix [depth, columns] in panels of `width` columns, the last one filled up to whole vectors.
void pack(const float* from, std::int64_t depth, std::int64_t columns, std::int64_t width, std::int64_t lanes, float* to) {
  for (std::int64_t j = 0; j < columns; j += width) {
    const std::int64_t count = std::min(width, columns - j), row = ceil_div(count, lanes) * lanes;
    copy_block(from + j, columns, depth, count, to, row);
    to += depth * row;
  }
}

TileFn tile_of(const TileSet& tiles, std::int64_t rows, std::int64_t vectors) { return vectors == 3 ? tiles.triple[rows] : tiles.tile[0][rows][vectors]; }

/// Weights that the next product reads.
struct Next {
  const float* from = nullptr;
  std::int64_t floats = 0;
};

/// The rows of `tile` times its panel: `m` of them. Between its tiles it asks for the next weights: there are more than the second cache holds, and the
/// first product that reads them would wait.
void multiply(const TileSet& tiles, TileArgs tile, std::int64_t m, FinishFn finish, Next next) {
  const std::int64_t vectors = ceil_div(tile.columns, tiles.lanes);
  std::int64_t most = TileSet::max_rows;
  while (!tile_of(tiles, most, vectors)) --most;
  const std::int64_t panels = ceil_div(m, most);
  for (std::int64_t i = 0; i < panels; ++i) {
    const std::int64_t count = part_start(m, panels, i + 1) - part_start(m, panels, i);
    for (std::int64_t at = part_start(next.floats, panels, i), end = part_start(next.floats, panels, i + 1); at < end; at += 16) __builtin_prefetch(next.from + at, 0, 2);
    tile_of(tiles, count, vectors)(tile);
    if (finish) finish(tile.c, tile.c_row, count, tile.columns);
    tile.a += count * tile.a_row;
    tile.c += count * tile.c_row;
    if (tile.start) tile.start += count * tile.start_row;
  }
}

/// One task: output rows of one image, of a part of the wide channels.
class Walk {
 public:
  Walk(const DepthwiseBlockPlan& plan, const DepthwiseBlockOperands& at, const float* weights, std::int64_t image, std::int64_t part, float* slot, float* sums)
      : plan_(plan), b_(plan.block), at_(at), height_(b_.geometry.axes[1]), width_(b_.geometry.axes[2]), weights_(weights), layout_(layout_of(plan)), image_(image), part_(part),
        first_(part_start(plan.chunks, plan.parts, part)), chunks_(part_start(plan.chunks, plan.parts, part + 1) - first_), held_(*reinterpret_cast<Held*>(slot)) {
    x_ = at.x + image * b_.geometry.in_cells() * (b_.expands ? b_.expand.in : b_.geometry.in_channels);
    out_ = (part == 0 ? at.out : sums + static_cast<std::size_t>(part - 1) * plan.sum_floats) + image * b_.geometry.out_cells() * b_.project.out;
    wide_ = slot + kHeldFloats;
    convolved_ = wide_ + plan.wide_floats * (b_.expands ? plan.parts == 1 ? plan.chunks : 1 : 0);
  }

  void rows(std::int64_t from, std::int64_t end) {
    for (std::int64_t h = from; h < end; h += plan_.rows) step(h, std::min(plan_.rows, end - h));
  }

 private:
  void step(std::int64_t h, std::int64_t count) {
    const std::int64_t top = std::max<std::int64_t>(0, h * height_.stride - height_.low);
    const std::int64_t bottom = std::min(height_.in, (h + count - 1) * height_.stride - height_.low + (height_.kernel - 1) * height_.dilation + 1);
    std::int64_t fresh = top;
    if (b_.expands && plan_.parts == 1) {
      const bool follows = held_.image == image_ && top >= std::max(held_.first, held_.end - plan_.ring) && top <= held_.end;
      if (follows) fresh = std::max(fresh, held_.end);
      else held_ = {image_, top, top};
      held_.end = std::max(held_.end, bottom);
    }
    for (std::int64_t c = 0; c < chunks_; ++c) {
      float* wide = wide_ + (plan_.parts == 1 ? c * plan_.wide_floats : 0);
      if (b_.expands) expand(first_ + c, fresh, bottom, wide, c + 1 == chunks_);
      convolve(first_ + c, h, count, b_.expands ? wide : x_, convolved_ + c * plan_.convolved_floats);
    }
    project(h, count);
  }

  void expand(std::int64_t chunk, std::int64_t row, std::int64_t end, float* wide, bool last) {
    const std::int64_t panel = plan_.chunk * b_.expand.in;
    const Next next = last ? of_project(0) : Next{weights_ + (chunk + 1) * panel, panel};
    TileArgs tile{};
    tile.a_row = b_.expand.in, tile.a_step = 1;
    tile.b = weights_ + chunk * panel, tile.b_row = plan_.chunk;
    tile.segments = &kZero, tile.segment_count = 1, tile.segment_length = b_.expand.in;
    tile.c_row = plan_.chunk;
    tile.bias = b_.expand.bias ? at_.expand_bias + chunk * plan_.chunk : nullptr;
    tile.lowest = b_.expand.epilogue.lowest, tile.highest = b_.expand.epilogue.highest;
    tile.columns = static_cast<int>(plan_.chunk);
    while (row < end) {
      const std::int64_t place = row % plan_.ring, count = std::min(end - row, plan_.ring - place);
      tile.a = x_ + row * width_.in * b_.expand.in;
      tile.c = wide + place * width_.in * plan_.chunk;
      multiply(*plan_.tiles, tile, count * width_.in, b_.expand.epilogue.finish_after_cut(), next);
      row += count;
    }
  }

  void convolve(std::int64_t chunk, std::int64_t h, std::int64_t count, const float* from, float* to) {
    const float* kernel = weights_ + layout_.depthwise + chunk * plan_.chunk * b_.geometry.taps();
    const float* bias = b_.depthwise_bias ? at_.depthwise_bias + chunk * plan_.chunk : nullptr;
    const std::int64_t row = width_.out * plan_.chunk;
    for (std::int64_t i = 0; i < count; ++i) plan_.depthwise.kernels.row(plan_.depthwise, from, kernel, bias, h + i, to + i * row);
    if (const FinishFn finish = b_.depthwise_epilogue.finish_after_cut()) finish(to, 0, 1, count * row);
  }

  void project(std::int64_t h, std::int64_t count) {
    const PointwiseStep& p = b_.project;
    const bool whole = plan_.parts == 1;
    const std::int64_t panel = panel_of(plan_), cell = h * width_.out * p.out;
    TileArgs tile{};
    tile.a = convolved_;
    tile.a_row = plan_.chunk, tile.a_step = 1;
    tile.segments = plan_.segments.data(), tile.segment_count = chunks_, tile.segment_length = plan_.chunk;
    tile.c_row = tile.start_row = p.out;
    tile.lowest = whole ? p.epilogue.lowest : kNone;
    if (whole) tile.highest = p.epilogue.highest;
    for (std::int64_t j = 0; j < p.out; j += panel) {
      const std::int64_t columns = std::min(panel, p.out - j);
      tile.b = of_project(j).from, tile.b_row = row_of(columns);
      tile.columns = static_cast<int>(columns);
      tile.c = out_ + cell + j;
      tile.bias = p.bias && part_ == 0 ? at_.project_bias + j : nullptr;
      tile.start = b_.residual && part_ == 0 ? x_ + cell + j : nullptr;
      multiply(*plan_.tiles, tile, count * width_.out, whole ? p.epilogue.finish_after_cut() : nullptr, of_project(j + panel));
    }
  }

  std::int64_t row_of(std::int64_t columns) const { return ceil_div(columns, plan_.tiles->lanes) * plan_.tiles->lanes; }

  /// The rows of this part in the panel that begins at column j; behind the last panel there is nothing.
  Next of_project(std::int64_t j) const {
    if (j >= b_.project.out) return {};
    const std::int64_t row = row_of(std::min(panel_of(plan_), b_.project.out - j));
    return {weights_ + layout_.project + j * b_.geometry.in_channels + first_ * plan_.chunk * row, chunks_ * plan_.chunk * row};
  }

  const DepthwiseBlockPlan& plan_;
  const DepthwiseBlock& b_;
  const DepthwiseBlockOperands& at_;
  const ConvAxis &height_, &width_;
  const float* weights_;
  const Layout layout_;
  const std::int64_t image_, part_, first_, chunks_;
  Held& held_;
  const float* x_;
  float *out_, *wide_, *convolved_;
};

/// As many vectors of channels at a time as fill the registers best, in equal chunks.
std::int64_t vectors_of_chunk(std::int64_t vectors) { return vectors % 3 == 0 ? 3 : vectors % 2 == 0 ? 2 : 1; }

}  // namespace

std::string DepthwiseBlockPlan::describe() const {
  const std::string steps = std::to_string(chunk) + " channels of " + std::to_string(rows) + (rows == 1 ? " row" : " rows") + " at a time, ";
  return steps + std::to_string(tasks()) + " tasks" + (parts > 1 ? ", sums of " + std::to_string(parts) + " parts" : "") + ", weights packed once";
}

DepthwiseBlockPlan plan_depthwise_block(const DepthwiseBlock& block) {
  DepthwiseBlockPlan plan;
  plan.block = block;
  plan.tiles = &tile_set();
  const ConvGeometry& g = block.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t lanes = plan.tiles->lanes;
  plan.chunk = block.expands ? vectors_of_chunk(g.in_channels / lanes) * lanes : g.in_channels;
  plan.chunks = g.in_channels / plan.chunk;
  if (g.out_cells() <= kSmallImage && g.images < kManyImages && plan.chunks >= kParts) plan.parts = kParts;
  while (plan.parts == 1 && plan.bands < 8 && height.out >= 2 * plan.bands * kLeastBand) plan.bands *= 2;
  const std::int64_t band = ceil_div(height.out, plan.bands), most = std::max<std::int64_t>(1, kStepPixels / width.out);
  plan.rows = plan.parts > 1 ? height.out : ceil_div(band, ceil_div(band, most));
  // The ring is a multiple of the rows of a step, so that most steps write theirs in one piece.
  const std::int64_t window = (plan.rows - 1) * height.stride + (height.kernel - 1) * height.dilation + 1, fresh = plan.rows * height.stride;
  plan.ring = std::min(height.in, ceil_div(window, fresh) * fresh);

  ConvGeometry of_chunk = g;
  of_chunk.in_channels = of_chunk.out_channels = of_chunk.groups = plan.chunk;
  plan.depthwise = plan_depthwise(of_chunk, block.depthwise_bias, block.depthwise_epilogue);
  if (block.expands) plan.depthwise.ring = plan.ring;
  plan.wide_floats = padded(plan.ring * width.in * plan.chunk);
  plan.convolved_floats = padded(plan.rows * width.out * plan.chunk);
  const std::int64_t chunks = ceil_div(plan.chunks, plan.parts);
  for (std::int64_t c = 0; c < chunks; ++c) plan.segments.push_back(c * plan.convolved_floats);
  plan.slots = slots_for(plan.tasks());
  plan.slot_floats = static_cast<std::size_t>(kHeldFloats + (block.expands ? plan.parts == 1 ? chunks : 1 : 0) * plan.wide_floats + chunks * plan.convolved_floats);
  plan.sum_floats = static_cast<std::size_t>(padded(g.images * g.out_cells() * block.project.out));
  return plan;
}

void run_depthwise_block(const DepthwiseBlockPlan& plan, const DepthwiseBlockOperands& at, float* scratch) {
  const DepthwiseBlock& b = plan.block;
  const std::int64_t wide = b.geometry.in_channels;
  const Layout layout = layout_of(plan);
  const float* weights = plan.kept.get(static_cast<std::size_t>(layout.end), [&](float* to) {
    if (b.expands) pack(at.expand, b.expand.in, wide, plan.chunk, plan.tiles->lanes, to);
    pack(at.depthwise, b.geometry.taps(), wide, plan.chunk, 1, to + layout.depthwise);
    pack(at.project, wide, b.project.out, panel_of(plan), plan.tiles->lanes, to + layout.project);
  });
  float* sums = scratch + plan.slot_floats * static_cast<std::size_t>(plan.slots);
  const auto slot_at = [&](std::int64_t slot) { return scratch + static_cast<std::size_t>(slot) * plan.slot_floats; };
  for (std::int64_t slot = 0; slot < plan.slots; ++slot) *reinterpret_cast<Held*>(slot_at(slot)) = Held{};
  run_tasks(plan.tasks(), plan.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t part = task % plan.parts, band = task / plan.parts % plan.bands, image = task / plan.parts / plan.bands, rows = b.geometry.axes[1].out;
    Walk(plan, at, weights, image, part, slot_at(slot), sums).rows(part_start(rows, plan.bands, band), part_start(rows, plan.bands, band + 1));
  });
  if (plan.parts == 1) return;
  const std::int64_t count = b.geometry.images * b.geometry.out_cells() * b.project.out;
  for (std::int64_t part = 1; part < plan.parts; ++part)
    sparse_passes().join(at.out, sums + static_cast<std::size_t>(part - 1) * plan.sum_floats, at.out, count, part + 1 < plan.parts ? kNone : b.project.epilogue.lowest);
  if (b.project.epilogue.finish) b.project.epilogue.finish(at.out, 0, 1, count);
}

}  // namespace candor::cpu
