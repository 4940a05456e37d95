#include "candor/backends/cpu/conv_pixels.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_pixels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int kLanes = HWY_LANES(float);

/// Vectors of pixels of a block: what fits the registers beside as many of the input.
constexpr int VectorsFor(int channels) { return channels <= (HWY_TARGET <= HWY_AVX3 ? 8 : 6) ? 2 : 1; }

/// Which pixel each lane of the result's vectors belongs to, and which lanes a channel fills.
template <int kC>
struct Weave {
  alignas(64) std::int32_t pixel[kC][kLanes];
  alignas(64) float fills[kC][kC][kLanes];  ///< vector, channel: 1 where the lane is the channel's
  Weave() {
    for (int i = 0; i < kC; ++i) {
      for (int l = 0; l < kLanes; ++l) {
        pixel[i][l] = (i * kLanes + l) / kC;
        for (int c = 0; c < kC; ++c) fills[i][c][l] = (i * kLanes + l) % kC == c ? 1.f : 0.f;
      }
    }
  }
};

template <int kC>
void Block(const PixelBlock& b) {
  const D d;
  constexpr int kV = VectorsFor(kC);
  V acc[kC][kV];
#pragma GCC unroll 8
  for (int c = 0; c < kC; ++c) {
    const V start = b.bias ? hn::Set(d, b.bias[c]) : hn::Zero(d);
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) acc[c][v] = start;
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
          for (int v = 0; v < kV; ++v) acc[c][v] = hn::MulAdd(factor, pixels[v], acc[c][v]);
        }
      }
    }
  }
  const V lowest = hn::Set(d, b.lowest);
  static const Weave<kC> weave;
#pragma GCC unroll 2
  for (int v = 0; v < kV; ++v) {
    std::int64_t left = (b.pixels - v * kLanes) * kC;
    float* out = b.out + v * kLanes * kC;
#pragma GCC unroll 8
    for (int i = 0; i < kC; ++i, left -= kLanes, out += kLanes) {
      if (left <= 0) break;
      const auto from = hn::SetTableIndices(d, weave.pixel[i]);
      V woven = hn::TableLookupLanes(acc[0][v], from);
#pragma GCC unroll 8
      for (int c = 1; c < kC; ++c) {
        const auto its = hn::Ne(hn::Load(d, weave.fills[i][c]), hn::Zero(d));
        woven = hn::IfThenElse(its, hn::TableLookupLanes(acc[c][v], from), woven);
      }
      woven = hn::Max(lowest, woven);  // in this order a NaN stays
      if (left >= kLanes) hn::StoreU(woven, d, out);
      else store_part(woven, d, out, hn::FirstN(d, static_cast<std::size_t>(left)), static_cast<int>(left));
    }
  }
}

using BlockFn = void (*)(const PixelBlock&);
BlockFn FindBlock(std::int64_t channels) {
  static constexpr BlockFn blocks[] = {Block<1>, Block<2>, Block<3>, Block<4>, Block<5>, Block<6>, Block<7>, Block<8>};
  return blocks[channels - 1];
}
int FindTogether(std::int64_t channels) { return VectorsFor(static_cast<int>(channels)) * kLanes; }

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::size_t padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

/// The image in planes of its channels, zeros around it and behind each row as far as a block reads.
void spread_out(const ConvPixelsPlan& plan, const float* image, float* to) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  std::fill(to, to + plan.slot_floats, 0.f);
  for (std::int64_t c = 0; c < g.in_channels; ++c) {
    for (std::int64_t h = 0; h < height.in; ++h) {
      const float* from = image + h * width.in * g.in_channels + c;
      float* at = to + (c * plan.rows + h + height.low) * plan.line + width.low;
      if (g.in_channels == 1) {
        std::copy_n(from, width.in, at);
      } else {
        for (std::int64_t w = 0; w < width.in; ++w) at[w] = from[w * g.in_channels];
      }
    }
  }
}

}  // namespace

std::string ConvPixelsPlan::describe() const {
  return std::to_string(together) + " pixels at once, " + (image_blocks == 1 ? "inline" : std::to_string(image_blocks) + " tasks") + ", pads a copy";
}

bool can_run_by_pixels(const ConvGeometry& g, int lanes) {
  const ConvAxis &depth = g.axes[0], &height = g.axes[1], &width = g.axes[2];
  return g.groups == 1 && g.in_channels <= 16 && g.out_channels <= ConvPixelsPlan::most_channels && depth.kernel == 1 && depth.in == 1 && depth.out == 1 && width.stride == 1 && width.dilation == 1 &&
         height.dilation == 1 && height.spread == 1 && width.spread == 1 && width.out >= lanes / 2;
}

ConvPixelsPlan plan_conv_pixels(const ConvGeometry& g, bool bias, Epilogue epilogue) {
  ConvPixelsPlan plan;
  plan.geometry = g;
  plan.bias = bias;
  plan.epilogue = epilogue;
  plan.block = CANDOR_PICK(FindBlock)(g.out_channels);
  plan.together = CANDOR_PICK(FindTogether)(g.out_channels);
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t read = ceil_div(width.out, plan.together) * plan.together + width.kernel - 1;
  plan.line = std::max(read, width.in + width.low);
  plan.rows = std::max(height.reach(), height.in + height.low);
  plan.kernel_floats = padded(g.taps() * g.in_channels * g.out_channels);
  plan.slot_floats = padded(g.in_channels * plan.rows * plan.line);
  std::int64_t wanted = 1;
  while (wanted < 32 && static_cast<double>(wanted) * 3e5 < g.flops()) wanted *= 2;
  plan.image_blocks = std::min(g.images, wanted);
  plan.slots = slots_for(plan.image_blocks);
  return plan;
}

void run_conv_pixels(const ConvPixelsPlan& plan, const float* x, const float* kernel, const float* bias, float* out, float* scratch) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t outs = g.out_channels, ins = g.in_channels, taps = g.taps();
  if (ins > 1) {  // [taps, in, out] to [in, taps, out]
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t c = 0; c < ins; ++c) std::copy_n(kernel + (tap * ins + c) * outs, outs, scratch + (c * taps + tap) * outs);
    kernel = scratch;
  }
  run_tasks(plan.image_blocks, plan.slots, [&](std::int64_t task, std::int64_t slot) {
    float* copy = scratch + plan.kernel_floats + static_cast<std::size_t>(slot) * plan.slot_floats;
    PixelBlock block;
    block.kernel = kernel;
    block.bias = bias;
    block.channels_in = ins, block.height = height.kernel, block.width = width.kernel;
    block.line = plan.line, block.plane = plan.rows * plan.line;
    block.lowest = plan.epilogue.lowest;
    for (std::int64_t n = part_start(g.images, plan.image_blocks, task); n < part_start(g.images, plan.image_blocks, task + 1); ++n) {
      spread_out(plan, x + n * g.in_cells() * ins, copy);
      float* result = out + n * g.out_cells() * outs;
      for (std::int64_t h = 0; h < height.out; ++h) {
        for (std::int64_t w = 0; w < width.out; w += plan.together) {
          block.image = copy + h * height.stride * plan.line + w;
          block.out = result + (h * width.out + w) * outs;
          block.pixels = std::min(plan.together, width.out - w);
          plan.block(block);
        }
      }
      if (plan.epilogue.finish) plan.epilogue.finish(result, 0, 1, g.out_cells() * outs);
    }
  });
}

}  // namespace candor::cpu
#endif
