// Candidates of layer_norm, rms_norm and batch_norm_training.
#include <algorithm>
#include <cmath>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/column_parts.h"
#include "candor/backends/cpu/norm.h"
#include "candor/ops/norm_gradient.h"

namespace candor::cpu {
namespace {

using normalise::Rows;
using reduction::ColumnParts;
using reduction::Fold;

constexpr std::int64_t task_elements = 8 << 10, least_parallel = 24 << 10;

struct RowPlan {
  normalise::RowFunction function = nullptr;
  std::int64_t rows = 1, length = 1, grain = 1;
  bool scale = false, center = false, with_mean = false;
  double epsilon = 0;
};

void run_rows(const KernelArgs& args) {
  const RowPlan& p = *static_cast<const RowPlan*>(args.block);
  parallel_for((p.rows + p.grain - 1) / p.grain, [&](std::int64_t t) {
    const std::int64_t first = t * p.grain, at = first * p.length;
    Rows r;
    r.rows = std::min(p.grain, p.rows - first), r.length = p.length, r.epsilon = p.epsilon;
    r.x = args.input<float>(0) + at, r.y = args.output<float>(0) + at;
    if (p.scale) r.gamma = args.input<float>(1);
    if (p.center) r.beta = args.input<float>(p.scale ? 2 : 1);
    if (p.with_mean) r.mean = args.output<float>(1) + first;
    r.rstd = args.output<float>(p.with_mean ? 2 : 1) + first;
    p.function(r);
  });
}

Answer rows(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu." + node.op->name;
  const TensorType& x = node.in[0];
  if (x.dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(x.dtype)));
  if (x.size() == 0) return declined(name, "nothing to normalise");
  const std::vector<std::int64_t>& axes = node.attrs.integers("axes");
  RowPlan p;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[axes.size() - 1 - i] != x.shape.rank() - 1 - static_cast<std::int64_t>(i)) return declined(name, "not over the last axes");
    p.length *= x.shape[static_cast<int>(axes[axes.size() - 1 - i])];
  }
  p.function = normalise::row_function();
  p.rows = x.size() / p.length;
  p.with_mean = node.op->name == "layer_norm";
  p.scale = node.attrs.flag("scale"), p.center = p.with_mean && node.attrs.flag("center");
  p.epsilon = node.attrs.number("epsilon");
  p.grain = x.size() < least_parallel ? p.rows : std::max<std::int64_t>(1, task_elements / p.length);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_rows;
  kernel.note = p.grain == p.rows ? "inline" : "parallel over " + std::to_string((p.rows + p.grain - 1) / p.grain) + " groups of rows";
  kernel.block = std::make_shared<const RowPlan>(p);
  return kernel;
}

struct BackwardPlan {
  normalise::BackwardFunction function = nullptr;
  norm_gradient::Form form;
  std::int64_t rows = 1, length = 1, grain = 1, parts = 1;
};

// Each part sums gamma's and beta's gradients over its own rows, in scratch; then the parts are added in order.
void run_backward(const KernelArgs& args) {
  const BackwardPlan& p = *static_cast<const BackwardPlan*>(args.block);
  auto* sums = reinterpret_cast<float*>(args.scratch);
  float* dgamma = p.form.scale ? args.output<float>(1) : nullptr;
  float* dbeta = p.form.center ? args.output<float>(1 + std::size_t{p.form.scale}) : nullptr;
  parallel_for(p.parts, [&](std::int64_t t) {
    const std::int64_t first = t * p.grain, at = first * p.length;
    normalise::BackwardRows r;
    r.rows = std::min(p.grain, p.rows - first), r.length = p.length;
    r.x = args.input<float>(0) + at, r.cotangent = args.input<float>(p.form.cotangent) + at, r.rstd = args.input<float>(p.form.rstd) + first;
    if (p.form.scale) r.gamma = args.input<float>(1);
    if (p.form.with_mean) r.mean = args.input<float>(p.form.mean) + first;
    r.dx = args.output<float>(0) + at;
    if (dgamma) r.dgamma = p.parts == 1 ? dgamma : sums + 2 * t * p.length;
    if (dbeta) r.dbeta = p.parts == 1 ? dbeta : sums + (2 * t + 1) * p.length;
    p.function(r);
  });
  if (p.parts == 1) return;
  for (int which = 0; which < 2; ++which) {
    float* out = which == 0 ? dgamma : dbeta;
    if (!out) continue;
    for (std::int64_t i = 0; i < p.length; ++i) {
      double total = 0;
      for (std::int64_t t = 0; t < p.parts; ++t) total += static_cast<double>(sums[(2 * t + which) * p.length + i]);
      out[i] = static_cast<float>(total);
    }
  }
}

Answer backward(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu." + node.op->name;
  const TensorType& x = node.in[0];
  BackwardPlan p{normalise::backward_function(), norm_gradient::Form(node.attrs)};
  if (x.dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(x.dtype)));
  if (x.size() == 0) return declined(name, "nothing to normalise");
  for (std::size_t i = 0; i < p.form.axes.size(); ++i) {
    const std::int64_t axis = p.form.axes[p.form.axes.size() - 1 - i];
    if (axis != x.shape.rank() - 1 - static_cast<std::int64_t>(i)) return declined(name, "not over the last axes");
    p.length *= x.shape[static_cast<int>(axis)];
  }
  if (p.length == 1) return declined(name, "rows of one element, where f32 leaves nothing of the difference");
  if (p.length > 64 << 10) return declined(name, "rows of more than 65536 elements");
  p.rows = x.size() / p.length;
  // At most 32 parts, so that adding them up stays small.
  p.grain = x.size() < least_parallel ? p.rows : std::max((p.rows + 31) / 32, (task_elements + p.length - 1) / p.length);
  p.parts = (p.rows + p.grain - 1) / p.grain;
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_backward;
  if (p.parts > 1) kernel.scratch = static_cast<std::size_t>(2 * p.parts * p.length) * sizeof(float);
  kernel.note = p.parts == 1 ? "inline" : "parallel over " + std::to_string(p.parts) + " groups of rows";
  kernel.block = std::make_shared<const BackwardPlan>(p);
  return kernel;
}

