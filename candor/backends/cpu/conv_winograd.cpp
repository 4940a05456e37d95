#include "candor/backends/cpu/conv_winograd.h"

#include <algorithm>

#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/targets.h"
#include "candor/backends/cpu/tasks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/conv_winograd.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using WinogradF = hn::ScalableTag<float>;
using WinogradV = hn::Vec<WinogradF>;
constexpr std::int64_t kWinogradLanes = HWY_LANES(float);

void winograd_kernel(const WinogradPlan& plan, const float* kernel, std::int64_t first, std::int64_t last, float* to) {
  const WinogradF d;
  const std::int64_t in = plan.geometry.in_channels, out = plan.geometry.out_channels, panel = plan.panel();
  const auto half = hn::Set(d, 0.5f);
  for (std::int64_t c = first; c < last; ++c) {
    for (std::int64_t k = 0; k < out; k += kWinogradLanes) {
      const std::int64_t start = k / panel * panel, width = std::min(panel, out - start);
      float* at = to + start * in + c * width + (k - start);
      WinogradV rows[4][3];
      for (int x = 0; x < 3; ++x) {
        WinogradV g[3];
        for (int y = 0; y < 3; ++y) g[y] = hn::LoadU(d, kernel + ((y * 3 + x) * in + c) * out + k);
        const auto ends = hn::Mul(half, hn::Add(g[0], g[2])), middle = hn::Mul(half, g[1]);
        rows[0][x] = g[0], rows[1][x] = hn::Add(ends, middle), rows[2][x] = hn::Sub(ends, middle), rows[3][x] = g[2];
      }
      for (int y = 0; y < 4; ++y) {
        const auto ends = hn::Mul(half, hn::Add(rows[y][0], rows[y][2])), middle = hn::Mul(half, rows[y][1]);
        const WinogradV line[4] = {rows[y][0], hn::Add(ends, middle), hn::Sub(ends, middle), rows[y][2]};
        for (int x = 0; x < 4; ++x) hn::StoreU(line[x], d, at + (y * 4 + x) * plan.kernel_plane);
      }
    }
  }
}

void winograd_input(const WinogradPlan& plan, const WinogradTile* tiles, std::int64_t count, float* to) {
  const WinogradF d;
  for (std::int64_t t = 0; t < count; ++t, to += plan.in_row) {
    const WinogradTile& tile = tiles[t];
    for (std::int64_t c = 0; c < plan.geometry.in_channels; c += kWinogradLanes) {
      WinogradV v[4][4];
#pragma GCC unroll 4
      for (int x = 0; x < 4; ++x) {
        const auto a = hn::LoadU(d, tile.from[x] + c), b = hn::LoadU(d, tile.from[4 + x] + c), e = hn::LoadU(d, tile.from[8 + x] + c), f = hn::LoadU(d, tile.from[12 + x] + c);
        v[0][x] = hn::Sub(a, e), v[1][x] = hn::Add(b, e), v[2][x] = hn::Sub(e, b), v[3][x] = hn::Sub(b, f);
      }
#pragma GCC unroll 4
      for (int y = 0; y < 4; ++y) {
        float* at = to + c + y * 4 * plan.in_plane;
        hn::StoreU(hn::Sub(v[y][0], v[y][2]), d, at);
        hn::StoreU(hn::Add(v[y][1], v[y][2]), d, at + plan.in_plane);
        hn::StoreU(hn::Sub(v[y][2], v[y][1]), d, at + 2 * plan.in_plane);
        hn::StoreU(hn::Sub(v[y][1], v[y][3]), d, at + 3 * plan.in_plane);
      }
    }
  }
}

