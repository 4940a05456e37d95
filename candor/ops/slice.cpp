// Rows slice and its gradient slice_scatter; narrow, split, flip, roll written with them.
#include <cstring>

#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/move.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

// Attributes start, stop, step have one entry an axis, already normalised: start inside the axis, (stop - start) / step elements.
Shape sliced(const Shape& shape, const Attrs& attrs) {
  Shape out = shape;
  const auto &start = attrs.integers("start"), &stop = attrs.integers("stop"), &step = attrs.integers("step");
  for (std::size_t i = 0; i < start.size(); ++i) {
    const std::int64_t span = step[i] > 0 ? stop[i] - start[i] : start[i] - stop[i], stride = std::abs(step[i]);
    out.set(static_cast<int>(i), std::max<std::int64_t>(0, (span + stride - 1) / stride));
  }
  return out;
}

std::vector<TensorType> infer_slice(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "slice");
  return {{sliced(in[0].shape, attrs), in[0].dtype}};
}

/// Where a slice lies in the full tensor: strides of its elements and the place of the first.
struct Window {
  reference::Strides strides;
  std::int64_t first = 0;
  Window(const Shape& full, const Attrs& attrs) : strides(row_major_strides(full)) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(full.rank()); ++i) {
      first += attrs.integers("start")[i] * strides[i];
      strides[i] *= attrs.integers("step")[i];
    }
  }
};

void run_slice(const KernelArgs& args) {
  const Shape& part = args.node->out[0].shape;
  if (part.size() == 0) return;
  const Window window(args.node->in[0].shape, args.node->attrs);
  reference::move_elements(args.node->out[0].dtype, reference::Nest<2>(part, {row_major_strides(part), window.strides}), args.out[0], args.in[0], 0, window.first);
}

std::vector<TensorType> infer_scatter(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "slice_scatter");
  return {{attrs.shape("shape"), in[0].dtype}};
}

void run_scatter(const KernelArgs& args) {
  const TensorType& full = args.node->out[0];
  const Shape& part = args.node->in[0].shape;
  if (full.bytes() > 0) std::memset(args.out[0], 0, full.bytes());  // zero is all bits zero in every dtype
  if (part.size() == 0) return;
  const Window window(full.shape, args.node->attrs);
  reference::move_elements(full.dtype, reference::Nest<2>(part, {window.strides, row_major_strides(part)}), args.out[0], args.in[0], window.first, 0);
}

Attrs bounds(const Attrs& attrs) {
  return {{"start", attrs.integers("start")}, {"stop", attrs.integers("stop")}, {"step", attrs.integers("step")}};
}

}  // namespace

void register_slice() {
  Op slice_row{.name = "slice", .infer = infer_slice, .reference = run_slice};
  slice_row.gradient = [](const GradientArgs& args) {
    return std::vector<Tensor>{apply("slice_scatter", {args.cotangents[0]}, bounds(args.node.attrs).set("shape", args.in[0].shape()))};
  };
  slice_row.flops = [](const NodeInfo&) { return 0.0; };
  register_op(slice_row);

  Op scatter_row{.name = "slice_scatter", .infer = infer_scatter, .reference = run_scatter};
  scatter_row.gradient = [](const GradientArgs& args) { return std::vector<Tensor>{apply("slice", {args.cotangents[0]}, bounds(args.node.attrs))}; };
  scatter_row.flops = [](const NodeInfo&) { return 0.0; };
  register_op(scatter_row);
}

