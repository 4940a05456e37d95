// Pooling in Highway: vectors run over channels, a task is some rows of output cells (or, for the gradients, some images).
#include "candor/backends/cpu/pool.h"

#include <cstring>

#include "candor/backends/cpu/pool_plan.h"
#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/pool.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

using F = hn::ScalableTag<float>;
using I = hn::RebindToSigned<F>;
constexpr int kLanes = HWY_LANES(float);

using Bits = std::uint16_t;  // of a bf16 number

HWY_INLINE hn::Vec<F> load_numbers(F d, const float* from, hn::Mask<F> mask, int count) { return load_part(d, from, mask, count); }
HWY_INLINE hn::Vec<F> load_numbers(F d, const Bits* from, hn::Mask<F>, int count) {
  const hn::Rebind<Bits, F> narrow;
  const hn::RebindToUnsigned<F> wide;
  Bits part[kLanes] = {};
  for (int i = 0; count < kLanes && i < count; ++i) part[i] = from[i];
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(wide, hn::LoadU(narrow, count < kLanes ? part : from))));
}
HWY_INLINE void store_numbers(hn::Vec<F> v, F d, float* to, hn::Mask<F> mask, int count) { store_part(v, d, to, mask, count); }
/// What was loaded as bf16 is bf16: nothing is rounded.
HWY_INLINE void store_numbers(hn::Vec<F> v, F, Bits* to, hn::Mask<F>, int count) {
  const hn::Rebind<Bits, F> narrow;
  const hn::RebindToUnsigned<F> wide;
  Bits part[kLanes];
  hn::StoreU(hn::TruncateTo(narrow, hn::ShiftRight<16>(hn::BitCast(wide, v))), narrow, count < kLanes ? part : to);
  for (int i = 0; count < kLanes && i < count; ++i) to[i] = part[i];
}

/// Calls f(window, output cell) for the cells of one row of outputs; a cell's place in its image is that of its row times the width.
template <class Body>
HWY_INLINE void each_output(const PoolPlan& p, std::int64_t row, Body body) {
  Window window;
  const std::int64_t planes_row = row % (p.axes[0].out * p.axes[1].out);
  p.limit(window, 0, planes_row / p.axes[1].out);
  p.limit(window, 1, planes_row % p.axes[1].out);
  for (std::int64_t w = 0; w < p.axes[2].out; ++w) {
    p.limit(window, 2, w);
    body(window, row * p.axes[2].out + w);
  }
}

/// Calls f(cell of the image) for the cells of a window in row-major order.
template <class Body>
HWY_INLINE void each_cell(const PoolPlan& p, const Window& at, Body body) {
  for (std::int64_t d = at.first[0]; d < at.last[0]; ++d) {
    for (std::int64_t h = at.first[1]; h < at.last[1]; ++h) {
      const std::int64_t line = (d * p.axes[1].in + h) * p.axes[2].in;
      for (std::int64_t w = at.first[2]; w < at.last[2]; ++w) body(line + w);
    }
  }
}

/// The larger of the record and what a cell holds, where the earlier wins a draw and a NaN wins over numbers.
struct Best {
  hn::Vec<F> value;
  hn::Vec<I> cell;
  HWY_INLINE void meet(hn::Vec<F> other, hn::Vec<I> at) {
    const auto is_number = hn::Eq(value, value);
    const auto better = hn::And(hn::Not(hn::Le(other, value)), is_number);
    value = hn::IfThenElse(better, other, value);
    cell = hn::IfThenElse(hn::RebindMask(I(), better), at, cell);
  }
};