void winograd_output(const WinogradPlan& plan, const WinogradTile* tiles, std::int64_t count, const float* from, const float* bias) {
  const WinogradF d;
  const auto lowest = hn::Set(d, plan.epilogue.lowest);
  for (std::int64_t t = 0; t < count; ++t, from += plan.out_row) {
    const WinogradTile& tile = tiles[t];
    for (std::int64_t k = 0; k < plan.geometry.out_channels; k += kWinogradLanes) {
      WinogradV v[2][4];
#pragma GCC unroll 4
      for (int x = 0; x < 4; ++x) {
        const float* at = from + k + x * plan.out_plane;
        const auto a = hn::LoadU(d, at), b = hn::LoadU(d, at + 4 * plan.out_plane), e = hn::LoadU(d, at + 8 * plan.out_plane), f = hn::LoadU(d, at + 12 * plan.out_plane);
        v[0][x] = hn::Add(hn::Add(a, b), e), v[1][x] = hn::Sub(hn::Sub(b, e), f);
      }
      const auto start = bias ? hn::LoadU(d, bias + k) : hn::Zero(d);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        if (!tile.to[i]) continue;
        const auto& row = v[i / 2];
        auto y = i % 2 == 0 ? hn::Add(hn::Add(row[0], row[1]), row[2]) : hn::Sub(hn::Sub(row[1], row[2]), row[3]);
        y = hn::Add(y, start);
        if (tile.residual[i]) y = hn::Add(y, hn::LoadU(d, tile.residual[i] + k));
        hn::StoreU(hn::Max(lowest, y), d, tile.to[i] + k);  // in this order a NaN stays
      }
    }
    if (!plan.epilogue.finish) continue;
    for (float* to : tile.to)
      if (to) plan.epilogue.finish(to, 0, 1, plan.geometry.out_channels);
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

constexpr const char* kWinogradName = "cpu.conv.winograd";
constexpr std::int64_t kWinogradBlockFloats = 160 << 10;  // of one block's transformed numbers: with a panel of the kernel they fit the second cache
constexpr std::int64_t kWinogradBatch = 32;               // tiles whose places are known at a time

std::size_t winograd_padded(std::int64_t floats) { return static_cast<std::size_t>((floats + 15) / 16 * 16); }

/// Between rows that a register tile reads at once, so that they do not crowd into one set of the first cache.
std::int64_t winograd_row(std::int64_t channels) { return channels % 128 == 0 ? channels + 16 : channels; }

WinogradTile winograd_tile(const WinogradPlan& plan, std::int64_t index, const float* x, const float* zeros, const float* residual, float* out) {
  const ConvGeometry& g = plan.geometry;
  const ConvAxis &height = g.axes[1], &width = g.axes[2];
  const std::int64_t image = index / (plan.down * plan.across), place = index % (plan.down * plan.across);
  const std::int64_t row = place / plan.across * 2, column = place % plan.across * 2;
  WinogradTile tile;
  for (std::int64_t i = 0; i < 16; ++i) {
    const std::int64_t h = row - height.low + i / 4, w = column - width.low + i % 4;
    const bool inside = h >= 0 && h < height.in && w >= 0 && w < width.in;
    tile.from[i] = inside ? x + ((image * height.in + h) * width.in + w) * g.in_channels : zeros;
  }
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::int64_t h = row + i / 2, w = column + i % 2;
    const bool inside = h < height.out && w < width.out;
    const std::int64_t at = ((image * height.out + h) * width.out + w) * g.out_channels;
    tile.to[i] = inside ? out + at : nullptr;
    tile.residual[i] = inside && residual ? residual + at : nullptr;
  }
  return tile;
}

void transform_kernel(const WinogradPlan& plan, const float* kernel, float* turned, float* to) {
  const std::int64_t in = plan.geometry.in_channels, out = plan.geometry.out_channels;
  if (plan.order == KernelOrder::turned) {  // [taps, out, in] to [taps reversed, in, out]
    parallel_for(9, [&](std::int64_t tap) { transpose_block(kernel + (8 - tap) * in * out, in, out, in, turned + tap * in * out, out); });
    kernel = turned;
  }
  parallel_for((in + 7) / 8, [&](std::int64_t part) { plan.kernels.kernel(plan, kernel, part * 8, std::min(in, part * 8 + 8), to); });
}

