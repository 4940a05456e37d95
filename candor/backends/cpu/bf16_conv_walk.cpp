#include "candor/backends/cpu/bf16_conv_walk.h"

#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/bf16_pack.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;
constexpr std::int64_t block_floats = bf16_block * bf16_block;
constexpr std::int64_t most_band_bytes = 1 << 19;  // a quarter of the second cache, beside the kernel
constexpr std::int64_t large_kernel = 1 << 20;     // bytes; it comes from beyond the second cache, for as many images at a time as that holds
constexpr double most_in_vain = 1.35;              // outputs computed over those wanted

/// Outputs of a band are counted along the padded rows: between two rows lie outputs that nobody wants, as many as taps reach beyond a row.
struct Walk {
  ConvGeometry g;
  MatmulProblem problem;
  Bf16Tiles tiles;
  std::shared_ptr<const Bf16Columns> columns;
  std::vector<std::int64_t> offsets;  ///< of a step's numbers behind those of the first tap
  std::int64_t steps = 0, panels = 0, bands = 1, group = 1, column_parts = 1;  ///< bands of an image, or images of a task
  KeptKernel kept;

  const ConvAxis& height() const { return g.axes[1]; }
  const ConvAxis& width() const { return g.axes[2]; }
  std::int64_t padded_width() const { return width().out + (width().kernel - 1) * width().dilation; }
  std::int64_t band_rows() const { return (height().out + bands - 1) / bands; }
  std::int64_t tasks() const { return (g.images + group - 1) / group * bands * column_parts; }
  /// Of a band of so many rows of outputs.
  std::int64_t walked(std::int64_t rows) const { return (rows - 1) * padded_width() + width().out; }
  std::int64_t input_rows(std::int64_t rows) const { return rows + (height().kernel - 1) * height().dilation; }
  /// Numbers of the copy; the last block reads beyond its rows.
  std::int64_t band_numbers() const { return (input_rows(band_rows()) * padded_width() + bf16_block) * g.in_channels; }
  std::int64_t packed_floats() const { return panels * steps * bf16_step / 2; }
  std::int64_t slot_floats() const { return (group * band_numbers() + 31) / 32 * 16 + 2 * block_floats; }
  std::size_t scratch() const { return static_cast<std::size_t>((problem.constant_b ? 0 : packed_floats()) + slots_for(tasks()) * slot_floats()) * sizeof(float); }
  double in_vain() const {
    double computed = 0;
    for (std::int64_t band = 0; band < bands; ++band) computed += static_cast<double>(blocks_of(walked(part_start(height().out, bands, band + 1) - part_start(height().out, bands, band))) * bf16_block);
    return computed / static_cast<double>(height().out * width().out);
  }
};

void cut(Walk& walk) {
  constexpr double task_flops = 2e7;  // about ten microseconds of AMX
  std::int64_t wanted = tasks_wanted(walk.g.flops(), task_flops);
  while ((walk.tasks() < wanted || 2 * walk.band_numbers() > most_band_bytes) && walk.band_rows() >= 4) walk.bands *= 2;
  if (walk.bands == 1 && 4 * walk.packed_floats() > large_kernel) {
    wanted = std::min<std::int64_t>(wanted, 16);
    walk.group = std::clamp<std::int64_t>(most_band_bytes / (2 * walk.band_numbers()), 1, walk.g.images);
  }
  while (walk.tasks() < wanted && 2 * walk.column_parts <= walk.panels) walk.column_parts *= 2;
}

/// Rows of outputs [first, last) of an image need these rows of inputs, with zeros where there are none.
void copy_band(const Walk& walk, const Bits* image, std::int64_t first, std::int64_t last, Bits* to) {
  const std::int64_t channels = walk.g.in_channels, wide = walk.padded_width(), low = walk.width().low, in = walk.width().in;
  const std::int64_t from = std::clamp<std::int64_t>(low, 0, wide), until = std::clamp<std::int64_t>(low + in, from, wide);
  const auto bytes = [&](std::int64_t cells) { return static_cast<std::size_t>(cells * channels) * sizeof(Bits); };
  for (std::int64_t r = 0; r < walk.input_rows(last - first); ++r, to += wide * channels) {
    const std::int64_t row = first - walk.height().low + r;
    if (row < 0 || row >= walk.height().in) {
      std::memset(to, 0, bytes(wide));
      continue;
    }
    std::memset(to, 0, bytes(from));
    std::memcpy(to + from * channels, image + (row * in + from - low) * channels, bytes(until - from));
    std::memset(to + until * channels, 0, bytes(wide - until));
  }
  std::memset(to, 0, bytes(bf16_block));
}