/// One row of outputs whose windows are two by two, side by side and inside the image: the usual case, without any choice inside its loop.
template <bool kMax, class T>
HWY_INLINE void two_by_two_row(const PoolPlan& p, const T* image, std::int64_t row, T* out, std::int32_t* index) {
  const F d;
  const I di;
  const std::int64_t channels = p.channels, line = p.axes[2].in;
  const std::int64_t first = row % (p.axes[0].out * p.axes[1].out) * 2 * line;
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    const int count = static_cast<int>(std::min<std::int64_t>(kLanes, channels - c));
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
    const T *upper = image + first * channels + c, *lower = upper + line * channels;
    std::int64_t at = row * p.axes[2].out * channels + c;
    auto cell = hn::Set(di, static_cast<std::int32_t>(first));
    const auto one = hn::Set(di, 1), down = hn::Set(di, static_cast<std::int32_t>(line));
    for (std::int64_t w = 0; w < p.axes[2].out; ++w, upper += 2 * channels, lower += 2 * channels, at += channels) {
      const auto a = load_numbers(d, upper, mask, count), b = load_numbers(d, upper + channels, mask, count);
      const auto e = load_numbers(d, lower, mask, count), f = load_numbers(d, lower + channels, mask, count);
      if constexpr (kMax) {
        Best best{a, cell};
        best.meet(b, hn::Add(cell, one));
        const auto below = hn::Add(cell, down);
        best.meet(e, below);
        best.meet(f, hn::Add(below, one));
        cell = hn::Add(cell, hn::Set(di, 2));
        store_numbers(best.value, d, out + at, mask, count);
        store_part(best.cell, di, index + at, hn::RebindMask(di, mask), count);
      } else {
        store_part(hn::Mul(hn::Add(hn::Add(hn::Add(a, b), e), f), hn::Set(d, 0.25f)), d, out + at, mask, count);
      }
    }
  }
}

template <class T>
HWY_INLINE void best_of_rows(const PoolPlan& p, const T* x, T* out, std::int32_t* index, std::int64_t row, std::int64_t row_end) {
  const F d;
  const I di;
  const std::int64_t channels = p.channels, image_rows = p.axes[0].out * p.axes[1].out, line = p.axes[2].in;
  for (; row < row_end; ++row) {
    const T* image = x + row / image_rows * p.in_cells() * channels;
    if (p.two_by_two) {
      two_by_two_row<true>(p, image, row, out, index);
      continue;
    }
    each_output(p, row, [&](const Window& window, std::int64_t cell) HWY_ATTR {
      const std::int64_t first = (window.first[0] * p.axes[1].in + window.first[1]) * line + window.first[2];
      for (std::int64_t c = 0; c < channels; c += kLanes) {
        const int count = static_cast<int>(std::min<std::int64_t>(kLanes, channels - c));
        const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
        const auto load = [&](std::int64_t at) HWY_ATTR { return load_numbers(d, image + at * channels + c, mask, count); };
        Best best{load(first), hn::Set(di, static_cast<std::int32_t>(first))};
        each_cell(p, window, [&](std::int64_t at) HWY_ATTR { best.meet(load(at), hn::Set(di, static_cast<std::int32_t>(at))); });
        store_numbers(best.value, d, out + cell * channels + c, mask, count);
        store_part(best.cell, di, index + cell * channels + c, hn::RebindMask(di, mask), count);
      }
    });
  }
}

void max_rows(const PoolPlan& p, const void* x, void* out, std::int32_t* index, std::int64_t row, std::int64_t row_end) {
  best_of_rows(p, static_cast<const float*>(x), static_cast<float*>(out), index, row, row_end);
}
void max_rows_bf16(const PoolPlan& p, const void* x, void* out, std::int32_t* index, std::int64_t row, std::int64_t row_end) {
  best_of_rows(p, static_cast<const Bits*>(x), static_cast<Bits*>(out), index, row, row_end);
}

void average_rows(const PoolPlan& p, const float* x, float* out, std::int64_t row, std::int64_t row_end) {
  const F d;
  const std::int64_t channels = p.channels, image_rows = p.axes[0].out * p.axes[1].out;
  for (; row < row_end; ++row) {
    const float* image = x + row / image_rows * p.in_cells() * channels;
    if (p.two_by_two) {
      two_by_two_row<false>(p, image, row, out, nullptr);
      continue;
    }
    each_output(p, row, [&](const Window& window, std::int64_t cell) HWY_ATTR {
      const auto cells = hn::Set(d, static_cast<float>(p.count_padding ? p.window() : window.count()));
      for (std::int64_t c = 0; c < channels; c += kLanes) {
        const int count = static_cast<int>(std::min<std::int64_t>(kLanes, channels - c));
        const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
        auto sum = hn::Zero(d);
        each_cell(p, window, [&](std::int64_t at) HWY_ATTR { sum = hn::Add(sum, load_part(d, image + at * channels + c, mask, count)); });
        store_part(hn::Div(sum, cells), d, out + cell * channels + c, mask, count);
      }
    });
  }
}