struct ChannelPlan {
  ColumnParts parts;
  reduction::Columns sums = nullptr;
  reduction::CenteredColumns squares = nullptr;
  normalise::ChannelFunction apply = nullptr;
  bool scale = false, center = false;
  double epsilon = 0;
};

// Inputs x, [gamma], [beta]; outputs y, mean, variance. Scratch: factors, then for each part its sums, its means and its squares about these: a part
// is read once from memory, as its numbers are in the cache when they are read again.
void run_channels(const KernelArgs& args) {
  const ChannelPlan& p = *static_cast<const ChannelPlan*>(args.block);
  const std::int64_t channels = p.parts.columns;
  const float* x = args.input<float>(0);
  float *y = args.output<float>(0), *mean = args.output<float>(1), *variance = args.output<float>(2);
  const float *gamma = p.scale ? args.input<float>(1) : nullptr, *beta = p.center ? args.input<float>(p.scale ? 2 : 1) : nullptr;
  auto* factor = reinterpret_cast<float*>(args.scratch);
  float* space = factor + channels;
  const auto count = static_cast<double>(p.parts.rows);
  const auto rows_of = [&](std::int64_t i) { return std::min(p.parts.rows_a_part, p.parts.rows - i * p.parts.rows_a_part); };
  const auto moments = [&](std::int64_t i) {
    const float* from = x + i * p.parts.rows_a_part * channels;
    float *sum = space + 3 * i * channels, *center = sum + channels;
    p.sums(from, rows_of(i), channels, sum);
    for (std::int64_t c = 0; c < channels; ++c) center[c] = sum[c] / static_cast<float>(rows_of(i));
    p.squares(from, rows_of(i), channels, center, center + channels);
  };
  if (p.parts.parallel) parallel_for(p.parts.parts, moments);
  else
    for (std::int64_t i = 0; i < p.parts.parts; ++i) moments(i);
  for (std::int64_t c = 0; c < channels; ++c) {
    double total = 0, squares = 0;
    for (std::int64_t i = 0; i < p.parts.parts; ++i) total += static_cast<double>(space[3 * i * channels + c]);
    const double middle = total / count;
    for (std::int64_t i = 0; i < p.parts.parts; ++i) {  // from about a part's center to about the mean of all
      const float* at = space + 3 * i * channels + c;
      const double n = static_cast<double>(rows_of(i)), center = static_cast<double>(at[channels]), shift = center - middle;
      squares += static_cast<double>(at[2 * channels]) + shift * (2 * (static_cast<double>(at[0]) - n * center) + n * shift);
    }
    const double spread = std::max(0.0, squares / count);
    mean[c] = static_cast<float>(middle);
    variance[c] = static_cast<float>(std::isnan(squares) ? squares : spread);
    factor[c] = static_cast<float>((gamma ? static_cast<double>(gamma[c]) : 1) / std::sqrt((std::isnan(squares) ? squares : spread) + p.epsilon));
  }
  const auto part = [&](std::int64_t i) {
    const std::int64_t first = i * p.parts.rows_a_part, rows = std::min(p.parts.rows_a_part, p.parts.rows - first);
    p.apply(x + first * channels, y + first * channels, rows, channels, mean, factor, beta);
  };
  if (p.parts.parallel) parallel_for(p.parts.parts, part);
  else
    for (std::int64_t i = 0; i < p.parts.parts; ++i) part(i);
}

Answer channels(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu." + node.op->name;
  const TensorType& x = node.in[0];
  if (x.dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(x.dtype)));
  if (node.attrs.integer("axis") != x.shape.rank() - 1) return declined(name, "channels are not the last axis");
  if (x.size() == 0) return declined(name, "nothing to normalise");
  ChannelPlan p;
  p.parts = ColumnParts(x.size() / x.shape[-1], x.shape[-1]);
  p.sums = reduction::column_function(Fold::sum), p.squares = reduction::centered_squares(), p.apply = normalise::channel_function();
  p.scale = node.attrs.flag("scale"), p.center = node.attrs.flag("center");
  p.epsilon = node.attrs.number("epsilon");
  Kernel kernel;
  kernel.name = name;
  kernel.run = run_channels;
  kernel.scratch = static_cast<std::size_t>(p.parts.columns * (1 + 3 * p.parts.parts)) * sizeof(float);
  kernel.note = p.parts.parallel ? "parallel over " + std::to_string(p.parts.parts) + " blocks of rows" : "inline";
  kernel.block = std::make_shared<const ChannelPlan>(p);
  return kernel;
}

}  // namespace

void add_normalisation(CandidateTable& table) {
  table.add({"layer_norm", "rms_norm"}, rows);
  table.add(norm_gradient::name, backward);
  table.add("batch_norm_training", channels);
}

}  // namespace candor::cpu