Tensor slice(const Tensor& x, const std::vector<std::int64_t>& start, const std::vector<std::int64_t>& stop, const std::vector<std::int64_t>& step) {
  const std::size_t given = start.size(), rank = static_cast<std::size_t>(x.rank());
  if (stop.size() != given || (!step.empty() && step.size() != given) || given > rank)
    fail(ErrorKind::invalid_argument, "slice: start, stop and step must have one entry for each of the first axes of " + to_string(x.shape()) + ", got " + std::to_string(given) + ", " +
                                          std::to_string(stop.size()) + " and " + std::to_string(step.size()));
  std::vector<std::int64_t> from(rank), to(rank), by(rank, 1);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t n = x.shape(static_cast<int>(i));
    to[i] = n;
    if (i >= given) continue;
    if (!step.empty()) by[i] = step[i];
    if (by[i] == 0) fail(ErrorKind::invalid_argument, "slice: step 0 in axis " + std::to_string(i));
    const auto inside = [&](std::int64_t place) {  // NumPy's rule: cut to the axis, -1 meaning "before the first" when walking back
      if (place < 0) place += n;
      return by[i] > 0 ? std::clamp<std::int64_t>(place, 0, n) : std::clamp<std::int64_t>(place, -1, n - 1);
    };
    from[i] = inside(start[i]);
    // When walking back a stop below -n means "to the very first".
    to[i] = by[i] < 0 && stop[i] < -n ? -1 : inside(stop[i]);
  }
  const bool forward = std::all_of(by.begin(), by.end(), [](std::int64_t step_of) { return step_of > 0; });
  if (forward && rules::may_be_viewed(x)) {
    Tensor view = x;
    for (std::size_t i = 0; i < given; ++i) view = view.view_slice(static_cast<int>(i), from[i], std::max(from[i], to[i]), by[i]);
    return view;
  }
  return apply("slice", {x}, {{"start", from}, {"stop", to}, {"step", by}});
}

Tensor narrow(const Tensor& x, int axis, std::int64_t start, std::int64_t stop) {
  axis = x.shape().normalize(axis);
  if (start < 0 || start > stop || stop > x.shape(axis))
    fail(ErrorKind::shape, "narrow: [" + std::to_string(start) + ", " + std::to_string(stop) + ") does not lie in axis " + std::to_string(axis) + " of " + to_string(x.shape()));
  std::vector<std::int64_t> from(static_cast<std::size_t>(axis) + 1, 0), to(x.shape().begin(), x.shape().begin() + axis + 1);
  from.back() = start;
  to.back() = stop;
  return slice(x, from, to);
}

std::vector<Tensor> split(const Tensor& x, int sections, int axis) {
  const std::int64_t n = x.shape(axis);
  if (sections < 1 || n % sections)
    fail(ErrorKind::shape, "split: axis " + std::to_string(axis) + " of " + to_string(x.shape()) + " does not divide into " + std::to_string(sections) + " equal parts");
  std::vector<std::int64_t> places;
  for (int i = 1; i < sections; ++i) places.push_back(n / sections * i);
  return split(x, places, axis);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& places, int axis) {
  std::vector<Tensor> parts;
  std::int64_t from = 0;
  for (std::int64_t place : places) {
    parts.push_back(narrow(x, axis, from, place));
    from = place;
  }
  parts.push_back(narrow(x, axis, from, x.shape(axis)));
  return parts;
}

Tensor flip(const Tensor& x, const std::vector<int>& axes) {
  const std::vector<std::int64_t> flipped = rules::normalize_axes(axes, x.shape(), "flip");
  std::vector<std::int64_t> start(static_cast<std::size_t>(x.rank()), 0), stop = x.shape().to_vector(), step(static_cast<std::size_t>(x.rank()), 1);
  for (std::int64_t a : flipped) {
    const auto i = static_cast<std::size_t>(a);
    start[i] = stop[i] - 1;
    stop[i] = -1;
    step[i] = -1;
  }
  return apply("slice", {x}, {{"start", start}, {"stop", stop}, {"step", step}});
}

Tensor roll(const Tensor& x, const std::vector<std::int64_t>& shift, const std::vector<int>& axes) {
  if (shift.size() != axes.size()) fail(ErrorKind::invalid_argument, "roll: " + std::to_string(shift.size()) + " shifts for " + std::to_string(axes.size()) + " axes");
  Tensor out = x;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t n = x.shape(axes[i]);
    const std::int64_t by = n ? ((shift[i] % n) + n) % n : 0;
    if (by) out = concatenate({narrow(out, axes[i], n - by, n), narrow(out, axes[i], 0, n - by)}, axes[i]);
  }
  return out;
}

}  // namespace candor
