// Rows reshape, transpose, broadcast_to and what is written with them.
#include <numeric>

#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/move.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

std::vector<TensorType> infer_reshape(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "reshape");
  const Shape shape = attrs.shape("shape");
  if (shape.size() != in[0].size())
    fail(ErrorKind::shape, "reshape: " + to_string(in[0].shape) + " has " + std::to_string(in[0].size()) + " elements, " + to_string(shape) + " needs " + std::to_string(shape.size()));
  return {{shape, in[0].dtype}};
}

std::vector<TensorType> infer_transpose(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "transpose");
  Shape shape = in[0].shape;
  const auto& axes = attrs.integers("axes");
  for (std::size_t i = 0; i < axes.size(); ++i) shape.set(static_cast<int>(i), in[0].shape[static_cast<int>(axes[i])]);
  return {{shape, in[0].dtype}};
}

/// Copies in (read with `strides`) to out in row-major order.
void copy_strided(const KernelArgs& args, const reference::Strides& strides) {
  const TensorType& type = args.node->out[0];
  reference::move_elements(type.dtype, reference::Nest<2>(type.shape, {row_major_strides(type.shape), strides}), args.out[0], args.in[0]);
}

void run_transpose(const KernelArgs& args) {
  const reference::Strides own = row_major_strides(args.node->in[0].shape);
  reference::Strides strides{};
  const auto& axes = args.node->attrs.integers("axes");
  for (std::size_t i = 0; i < axes.size(); ++i) strides[i] = own[static_cast<std::size_t>(axes[i])];
  copy_strided(args, strides);
}

std::vector<TensorType> infer_broadcast(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "broadcast_to");
  const Shape shape = attrs.shape("shape");
  if (broadcast(in[0].shape, shape, "broadcast_to") != shape)
    fail(ErrorKind::shape, "broadcast_to: " + to_string(in[0].shape) + " does not broadcast to " + to_string(shape));
  return {{shape, in[0].dtype}};
}

}  // namespace

void register_reshape() {
  Op reshape_row{.name = "reshape", .infer = infer_reshape, .gradient = [](const GradientArgs& args) { return std::vector<Tensor>{reshape(args.cotangents[0], args.in[0].shape())}; }};
  reshape_row.flops = [](const NodeInfo&) { return 0.0; };
  reshape_row.alias = true;
  register_op(reshape_row);

  Op transpose_row{.name = "transpose", .infer = infer_transpose, .reference = run_transpose};
  transpose_row.gradient = [](const GradientArgs& args) {
    const auto& axes = args.node.attrs.integers("axes");
    std::vector<int> inverse(axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) inverse[static_cast<std::size_t>(axes[i])] = static_cast<int>(i);
    return std::vector<Tensor>{transpose(args.cotangents[0], inverse)};
  };
  transpose_row.flops = [](const NodeInfo&) { return 0.0; };
  register_op(transpose_row);

  Op broadcast_row{.name = "broadcast_to", .infer = infer_broadcast, .reference = [](const KernelArgs& args) {
                     copy_strided(args, reference::broadcast_strides(args.node->in[0].shape, args.node->out[0].shape));
                   }};
  broadcast_row.gradient = [](const GradientArgs& args) { return std::vector<Tensor>{sum_to(args.cotangents[0], args.in[0].shape())}; };
  broadcast_row.flops = [](const NodeInfo&) { return 0.0; };
  register_op(broadcast_row);
}

Tensor reshape(const Tensor& x, const std::vector<std::int64_t>& wanted) {
  std::vector<std::int64_t> shape = wanted;
  std::int64_t known = 1;
  int unknown = -1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != -1) known *= shape[i];
    else if (unknown >= 0) fail(ErrorKind::shape, "reshape: at most one extent may be -1");
    else unknown = static_cast<int>(i);
  }
  if (unknown >= 0) {
    if (known == 0 || x.size() % known)
      fail(ErrorKind::shape, "reshape: " + to_string(x.shape()) + " has " + std::to_string(x.size()) + " elements, which " + std::to_string(known) + " does not divide");
    shape[static_cast<std::size_t>(unknown)] = x.size() / known;
  }
  const Shape target(shape);
  if (target == x.shape()) return x;
  return apply("reshape", {x}, Attrs().set("shape", target));
}

Tensor transpose(const Tensor& x, std::vector<int> axes) {
  if (axes.empty()) {
    axes.resize(static_cast<std::size_t>(x.rank()));
    std::iota(axes.rbegin(), axes.rend(), 0);
  }
  if (static_cast<int>(axes.size()) != x.rank())
    fail(ErrorKind::shape, "transpose: " + std::to_string(axes.size()) + " axes for shape " + to_string(x.shape()));
  std::vector<std::int64_t> normal;
  for (int axis : axes) {
    normal.push_back(x.shape().normalize(axis));
    if (std::count(normal.begin(), normal.end(), normal.back()) > 1) fail(ErrorKind::shape, "transpose: axis " + std::to_string(axis) + " is named twice");
  }
  if (rules::may_be_viewed(x)) return x.view_transpose(axes);
  return apply("transpose", {x}, {{"axes", normal}});
}

Tensor swap_axes(const Tensor& x, int a, int b) {
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes[static_cast<std::size_t>(x.shape().normalize(a))], axes[static_cast<std::size_t>(x.shape().normalize(b))]);
  return transpose(x, axes);
}

Tensor expand_dims(const Tensor& x, int axis) {
  if (axis < -x.rank() - 1 || axis > x.rank()) fail(ErrorKind::shape, "expand_dims: axis " + std::to_string(axis) + " is out of range for shape " + to_string(x.shape()));
  return reshape(x, x.shape().inserted(axis < 0 ? axis + x.rank() + 1 : axis, 1));
}

Tensor squeeze(const Tensor& x, int axis) {
  if (x.shape(axis) != 1) fail(ErrorKind::shape, "squeeze: axis " + std::to_string(axis) + " of " + to_string(x.shape()) + " has extent " + std::to_string(x.shape(axis)) + ", not 1");
  return reshape(x, x.shape().without(axis));
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) { return shape == x.shape() ? x : apply("broadcast_to", {x}, Attrs().set("shape", shape)); }

}  // namespace candor
