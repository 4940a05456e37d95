#include "candor/backends/cpu/conv_depthwise.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_depthwise.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using DepthwiseF = hn::ScalableTag<float>;
constexpr std::int64_t kDepthwiseLanes = HWY_LANES(float);

/// Calls body(first channel, count, mask) for each vector of channels.
template <class Body>
HWY_INLINE void each_channels(std::int64_t channels, Body body) {
  for (std::int64_t c = 0; c < channels; c += kDepthwiseLanes) {
    const int count = static_cast<int>(std::min(kDepthwiseLanes, channels - c));
    body(c, count, hn::FirstN(DepthwiseF(), static_cast<std::size_t>(count)));
  }
}

/// Where row r of the image lies.
HWY_INLINE std::int64_t kept_row(const DepthwisePlan& plan, std::int64_t r) { return r < plan.ring ? r : r % plan.ring; }

/// kPixels neighbouring outputs from column w on; the taps [tap, tap_end) of each lie inside the image.
template <int kPixels>
HWY_INLINE void depthwise_pixels(const DepthwisePlan& plan, const float* image, const float* kernel, const float* bias, std::int64_t h,
                                 std::int64_t w, std::int64_t tap, std::int64_t tap_end, float* out) {
  const DepthwiseF d;
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t channels = g.out_channels, row = height.first_tap(h), row_end = height.last_tap(h), taps = g.taps();
  const auto lowest = hn::Set(d, plan.epilogue.lowest), highest = hn::Set(d, plan.epilogue.highest);
  each_channels(channels, [&](std::int64_t c, int count, auto mask) HWY_ATTR {
    hn::Vec<DepthwiseF> sum[kPixels];
    const auto start = bias ? load_part(d, bias + c, mask, count) : hn::Zero(d);
    for (int i = 0; i < kPixels; ++i) sum[i] = start;
    for (std::int64_t y = row; y < row_end; ++y) {
      const std::int64_t line = kept_row(plan, h * height.stride - height.low + y * height.dilation) * width.in;
      for (std::int64_t x = tap; x < tap_end; ++x) {
        const std::int64_t at = y * width.kernel + x;
        const auto factor = load_part(d, kernel + (plan.turned ? taps - 1 - at : at) * channels + c, mask, count);
        const float* from = image + (line + w * width.stride - width.low + x * width.dilation) * channels + c;
        for (int i = 0; i < kPixels; ++i) sum[i] = hn::MulAdd(factor, load_part(d, from + i * width.stride * channels, mask, count), sum[i]);
      }
    }
    for (int i = 0; i < kPixels; ++i) store_part(hn::Min(highest, hn::Max(lowest, sum[i])), d, out + (w + i) * channels + c, mask, count);
  });
}