/// The 16 products of a block: [count, in] times [in, out] each.
void multiply_block(const WinogradPlan& plan, const float* in, const float* kernel, std::int64_t count, float* out) {
  const ConvGeometry& g = plan.geometry;
  const std::int64_t panel = plan.panel(), pieces = (count + plan.most_rows - 1) / plan.most_rows, nowhere = 0;
  TileArgs tile{};
  tile.a_row = plan.in_row;
  tile.a_step = 1;
  tile.segments = &nowhere;
  tile.segment_count = 1;
  tile.segment_length = g.in_channels;
  tile.c_row = plan.out_row;
  tile.lowest = epilogue_of("linear").lowest;
  for (std::int64_t p = 0; p < 16; ++p) {
    for (std::int64_t k = 0; k < g.out_channels; k += panel) {
      const std::int64_t width = std::min(panel, g.out_channels - k);
      tile.columns = static_cast<int>(width);
      tile.b = kernel + p * plan.kernel_plane + k * g.in_channels;
      tile.b_row = width;
      for (std::int64_t i = 0; i < pieces; ++i) {
        const std::int64_t first = part_start(count, pieces, i), rows = part_start(count, pieces, i + 1) - first;
        tile.a = in + p * plan.in_plane + first * plan.in_row;
        tile.c = out + p * plan.out_plane + first * plan.out_row + k;
        plan.tiles->tile[0][rows][width / plan.tiles->lanes](tile);
      }
    }
  }
}

void run_winograd_node(const KernelArgs& args) {
  const auto& plan = *static_cast<const WinogradPlan*>(args.block);
  run_winograd(plan, args.input<float>(0), args.input<float>(1), plan.bias ? args.input<float>(2) : nullptr, plan.residual ? args.input<float>(plan.bias ? 3 : 2) : nullptr,
               args.output<float>(0), reinterpret_cast<float*>(args.scratch));
}

Answer winograd_candidate(const NodeInfo& node, const Machine& machine) {
  const bool back = node.op->name == "conv_input_gradient";
  for (const TensorType& type : node.in)
    if (type.dtype != DType::f32) return declined(kWinogradName, "dtype " + std::string(to_string(type.dtype)) + ", f32 only");
  if (node.in[0].shape.rank() != 4) return declined(kWinogradName, "rank " + std::to_string(node.in[0].shape.rank()) + ", images only");
  ConvGeometry g = conv_geometry(node.attrs, back ? node.out[0].shape : node.in[0].shape, node.in[1].shape, back ? node.in[0].shape : node.out[0].shape);
  if (std::string reason = why_not_winograd(g, machine.lanes()); !reason.empty()) return declined(kWinogradName, std::move(reason));
  const bool fused = node.attrs.has("activation");
  if (back) g = backward(g);
  auto plan = std::make_shared<WinogradPlan>(plan_winograd(g, back ? KernelOrder::turned : KernelOrder::as_is, fused && node.attrs.flag("bias"),
                                                           fused && node.attrs.has("residual") && node.attrs.flag("residual"),
                                                           epilogue_of(fused ? node.attrs.text("activation") : "linear")));
  plan->keeps_kernel = has_constant_kernel(node);
  return Kernel{kWinogradName, run_winograd_node, plan, plan->scratch(), plan->describe()};
}

}  // namespace

std::string WinogradPlan::describe() const {
  std::string text = std::to_string(most_rows) + "x" + std::to_string(panel()) + " tiles, " + (blocks == 1 ? "inline" : std::to_string(blocks) + " tasks");
  return text + (keeps_kernel ? ", the kernel transformed once" : ", transforms the kernel");
}

std::string why_not_winograd(const ConvGeometry& g, int lanes) {
  const ConvAxis& depth = g.axes[0];
  if (g.groups != 1 || depth.in != 1 || depth.kernel != 1 || depth.out != 1 || depth.low != 0) return "groups or three axes";
  for (int i : {1, 2}) {
    const ConvAxis& axis = g.axes[static_cast<std::size_t>(i)];
    if (axis.kernel != 3 || axis.stride != 1 || axis.dilation != 1) return "a window other than 3 x 3 by steps of 1";
    if (axis.low < 0 || axis.low > 2 || axis.reach() - axis.low - axis.in > 2) return "more than two rows or columns of padding";
    if (axis.out < 4 || axis.in < 4) return "fewer than 4 rows or columns";
  }
  const std::int64_t least = std::min(g.in_channels, g.out_channels);
  if (least < 64 || g.in_channels % lanes != 0 || g.out_channels % lanes != 0)
    return "channels " + std::to_string(g.in_channels) + " and " + std::to_string(g.out_channels) + ", from 64 on and whole vectors";
  const std::int64_t tiles = g.images * ((g.axes[1].out + 1) / 2) * ((g.axes[2].out + 1) / 2);
  if (tiles < 48) return std::to_string(tiles) + " tiles, from 48 on: reading the kernel would take longest";
  return "";
}