/// 32 outputs along the rows of a band that begins with row `first` of an image, by a panel of columns.
void run_block(const Walk& walk, const Bf16Operands& at, const Bits* packed, const Bits* copy, std::int64_t image, std::int64_t first, std::int64_t walked, std::int64_t block, std::int64_t panel, float* sums) {
  const std::int64_t wide = walk.padded_width(), out = walk.width().out, channels = walk.g.in_channels;
  walk.tiles.block({.a = copy + block * channels, .a_row = channels, .b = packed + panel * walk.steps * bf16_step, .steps = walk.steps, .c = sums, .first = true, .offsets = walk.offsets.data()});
  const std::int64_t column = panel * bf16_block, columns = std::min(bf16_block, walk.problem.n - column);
  for (std::int64_t i = 0, count = 0; i < std::min(bf16_block, walked - block); i += count) {
    const std::int64_t x = (block + i) % wide, row = (image * walk.height().out + first + (block + i) / wide) * out + x;
    count = std::min({bf16_block - i, (x < out ? out : wide) - x, walked - block - i});
    if (x < out) finish_bf16_block(walk.problem, at, sums + i * bf16_block, sums + block_floats, row, count, column, columns);
  }
}

void run_task(const Walk& walk, const Bf16Operands& at, const Bits* packed, std::int64_t task, float* own) {
  const std::int64_t part = task % walk.column_parts, band = task / walk.column_parts % walk.bands, image = task / walk.column_parts / walk.bands * walk.group;
  const std::int64_t first = part_start(walk.height().out, walk.bands, band), last = part_start(walk.height().out, walk.bands, band + 1), walked = walk.walked(last - first);
  const std::int64_t images = std::min(walk.group, walk.g.images - image), from = part_start(walk.panels, walk.column_parts, part), to = part_start(walk.panels, walk.column_parts, part + 1);
  Bits* copy = reinterpret_cast<Bits*>(own + 2 * block_floats);
  for (std::int64_t i = 0; i < images; ++i) copy_band(walk, at.a + (image + i) * walk.g.in_cells() * walk.g.in_channels, first, last, copy + i * walk.band_numbers());
  walk.tiles.begin();
  if (walk.group == 1) {
    for (std::int64_t block = 0; block < walked; block += bf16_block)
      for (std::int64_t panel = from; panel < to; ++panel) run_block(walk, at, packed, copy, image, first, walked, block, panel, own);
  } else {
    for (std::int64_t panel = from; panel < to; ++panel)
      for (std::int64_t i = 0; i < images; ++i)
        for (std::int64_t block = 0; block < walked; block += bf16_block) run_block(walk, at, packed, copy + i * walk.band_numbers(), image + i, first, walked, block, panel, own);
  }
  walk.tiles.end();
}

void run(const KernelArgs& args) {
  const auto& walk = *static_cast<const Walk*>(args.block);
  const MatmulProblem& p = walk.problem;
  const Bf16Operands at = bf16_conv_operands(args, p);
  auto* scratch = reinterpret_cast<float*>(args.scratch);
  const std::int64_t panel_bits = walk.steps * bf16_step;
  const auto* packed = reinterpret_cast<const Bits*>(walk.kept.get(p.constant_b, static_cast<std::size_t>(walk.packed_floats()), scratch, [&](float* to) {
    parallel_for(walk.panels, [&](std::int64_t panel) {
      Bits* place = reinterpret_cast<Bits*>(to) + panel * panel_bits;
      const std::int64_t column = panel * bf16_block;
      if (walk.columns) walk.columns->pack(at.b, panel, place);
      else pack_right_bf16(at.b + column, p.n, true, p.k, std::min(bf16_block, p.n - column), place);
    });
  }));
  if (!p.constant_b) scratch += walk.packed_floats();
  run_tasks(walk.tasks(), slots_for(walk.tasks()), [&](std::int64_t task, std::int64_t slot) { run_task(walk, at, packed, task, scratch + slot * walk.slot_floats()); });
}

}  // namespace

std::optional<Kernel> bf16_walk(const ConvGeometry& g, const MatmulProblem& problem, const Bf16Tiles& tiles, std::shared_ptr<const Bf16Columns> columns) {
  for (const ConvAxis& axis : g.axes)
    if (axis.stride != 1 || axis.spread != 1) return std::nullopt;
  if (g.axes[0].in != 1 || g.axes[0].kernel != 1 || g.axes[0].out != 1 || g.in_channels % bf16_block != 0) return std::nullopt;
  auto walk = std::make_shared<Walk>();
  walk->g = g;
  walk->problem = problem;
  walk->tiles = tiles;
  walk->columns = std::move(columns);
  walk->panels = blocks_of(problem.n);
  for (std::int64_t h = 0; h < g.axes[1].kernel; ++h)
    for (std::int64_t w = 0; w < g.axes[2].kernel; ++w)
      for (std::int64_t c = 0; c < g.in_channels; c += bf16_block) walk->offsets.push_back((h * g.axes[1].dilation * walk->padded_width() + w * g.axes[2].dilation) * g.in_channels + c);
  walk->steps = static_cast<std::int64_t>(walk->offsets.size());
  cut(*walk);
  if (walk->in_vain() > most_in_vain) return std::nullopt;
  const std::size_t scratch = walk->scratch();
  std::string note = std::string(to_string(tiles.kind)) + ", " + (walk->tasks() == 1 ? "inline" : std::to_string(walk->tasks()) + " tasks") + (problem.constant_b ? ", b packed once" : "") + ", walks over rows";
  return Kernel{"cpu.conv.bf16", run, walk, scratch, std::move(note)};
}

}  // namespace candor::cpu
