// Rows take_along_axis and ravel_index; gather_nd and boolean_mask on top of them.
#include "candor/ops/index.h"

#include <cstring>

#include "candor/ops/families.h"
#include "candor/ops/index_range.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using reference::Around;

double no_flops(const NodeInfo&) { return 0; }

std::vector<TensorType> infer_along(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "take_along_axis");
  rules::expect_index(in[1], "take_along_axis");
  const int axis = static_cast<int>(attrs.integer("axis"));
  if (in[0].shape.rank() != in[1].shape.rank() || in[0].shape.with(axis, 0) != in[1].shape.with(axis, 0))
    fail(ErrorKind::shape, "take_along_axis: x and index differ outside axis " + std::to_string(axis) + ": " + to_string(in[0].shape) + " and " + to_string(in[1].shape));
  return {{in[1].shape, in[0].dtype}};
}

void along_kernel(const KernelArgs& args) {
  const TensorType &x = args.node->in[0], &index = args.node->in[1];
  const Around from(x.shape, args.node->attrs.integer("axis")), to(index.shape, args.node->attrs.integer("axis"));
  const std::size_t width = size_of(x.dtype);
  reference::visit_index(index.dtype, [&](auto zero) {
    const auto* at = args.input<decltype(zero)>(1);
    for (std::int64_t o = 0, n = 0; o < to.outer; ++o)
      for (std::int64_t i = 0; i < to.extent; ++i)
        for (std::int64_t j = 0; j < to.inner; ++j, ++n) {
          const std::int64_t row = reference::checked_index("take_along_axis", at[n], n, index.shape, from.extent);
          std::memcpy(args.output<std::byte>(0) + static_cast<std::size_t>(n) * width,
                      args.input<std::byte>(0) + static_cast<std::size_t>((o * from.extent + row) * from.inner + j) * width, width);
        }
  });
}

std::vector<Tensor> along_gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  return {scatter_add_along_axis(rules::zeros_like(args.in[0]), args.in[1], args.cotangents[0], axis), {}};
}

std::vector<TensorType> infer_ravel(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "gather_nd");
  rules::expect_index(in[0], "gather_nd");
  if (in[0].shape.rank() == 0 || in[0].shape[-1] != attrs.shape("shape").rank())
    fail(ErrorKind::shape, "gather_nd: the last axis of index " + to_string(in[0].shape) + " must have an entry for each of the axes " + to_string(attrs.shape("shape")));
  return {{in[0].shape.without(-1), DType::i64}};
}

void ravel_kernel(const KernelArgs& args) {
  const TensorType& index = args.node->in[0];
  const Shape shape = args.node->attrs.shape("shape");
  reference::visit_index(index.dtype, [&](auto zero) {
    const auto* at = args.input<decltype(zero)>(0);
    for (std::int64_t i = 0, n = 0; i < args.node->out[0].size(); ++i) {
      std::int64_t flat = 0;
      for (std::int64_t extent : shape) {
        flat = flat * extent + reference::checked_index("gather_nd", at[n], n, index.shape, extent);
        ++n;
      }
      args.output<std::int64_t>(0)[i] = flat;
    }
  });
}

}  // namespace

void register_gather() {
  register_op({.name = "take_along_axis", .infer = infer_along, .gradient = along_gradient, .reference = along_kernel, .flops = no_flops});
  register_op({.name = "ravel_index", .infer = infer_ravel, .reference = ravel_kernel, .flops = no_flops});
}

Tensor take_along_axis(const Tensor& x, const Tensor& index, int axis) {
  const int at = rules::normalize_axis(axis, x.shape(), "take_along_axis");
  if (index.rank() != x.rank())
    fail(ErrorKind::shape, "take_along_axis: x and index need the same number of axes, got " + to_string(x.shape()) + " and " + to_string(index.shape()));
  const Shape common = broadcast(x.shape().with(at, 1), index.shape().with(at, 1), "take_along_axis: axes other than " + std::to_string(at));
  return apply("take_along_axis", {broadcast_to(x, common.with(at, x.shape(at))), broadcast_to(index, common.with(at, index.shape(at)))}, {{"axis", std::int64_t{at}}});
}

Tensor gather_nd(const Tensor& x, const Tensor& index) {
  const std::int64_t depth = index.rank() == 0 ? 0 : index.shape(-1);
  if (depth < 1 || depth > x.rank())
    fail(ErrorKind::shape, "gather_nd: the last axis of index " + to_string(index.shape()) + " must have 1 to " + std::to_string(x.rank()) + " entries for x " + to_string(x.shape()));
  std::vector<std::int64_t> leading, flat{1};
  for (int i = 0; i < x.rank(); ++i)
    if (i < depth) leading.push_back(x.shape(i)), flat[0] *= x.shape(i);
    else flat.push_back(x.shape(i));
  return take(reshape(x, flat), apply("ravel_index", {index}, {{"shape", leading}}), 0);
}

Tensor boolean_mask(const Tensor& x, const Tensor& mask) {
  if (mask.symbolic())
    fail(ErrorKind::unsupported, "boolean_mask: the mask " + to_string(mask.type()) + " is symbolic, so the result's shape is not known; use where");
  rules::expect_bool(mask.type(), "boolean_mask", "mask");
  std::vector<std::int64_t> flat{mask.size()}, chosen;
  bool fits = mask.rank() >= 1 && mask.rank() <= x.rank();
  for (int i = 0; fits && i < mask.rank(); ++i) fits = mask.shape(i) == x.shape(i);
  if (!fits) fail(ErrorKind::shape, "boolean_mask: the mask " + to_string(mask.shape()) + " does not match the first axes of x " + to_string(x.shape()));
  for (int i = mask.rank(); i < x.rank(); ++i) flat.push_back(x.shape(i));
  const std::vector<bool> keep = mask.to_vector<bool>();
  for (std::size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) chosen.push_back(static_cast<std::int64_t>(i));
  return take(reshape(x, flat), Tensor::from(chosen), 0);
}

}  // namespace candor