WinogradPlan plan_winograd(const ConvGeometry& g, KernelOrder order, bool bias, bool residual, Epilogue epilogue) {
  WinogradPlan plan;
  plan.geometry = g;
  plan.order = order;
  plan.bias = bias;
  plan.residual = residual;
  plan.epilogue = epilogue;
  plan.tiles = &tile_set();
  plan.kernels = {CANDOR_PICK(winograd_kernel), CANDOR_PICK(winograd_input), CANDOR_PICK(winograd_output)};
  plan.most_rows = plan.tiles->rows;
  plan.down = (g.axes[1].out + 1) / 2;
  plan.across = (g.axes[2].out + 1) / 2;
  plan.count = g.images * plan.down * plan.across;
  plan.in_row = winograd_row(g.in_channels);
  plan.out_row = winograd_row(g.out_channels);
  // Blocks of whole register tiles: small enough for the cache, large enough that the kernel is not read for a few rows, and at least two.
  const std::int64_t fits = kWinogradBlockFloats / (16 * (plan.in_row + plan.out_row)), rows = plan.most_rows;
  const std::int64_t most = std::max<std::int64_t>(4, (fits + rows - 1) / rows) * rows;
  plan.blocks = std::max<std::int64_t>((plan.count + most - 1) / most, plan.count >= 2 * rows ? 2 : 1);
  if (plan.blocks % 2 != 0 && plan.blocks > 1 && plan.blocks < 16) ++plan.blocks;
  plan.block_tiles = (plan.count + plan.blocks - 1) / plan.blocks;
  plan.slots = slots_for(plan.blocks);
  plan.in_plane = plan.block_tiles * plan.in_row + 16;
  plan.out_plane = plan.block_tiles * plan.out_row + 16;
  plan.kernel_plane = g.in_channels * g.out_channels + 16;
  plan.kernel_floats = static_cast<std::size_t>(16 * plan.kernel_plane);
  if (order == KernelOrder::turned) plan.turned_floats = winograd_padded(9 * g.in_channels * g.out_channels);
  plan.slot_floats = static_cast<std::size_t>(16 * (plan.in_plane + plan.out_plane)) + winograd_padded(g.in_channels);
  return plan;
}

void run_winograd(const WinogradPlan& plan, const float* x, const float* kernel, const float* bias, const float* residual, float* out, float* scratch) {
  if (plan.keeps_kernel) {
    kernel = plan.kept.get(plan.kernel_floats, [&](float* to) {
      std::vector<float> turned(plan.turned_floats);
      transform_kernel(plan, kernel, turned.data(), to);
    });
  } else {
    transform_kernel(plan, kernel, scratch + plan.kernel_floats, scratch);
    kernel = scratch;
    scratch += plan.kernel_floats + plan.turned_floats;
  }
  run_tasks(plan.blocks, plan.slots, [&](std::int64_t block, std::int64_t slot) {
    float* in = scratch + static_cast<std::size_t>(slot) * plan.slot_floats;
    float* products = in + 16 * plan.in_plane;
    float* zeros = products + 16 * plan.out_plane;
    std::fill(zeros, zeros + plan.geometry.in_channels, 0.f);
    const std::int64_t first = part_start(plan.count, plan.blocks, block), count = part_start(plan.count, plan.blocks, block + 1) - first;
    WinogradTile tiles[kWinogradBatch];
    const auto each_batch = [&](auto body) {
      for (std::int64_t at = 0; at < count; at += kWinogradBatch) {
        const std::int64_t some = std::min(kWinogradBatch, count - at);
        for (std::int64_t i = 0; i < some; ++i) tiles[i] = winograd_tile(plan, first + at + i, x, zeros, residual, out);
        body(at, some);
      }
    };
    each_batch([&](std::int64_t at, std::int64_t some) { plan.kernels.input(plan, tiles, some, in + at * plan.in_row); });
    multiply_block(plan, in, kernel, count, products);
    each_batch([&](std::int64_t at, std::int64_t some) { plan.kernels.output(plan, tiles, some, products + at * plan.out_row, bias); });
  });
}

void add_winograd(CandidateTable& table) { table.add({"conv", "fused_conv", "conv_input_gradient"}, winograd_candidate); }

}  // namespace candor::cpu
#endif