/// kPixels neighbouring outputs of windows of three columns by steps of kStride, of which the columns [kFirst, kLast) count: `line` points to the first
/// column of the first output, in the kRows rows of the image that the windows meet. Each number of the image is loaded once.
template <int kRows, int kPixels, int kStride, int kFirst = 0, int kLast = 3>
HWY_INLINE void three_pixels(const float* const* line, const hn::Vec<DepthwiseF> (&factor)[3][3], hn::Vec<DepthwiseF> start, hn::Vec<DepthwiseF> lowest, hn::Vec<DepthwiseF> highest,
                             std::int64_t at, std::int64_t channels, float* to) {
  const DepthwiseF d;
  hn::Vec<DepthwiseF> sum[kPixels];
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i) sum[i] = start;
#pragma GCC unroll 3
  for (int y = 0; y < kRows; ++y) {
    const float* from = line[y] + at;
    hn::Vec<DepthwiseF> column[(kPixels - 1) * kStride + 3];
#pragma GCC unroll 17
    for (int i = kFirst; i < (kPixels - 1) * kStride + kLast; ++i) column[i] = hn::LoadU(d, from + i * channels);
#pragma GCC unroll 3
    for (int x = kFirst; x < kLast; ++x) {
#pragma GCC unroll 8
      for (int i = 0; i < kPixels; ++i) sum[i] = hn::MulAdd(factor[y][x], column[i * kStride + x], sum[i]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i) hn::StoreU(hn::Min(highest, hn::Max(lowest, sum[i])), d, to + i * channels);
}

/// Outputs [w, end) of row h for whole vectors of channels, windows three columns wide, of which kRows rows lie inside: one vector after the other, whose
/// factors stay in registers.
template <int kRows, int kStride>
void three_columns(const DepthwisePlan& plan, const float* image, const float* kernel, const float* bias, std::int64_t h, std::int64_t w, std::int64_t end, float* out) {
  const DepthwiseF d;
  constexpr int together = HWY_TARGET <= HWY_AVX3 ? 6 : 4;  // sums, factors and a row of the image in registers
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t channels = g.out_channels, row = height.first_tap(h), step = kStride * channels, last = g.taps() - 1;
  const auto lowest = hn::Set(d, plan.epilogue.lowest), highest = hn::Set(d, plan.epilogue.highest);
  const float* line[3];
  for (int y = 0; y < kRows; ++y) line[y] = image + kept_row(plan, h * height.stride - height.low + row + y) * width.in * channels;
  for (std::int64_t c = 0; c < channels; c += kDepthwiseLanes) {
    hn::Vec<DepthwiseF> factor[3][3];
#pragma GCC unroll 3
    for (int y = 0; y < kRows; ++y) {
#pragma GCC unroll 3
      for (int x = 0; x < 3; ++x) {
        const std::int64_t tap = (row + y) * 3 + x;
        factor[y][x] = hn::LoadU(d, kernel + (plan.turned ? last - tap : tap) * channels + c);
      }
    }
    const auto start = bias ? hn::LoadU(d, bias + c) : hn::Zero(d);
    std::int64_t i = w, at = (w * kStride - width.low) * channels + c;
    float* to = out + w * channels + c;
    if (i == 0 && width.low == 1) {
      three_pixels<kRows, 1, kStride, 1, 3>(line, factor, start, lowest, highest, at, channels, to);
      ++i, at += step, to += channels;
    }
    const std::int64_t inside = std::min(end, (width.in - 3 + width.low) / kStride + 1);
    for (; i + together <= inside; i += together, at += together * step, to += together * channels) three_pixels<kRows, together, kStride>(line, factor, start, lowest, highest, at, channels, to);
    for (; i + 2 <= inside; i += 2, at += 2 * step, to += 2 * channels) three_pixels<kRows, 2, kStride>(line, factor, start, lowest, highest, at, channels, to);
    for (; i < inside; ++i, at += step, to += channels) three_pixels<kRows, 1, kStride>(line, factor, start, lowest, highest, at, channels, to);
    for (; i < end; ++i, at += step, to += channels) three_pixels<kRows, 1, kStride, 0, 2>(line, factor, start, lowest, highest, at, channels, to);
  }
}

template <int kStride>
void three_columns(const DepthwisePlan& plan, const float* image, const float* kernel, const float* bias, std::int64_t h, std::int64_t w, std::int64_t end, float* out) {
  const ConvAxis& height = plan.geometry.axes[1];
  const std::int64_t rows = height.last_tap(h) - height.first_tap(h);
  const auto pass = rows == 3 ? three_columns<3, kStride> : rows == 2 ? three_columns<2, kStride> : three_columns<1, kStride>;
  pass(plan, image, kernel, bias, h, w, end, out);
}

/// Whether three_columns does the row h, or all but its end: windows that miss more than one column are none of its business.
bool by_three_columns(const DepthwisePlan& plan, std::int64_t h) {
  const ConvAxis &width = plan.geometry.axes[2], &height = plan.geometry.axes[1];
  return width.kernel == 3 && height.kernel <= 3 && width.dilation == 1 && width.spread == 1 && height.dilation == 1 && height.spread == 1 && width.stride <= 2 &&
         width.low <= 1 && width.in >= 3 && plan.geometry.out_channels % kDepthwiseLanes == 0 && height.last_tap(h) > height.first_tap(h);
}

void depthwise_row(const DepthwisePlan& plan, const float* image, const float* kernel, const float* bias, std::int64_t h, float* out) {
  const ConvAxis& width = plan.geometry.axes[2];
  std::int64_t w = 0;
  if (by_three_columns(plan, h)) {
    std::int64_t end = width.out;
    while (end > 0 && width.last_tap(end - 1) < 2) --end;
    // As many outputs at a time as leave their part of the image in the first cache.
    const std::int64_t strip = std::max<std::int64_t>(12, 2048 / (plan.geometry.out_channels * width.stride));
    for (; w < end; w = std::min(end, w + strip)) {
      const auto pass = width.stride == 1 ? three_columns<1> : three_columns<2>;
      pass(plan, image, kernel, bias, h, w, std::min(end, w + strip), out);
    }
  }
  while (w < width.out) {
    const std::int64_t tap = width.first_tap(w), tap_end = width.last_tap(w);
    constexpr int together = 6;
    // Between the first output with all taps and the last one, all have all.
    if (tap == 0 && tap_end == width.kernel && w + together <= width.out && width.last_tap(w + together - 1) == width.kernel) {
      depthwise_pixels<together>(plan, image, kernel, bias, h, w, 0, width.kernel, out);
      w += together;
    } else {
      depthwise_pixels<1>(plan, image, kernel, bias, h, w, tap, tap_end, out);
      ++w;
    }
  }
}

void depthwise_scatter(const DepthwisePlan& plan, const float* cotangent, const float* kernel, float* out) {
  const DepthwiseF d;
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t channels = g.in_channels;
  std::fill(out, out + g.in_cells() * channels, 0.f);
  for (std::int64_t h = 0; h < height.out; ++h) {
    for (std::int64_t w = 0; w < width.out; ++w) {
      const float* from = cotangent + (h * width.out + w) * channels;
      each_channels(channels, [&](std::int64_t c, int count, auto mask) HWY_ATTR {
        const auto value = load_part(d, from + c, mask, count);
        for (std::int64_t y = height.first_tap(h); y < height.last_tap(h); ++y) {
          const std::int64_t line = (h * height.stride - height.low + y * height.dilation) * width.in;
          for (std::int64_t x = width.first_tap(w); x < width.last_tap(w); ++x) {
            float* to = out + (line + w * width.stride - width.low + x * width.dilation) * channels + c;
            const auto factor = load_part(d, kernel + (y * width.kernel + x) * channels + c, mask, count);
            store_part(hn::MulAdd(factor, value, load_part(d, to, mask, count)), d, to, mask, count);
          }
        }
      });
    }
  }
}

void depthwise_weights(const DepthwisePlan& plan, const float* image, const float* cotangent, float* sums) {
  const DepthwiseF d;
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t channels = g.in_channels;
  each_channels(channels, [&](std::int64_t c, int count, auto mask) HWY_ATTR {
    for (std::int64_t y = 0; y < height.kernel; ++y) {
      for (std::int64_t x = 0; x < width.kernel; ++x) {
        // Two sums, so that one addition need not wait for the other.
        auto even = hn::Zero(d), odd = hn::Zero(d);
        const std::int64_t w = width.first_output(x), w_end = width.last_output(x), step = width.stride * channels;
        for (std::int64_t h = height.first_output(y); h < height.last_output(y); ++h) {
          const std::int64_t line = (h * height.stride - height.low + y * height.dilation) * width.in;
          const float* from = image + (line + w * width.stride - width.low + x * width.dilation) * channels + c;
          const float* by = cotangent + (h * width.out + w) * channels + c;
          std::int64_t i = w;
          for (; i + 2 <= w_end; i += 2, from += 2 * step, by += 2 * channels) {
            even = hn::MulAdd(load_part(d, from, mask, count), load_part(d, by, mask, count), even);
            odd = hn::MulAdd(load_part(d, from + step, mask, count), load_part(d, by + channels, mask, count), odd);
          }
          if (i < w_end) even = hn::MulAdd(load_part(d, from, mask, count), load_part(d, by, mask, count), even);
        }
        float* to = sums + (y * width.kernel + x) * channels + c;
        store_part(hn::Add(load_part(d, to, mask, count), hn::Add(even, odd)), d, to, mask, count);
      }
    }
  });
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

DepthwisePlan plan_for(const ConvGeometry& g, std::int64_t most_tasks) {
  DepthwisePlan plan;
  plan.geometry = g;
  plan.ring = g.axes[1].in;
  plan.epilogue.lowest = -std::numeric_limits<float>::infinity();
  plan.kernels = {CANDOR_PICK(depthwise_row), CANDOR_PICK(depthwise_scatter), CANDOR_PICK(depthwise_weights)};
  while (plan.tasks < std::min<std::int64_t>(most_tasks, 32) && static_cast<double>(plan.tasks) * 1e5 < g.flops()) plan.tasks *= 2;
  plan.tasks = std::min(plan.tasks, most_tasks);
  return plan;
}

}  // namespace

bool is_depthwise(const ConvGeometry& g) {
  const ConvAxis& depth = g.axes[0];
  return g.groups == g.in_channels && g.groups == g.out_channels && g.groups > 1 && depth.kernel == 1 && depth.in == 1 && depth.out == 1;
}

DepthwisePlan plan_depthwise(const ConvGeometry& g, bool bias, Epilogue epilogue) {
  DepthwisePlan plan = plan_for(g, g.images * g.axes[1].out);
  plan.bias = bias;
  plan.epilogue = epilogue;
  return plan;
}

DepthwisePlan plan_depthwise_input_gradient(const ConvGeometry& forward) {
  const bool dense = forward.axes[1].stride == 1 && forward.axes[2].stride == 1;
  if (!dense) return plan_for(forward, forward.images);
  DepthwisePlan plan = plan_depthwise(backward(forward), false, epilogue_of("linear"));
  plan.turned = true;
  return plan;
}

DepthwisePlan plan_depthwise_weights(const ConvGeometry& forward) {
  DepthwisePlan plan = plan_for(forward, std::min<std::int64_t>(forward.images, 16));
  plan.partial_floats = static_cast<std::size_t>((forward.taps() * forward.in_channels + 15) / 16 * 16);
  return plan;
}

void run_depthwise(const DepthwisePlan& plan, const float* x, const float* kernel, const float* bias, float* out) {
  const ConvGeometry& g = plan.geometry;
  const std::int64_t rows = g.axes[1].out, row_floats = g.axes[2].out * g.out_channels, image = g.in_cells() * g.in_channels;
  run_tasks(plan.tasks, plan.tasks, [&](std::int64_t task, std::int64_t) {
    for (std::int64_t r = part_start(g.images * rows, plan.tasks, task); r < part_start(g.images * rows, plan.tasks, task + 1); ++r) {
      float* to = out + r * row_floats;
      plan.kernels.row(plan, x + r / rows * image, kernel, bias, r % rows, to);
      if (const FinishFn finish = plan.epilogue.finish_after_cut()) finish(to, 0, 1, row_floats);
    }
  });
}

void run_depthwise_input_gradient(const DepthwisePlan& plan, const float* cotangent, const float* kernel, float* out) {
  if (plan.turned) return run_depthwise(plan, cotangent, kernel, nullptr, out);
  const ConvGeometry& g = plan.geometry;
  run_tasks(plan.tasks, plan.tasks, [&](std::int64_t task, std::int64_t) {
    for (std::int64_t n = part_start(g.images, plan.tasks, task); n < part_start(g.images, plan.tasks, task + 1); ++n)
      plan.kernels.scatter(plan, cotangent + n * g.out_cells() * g.out_channels, kernel, out + n * g.in_cells() * g.in_channels);
  });
}

void run_depthwise_weights(const DepthwisePlan& plan, const float* x, const float* cotangent, float* out, float* scratch) {
  const ConvGeometry& g = plan.geometry;
  const std::int64_t size = g.taps() * g.in_channels;
  const auto sums_of = [&](std::int64_t chunk) { return chunk == 0 ? out : scratch + static_cast<std::size_t>(chunk - 1) * plan.partial_floats; };
  run_tasks(plan.tasks, plan.tasks, [&](std::int64_t chunk, std::int64_t) {
    float* sums = sums_of(chunk);
    std::fill(sums, sums + size, 0.f);
    for (std::int64_t n = part_start(g.images, plan.tasks, chunk); n < part_start(g.images, plan.tasks, chunk + 1); ++n)
      plan.kernels.weights(plan, x + n * g.in_cells() * g.in_channels, cotangent + n * g.out_cells() * g.out_channels, sums);
  });
  for (std::int64_t chunk = 1; chunk < plan.tasks; ++chunk)
    for (std::int64_t i = 0; i < size; ++i) out[i] += sums_of(chunk)[i];
}

}  // namespace candor::cpu
#endif