/// The gradient of average_pool for one image.
void spread_image(const PoolPlan& p, const float* cotangent, float* out, std::int64_t image) {
  const F d;
  const std::int64_t channels = p.channels, image_rows = p.axes[0].out * p.axes[1].out;
  float* to = out + image * p.in_cells() * channels;
  std::fill(to, to + p.in_cells() * channels, 0.f);
  for (std::int64_t row = image * image_rows; row < (image + 1) * image_rows; ++row) {
    each_output(p, row, [&](const Window& window, std::int64_t cell) HWY_ATTR {
      const auto cells = hn::Set(d, static_cast<float>(p.count_padding ? p.window() : window.count()));
      for (std::int64_t c = 0; c < channels; c += kLanes) {
        const int count = static_cast<int>(std::min<std::int64_t>(kLanes, channels - c));
        const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
        const auto share = hn::Div(load_part(d, cotangent + cell * channels + c, mask, count), cells);
        each_cell(p, window, [&](std::int64_t at) HWY_ATTR {
          float* here = to + at * channels + c;
          store_part(hn::Add(load_part(d, here, mask, count), share), d, here, mask, count);
        });
      }
    });
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

using MaxRows = void (*)(const PoolPlan&, const void*, void*, std::int32_t*, std::int64_t, std::int64_t);
using AverageRows = void (*)(const PoolPlan&, const float*, float*, std::int64_t, std::int64_t);
using SpreadImage = void (*)(const PoolPlan&, const float*, float*, std::int64_t);

struct PoolBlock {
  PoolPlan plan;
  MaxRows max = nullptr;
  AverageRows average = nullptr;
  SpreadImage spread = nullptr;
};

const PoolBlock& block_of(const KernelArgs& args) { return *static_cast<const PoolBlock*>(args.block); }

void run_max(const KernelArgs& args) {
  const PoolBlock& b = block_of(args);
  const PoolPlan& p = b.plan;
  run_tasks(p.tasks, p.tasks, [&](std::int64_t task, std::int64_t) {
    b.max(p, args.in[0], args.out[0], args.output<std::int32_t>(1), part_start(p.rows(), p.tasks, task),
          part_start(p.rows(), p.tasks, task + 1));
  });
}

void run_average(const KernelArgs& args) {
  const PoolBlock& b = block_of(args);
  const PoolPlan& p = b.plan;
  run_tasks(p.tasks, p.tasks, [&](std::int64_t task, std::int64_t) {
    b.average(p, args.input<float>(0), args.output<float>(0), part_start(p.rows(), p.tasks, task), part_start(p.rows(), p.tasks, task + 1));
  });
}

void run_average_gradient(const KernelArgs& args) {
  const PoolBlock& b = block_of(args);
  const PoolPlan& p = b.plan;
  run_tasks(p.tasks, p.tasks, [&](std::int64_t task, std::int64_t) {
    for (std::int64_t n = part_start(p.images, p.tasks, task); n < part_start(p.images, p.tasks, task + 1); ++n)
      b.spread(p, args.input<float>(0), args.output<float>(0), n);
  });
}

/// Puts each cotangent where its maximum was. Needs no more than the sizes: the index says the rest.
void run_max_gradient(const KernelArgs& args) {
  const PoolPlan& p = block_of(args).plan;
  const std::int64_t cells_in = p.axes[2].in, cells_out = p.axes[2].out;
  run_tasks(p.tasks, p.tasks, [&](std::int64_t task, std::int64_t) {
    for (std::int64_t n = part_start(p.images, p.tasks, task); n < part_start(p.images, p.tasks, task + 1); ++n) {
      float* to = args.output<float>(0) + n * cells_in * p.channels;
      std::memset(to, 0, static_cast<std::size_t>(cells_in * p.channels) * sizeof(float));
      const float* from = args.input<float>(0) + n * cells_out * p.channels;
      const std::int32_t* index = args.input<std::int32_t>(1) + n * cells_out * p.channels;
      for (std::int64_t cell = 0; cell < cells_out; ++cell, from += p.channels, index += p.channels)
        for (std::int64_t c = 0; c < p.channels; ++c) to[index[c] * p.channels + c] += from[c];
    }
  });
}

PoolPlan plan_of(const Attrs& attrs, const Shape& image, const Shape& pooled) {
  PoolPlan p;
  p.images = image[0];
  p.channels = image[-1];
  const int spatial = image.rank() - 2;
  for (int i = 0; i < spatial; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ConvAxis& axis = p.axes[static_cast<std::size_t>(3 - spatial + i)];
    axis.in = image[1 + i];
    axis.out = pooled[1 + i];
    axis.kernel = attrs.integers("size")[at];
    axis.stride = attrs.integers("strides")[at];
    axis.low = attrs.integers("padding_low")[at];
  }
  const ConvAxis &depth = p.axes[0], &height = p.axes[1], &width = p.axes[2];
  p.two_by_two = depth.in == 1 && depth.out == 1 && depth.kernel == 1;
  for (const ConvAxis* axis : {&height, &width}) p.two_by_two &= axis->kernel == 2 && axis->stride == 2 && !axis->padded();
  p.count_padding = attrs.has("count_padding") && attrs.flag("count_padding");
  return p;
}

/// Pieces of work for the pool: one below 64 KB of input.
std::int64_t tasks_for(const Shape& image, std::int64_t most) {
  return std::clamp<std::int64_t>(image.size() / (1 << 14), 1, std::clamp<std::int64_t>(most, 1, 32));
}

Kernel kernel_of(const char* name, KernelFn run, PoolBlock block) {
  const std::int64_t tasks = block.plan.tasks;
  return {name, run, std::make_shared<PoolBlock>(std::move(block)), 0, tasks == 1 ? "inline" : std::to_string(tasks) + " tasks"};
}

std::string why_not(const NodeInfo& node, const Shape& image, bool narrow = false) {
  if (node.in[0].dtype != DType::f32 && !(narrow && node.in[0].dtype == DType::bf16)) return "dtype " + std::string(to_string(node.in[0].dtype)) + (narrow ? ", f32 and bf16 only" : ", f32 only");
  if (image.rank() < 3 || image.rank() > 5) return "rank " + std::to_string(image.rank());
  if (image.size() == 0) return "nothing to compute";
  return "";
}

Answer max_candidate(const NodeInfo& node, const Machine&) {
  const Shape& image = node.in[0].shape;
  if (const std::string reason = why_not(node, image, true); !reason.empty()) return declined("cpu.max_pool", reason);
  PoolBlock block{plan_of(node.attrs, image, node.out[0].shape)};
  block.plan.tasks = tasks_for(image, block.plan.rows());
  block.max = node.in[0].dtype == DType::bf16 ? CANDOR_PICK(max_rows_bf16) : CANDOR_PICK(max_rows);
  return kernel_of("cpu.max_pool", run_max, std::move(block));
}

Answer average_candidate(const NodeInfo& node, const Machine&) {
  const Shape& image = node.in[0].shape;
  if (const std::string reason = why_not(node, image); !reason.empty()) return declined("cpu.average_pool", reason);
  PoolBlock block{plan_of(node.attrs, image, node.out[0].shape)};
  block.plan.tasks = tasks_for(image, block.plan.rows());
  block.average = CANDOR_PICK(average_rows);
  return kernel_of("cpu.average_pool", run_average, std::move(block));
}

Answer average_gradient_candidate(const NodeInfo& node, const Machine&) {
  const Shape& image = node.out[0].shape;
  if (const std::string reason = why_not(node, image); !reason.empty()) return declined("cpu.average_pool", reason);
  PoolBlock block{plan_of(node.attrs, image, node.in[0].shape)};
  block.plan.tasks = tasks_for(image, block.plan.images);
  block.spread = CANDOR_PICK(spread_image);
  return kernel_of("cpu.average_pool", run_average_gradient, std::move(block));
}

Answer max_gradient_candidate(const NodeInfo& node, const Machine&) {
  const Shape& image = node.out[0].shape;
  if (const std::string reason = why_not(node, image); !reason.empty()) return declined("cpu.max_pool", reason);
  PoolBlock block;
  block.plan.images = image[0];
  block.plan.channels = image[-1];
  block.plan.axes[2].in = image.size() / (image[0] * image[-1]);
  block.plan.axes[2].out = node.in[0].size() / (image[0] * image[-1]);
  block.plan.tasks = tasks_for(image, block.plan.images);
  return kernel_of("cpu.max_pool", run_max_gradient, std::move(block));
}

}  // namespace

void add_pool(CandidateTable& table) {
  table.add("max_pool", max_candidate);
  table.add("max_pool_gradient", max_gradient_candidate);
  table.add("average_pool", average_candidate);
  table.add("average_pool_gradient", average_gradient_candidate);
}

}  // namespace candor::cpu
#endif
