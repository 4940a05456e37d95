// pooled_conv_kernel_gradient and pooled_conv_input_gradient: see graph/pooled_conv.cpp for what they are.
#include <algorithm>
#include <numeric>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/conv_geometry.h"
#include "candor/backends/cpu/pooled_conv_passes.h"
#include "candor/backends/cpu/tasks.h"

namespace candor::cpu {
namespace {

using pooled::Functions;
using pooled::Pass;
using pooled::Walk;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

struct Step {
  Pass pass;
  pooled::KernelFn kernel;
  pooled::InputFn input;
  std::int64_t row, vector, rows, vectors;  // of the window
};

struct Plan {
  ConvGeometry g;
  Walk walk;
  std::vector<std::int32_t> offset, place;  // of each cell of the convolution's result: in the image; in its pool's window
  std::vector<Step> steps;
  std::int64_t lanes = 0, run = 0, places = 1;
  std::int64_t cells = 0, cells_together = 0;  // of the pooled image
  std::int64_t rows = 0, columns = 0, image = 0;  // of the padded input, and its floats
  bool copies = false;
  std::int64_t blocks = 1, slots = 1;
  std::size_t kernel_floats = 0, slot_floats = 0;
};

/// Divides the window's rows and vectors among passes as large as the registers allow.
void divide(Plan& p) {
  p.run = p.g.axes[2].kernel * p.g.in_channels;
  const Functions& whole = pooled::functions(false);
  const bool half = p.run <= whole.lanes / 2;
  const Functions& f = pooled::functions(half);
  p.lanes = f.lanes;
  const std::int64_t rows = p.g.axes[1].kernel, vectors = ceil_div(p.run, p.lanes);
  for (std::int64_t v = 0; v < vectors;) {
    std::int64_t wide = std::min<std::int64_t>(vectors - v, pooled::most_vectors);
    while (!f.kernel[1][wide]) --wide;
    for (std::int64_t r = 0; r < rows;) {
      std::int64_t high = std::min<std::int64_t>(rows - r, pooled::most_rows);
      while (!f.kernel[high][wide]) --high;
      const bool to_end = v + wide == vectors;
      const Pass pass{r * p.walk.line + v * p.lanes, p.walk.window, static_cast<int>(to_end ? p.run - (vectors - 1) * p.lanes : p.lanes)};
      p.steps.push_back({pass, f.kernel[high][wide], f.input[high][wide], r, v, high, wide});
      p.walk.window += high * wide * p.lanes;
      r += high;
    }
    v += wide;
  }
}

Plan plan_of(const ConvGeometry& g, const Shape& pooled_shape, const std::vector<std::int64_t>& window) {
  Plan p;
  p.g = g;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  p.copies = height.padded() || width.padded();
  p.rows = p.copies ? std::max(height.reach(), height.in + height.low) : height.in;
  p.columns = p.copies ? std::max(width.reach(), width.in + width.low) : width.in;
  p.walk.line = p.columns * g.in_channels;
  p.image = p.rows * p.walk.line;
  p.walk.channels = g.out_channels;
  for (std::int64_t h = 0; h < height.out; ++h)
    for (std::int64_t w = 0; w < width.out; ++w) {
      p.offset.push_back(static_cast<std::int32_t>(h * height.stride * p.walk.line + w * width.stride * g.in_channels));
      p.place.push_back(static_cast<std::int32_t>(h % window[0] * window[1] + w % window[1]));
    }
  p.places = window[0] * window[1];
  divide(p);
  p.cells = pooled_shape[1] * pooled_shape[2];
  // So many pooled rows that what they read of the input fits the first cache.
  const std::int64_t input_rows = std::max<std::int64_t>(1, ceil_div(height.out, pooled_shape[1]) * height.stride);
  const std::int64_t together = std::max<std::int64_t>(1, (6000 / std::max<std::int64_t>(p.walk.line, 1) - height.kernel) / input_rows);
  p.cells_together = std::min(together, pooled_shape[1]) * pooled_shape[2];
  const double flops = 2.0 * static_cast<double>(pooled_shape.size()) * static_cast<double>(g.taps() * g.in_channels);
  std::int64_t wanted = 1;
  while (wanted < 16 && static_cast<double>(wanted) * 1e5 < flops) wanted *= 2;
  p.blocks = std::min(g.images, wanted);
  p.slots = slots_for(p.blocks);
  return p;
}

/// The walk needs the table where the plan finally lies.
Walk walk_of(const Plan& p) {
  Walk walk = p.walk;
  walk.offset = p.offset.data();
  return walk;
}

void copy_in(const Plan& p, const float* image, float* to) {
  const ConvAxis &height = p.g.axes[1], &width = p.g.axes[2];
  const std::int64_t row = width.in * p.g.in_channels, left = width.low * p.g.in_channels;
  std::fill(to, to + p.image, 0.f);
  for (std::int64_t h = 0; h < height.in; ++h) std::copy_n(image + h * row, row, to + (h + height.low) * p.walk.line + left);
}

void copy_out(const Plan& p, const float* from, float* image) {
  const ConvAxis &height = p.g.axes[1], &width = p.g.axes[2];
  const std::int64_t row = width.in * p.g.in_channels, left = width.low * p.g.in_channels;
  for (std::int64_t h = 0; h < height.in; ++h) std::copy_n(from + (h + height.low) * p.walk.line + left, row, image + h * row);
}

/// Calls f(place in a channel's window, tap row, number of that row) for the numbers that are not filling.
template <class F>
void each_number(const Plan& p, F&& f) {
  for (const Step& s : p.steps)
    for (std::int64_t r = 0; r < s.rows; ++r)
      for (std::int64_t v = 0; v < s.vectors; ++v)
        for (std::int64_t l = 0; l < p.lanes; ++l) {
          const std::int64_t number = (s.vector + v) * p.lanes + l;
          if (number < p.run) f(s.pass.start + (r * s.vectors + v) * p.lanes + l, s.row + r, number);
        }
}

void run_kernel(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const Walk walk = walk_of(p);
  const auto *x = args.input<float>(0), *c = args.input<float>(1);
  const auto* index = args.input<std::int32_t>(2);
  auto* scratch = reinterpret_cast<float*>(args.scratch);
  float* copies = scratch + p.kernel_floats * static_cast<std::size_t>(p.blocks);
  const std::int64_t in_image = p.g.in_cells() * p.g.in_channels, pooled_image = p.cells * p.g.out_channels;
  run_tasks(p.blocks, p.slots, [&](std::int64_t block, std::int64_t slot) {
    float* sums = scratch + p.kernel_floats * static_cast<std::size_t>(block);
    std::fill(sums, sums + p.kernel_floats, 0.f);
    for (std::int64_t n = part_start(p.g.images, p.blocks, block); n < part_start(p.g.images, p.blocks, block + 1); ++n) {
      const float* image = x + n * in_image;
      if (p.copies) {
        float* copy = copies + p.slot_floats * static_cast<std::size_t>(slot);
        copy_in(p, image, copy);
        image = copy;
      }
      for (std::int64_t cell = 0; cell < p.cells; cell += p.cells_together) {
        const std::int64_t at = n * pooled_image + cell * p.g.out_channels;
        for (const Step& s : p.steps) s.kernel(walk, s.pass, image, c + at, index + at, std::min(p.cells_together, p.cells - cell), sums);
      }
    }
  });
  // The blocks' sums in their order.
  auto* out = args.output<float>(0);
  const std::int64_t outs = p.g.out_channels;
  for (std::int64_t block = 1; block < p.blocks; ++block) {
    const float* more = scratch + p.kernel_floats * static_cast<std::size_t>(block);
    for (std::size_t i = 0; i < p.kernel_floats; ++i) scratch[i] += more[i];
  }
  each_number(p, [&](std::int64_t at, std::int64_t row, std::int64_t number) {
    for (std::int64_t o = 0; o < outs; ++o) out[(row * p.run + number) * outs + o] = scratch[o * walk.window + at];
  });
}

void run_input(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const Walk walk = walk_of(p);
  const auto *c = args.input<float>(0), *kernel = args.input<float>(2);
  const auto* index = args.input<std::int32_t>(1);
  auto* packed = reinterpret_cast<float*>(args.scratch);
  const std::int64_t outs = p.g.out_channels, in_image = p.g.in_cells() * p.g.in_channels, pooled_image = p.cells * outs;
  std::fill(packed, packed + p.kernel_floats, 0.f);
  each_number(p, [&](std::int64_t at, std::int64_t row, std::int64_t number) {
    for (std::int64_t o = 0; o < outs; ++o) packed[o * walk.window + at] = kernel[(row * p.run + number) * outs + o];
  });
  run_tasks(p.blocks, p.slots, [&](std::int64_t block, std::int64_t slot) {
    float* copy = packed + p.kernel_floats + p.slot_floats * static_cast<std::size_t>(slot);
    auto* lists = reinterpret_cast<std::int32_t*>(copy + padded(p.image));  // one a place of the window: the channels whose winner is there
    std::int32_t count[16], first[16];
    for (std::int64_t n = part_start(p.g.images, p.blocks, block); n < part_start(p.g.images, p.blocks, block + 1); ++n) {
      float* to = args.output<float>(0) + n * in_image;
      float* image = p.copies ? copy : to;
      std::fill(image, image + p.image, 0.f);
      for (std::int64_t cell = 0; cell < p.cells; ++cell) {
        const float* numbers = c + n * pooled_image + cell * outs;
        const std::int32_t* winners = index + n * pooled_image + cell * outs;
        std::fill(count, count + p.places, 0);
        for (std::int64_t o = 0; o < outs; ++o) {
          const std::int32_t place = p.place[static_cast<std::size_t>(winners[o])];
          lists[place * outs + count[place]++] = static_cast<std::int32_t>(o);
          first[place] = winners[o];
        }
        for (std::int64_t place = 0; place < p.places; ++place) {
          if (count[place] == 0) continue;
          float* window = image + p.offset[static_cast<std::size_t>(first[place])];
          for (const Step& s : p.steps) s.input(walk, s.pass, window, numbers, lists + place * outs, count[place], packed);
        }
      }
      if (p.copies) copy_out(p, copy, to);
    }
  });
}

Answer answer(const char* name, KernelFn run, Plan plan, std::size_t scratch_floats) {
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.scratch = scratch_floats * sizeof(float);
  kernel.note = std::to_string(plan.steps[0].rows) + "x" + std::to_string(plan.steps[0].vectors * plan.lanes) + " windows, " +
                (plan.blocks == 1 ? "inline" : std::to_string(plan.blocks) + " tasks");
  kernel.block = std::make_shared<const Plan>(std::move(plan));
  return kernel;
}

Answer kernel_candidate(const NodeInfo& node, const Machine&) {
  const char* name = "cpu.conv.winners";
  const ConvGeometry g = conv_geometry(node.attrs, node.in[0].shape, node.out[0].shape, node.attrs.shape("image"));
  if (node.out[0].dtype != DType::f32 || g.empty()) return declined(name, "f32 only, got " + to_string(node.out[0]));
  Plan p = plan_of(g, node.in[1].shape, node.attrs.integers("window"));
  p.kernel_floats = padded(g.out_channels * p.walk.window);
  if (p.copies) p.slot_floats = padded(p.image);
  const std::size_t scratch = p.kernel_floats * static_cast<std::size_t>(p.blocks) + p.slot_floats * static_cast<std::size_t>(p.slots);
  return answer(name, run_kernel, std::move(p), scratch);
}

Answer input_candidate(const NodeInfo& node, const Machine&) {
  const char* name = "cpu.conv.winners";
  const ConvGeometry g = conv_geometry(node.attrs, node.out[0].shape, node.in[2].shape, node.attrs.shape("image"));
  if (node.out[0].dtype != DType::f32 || g.empty()) return declined(name, "f32 only, got " + to_string(node.out[0]));
  Plan p = plan_of(g, node.in[0].shape, node.attrs.integers("window"));
  if (p.places > 16) return declined(name, "windows of " + std::to_string(p.places) + " places, up to 16");
  p.kernel_floats = padded(g.out_channels * p.walk.window);
  p.slot_floats = padded(p.image) + padded(p.places * g.out_channels);
  const std::size_t scratch = p.kernel_floats + p.slot_floats * static_cast<std::size_t>(p.slots);
  return answer(name, run_input, std::move(p), scratch);
}

}  // namespace

void add_pooled_conv(CandidateTable& table) {
  table.add("pooled_conv_kernel_gradient", kernel_candidate);
  table.add("pooled_conv_input_gradient", input_candidate);
}

}  // namespace candor::cpu
