// Rows scatter_add, scatter_update, scatter_add_along_axis; segment_sum on top of them.
#include <cstring>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/index.h"
#include "candor/ops/index_range.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using reference::Around;

// x, index, updates -> x. Updates have the index's shape in place of the axis.
std::vector<TensorType> infer_slices(std::span<const TensorType> in, const Attrs& attrs, const std::string& op) {
  rules::expect_inputs(in, 3, op);
  rules::expect_index(in[1], op);
  rules::expect_same_dtype(in[0], in[2], op);
  const int axis = static_cast<int>(attrs.integer("axis"));
  std::vector<std::int64_t> extents = in[0].shape.to_vector();
  extents.erase(extents.begin() + axis);
  extents.insert(extents.begin() + axis, in[1].shape.begin(), in[1].shape.end());
  if (in[2].shape != Shape(extents))
    fail(ErrorKind::shape, op + ": updates must be " + to_string(Shape(extents)) + " for x " + to_string(in[0].shape) + ", index " + to_string(in[1].shape) +
                               " and axis " + std::to_string(axis) + ", got " + to_string(in[2].shape));
  return {in[0]};
}
std::vector<TensorType> infer_add(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_numeric(in[0], "scatter_add");
  return infer_slices(in, attrs, "scatter_add");
}
std::vector<TensorType> infer_update(std::span<const TensorType> in, const Attrs& attrs) { return infer_slices(in, attrs, "scatter_update"); }

void copy_x(const KernelArgs& args) {
  if (args.out[0] != args.in[0] && args.node->out[0].bytes() > 0) std::memcpy(args.out[0], args.in[0], args.node->out[0].bytes());
}

// Calls f(first element in x, first element in updates, elements) for each slice, in the order of the index.
template <class F>
void for_each_slice(const KernelArgs& args, const char* op, F&& f) {
  const TensorType& index = args.node->in[1];
  const Around around(args.node->in[0].shape, args.node->attrs.integer("axis"));
  const std::int64_t count = index.size();
  reference::visit_index(index.dtype, [&](auto zero) {
    const auto* at = args.input<decltype(zero)>(1);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t row = reference::checked_index(op, at[i], i, index.shape, around.extent);
      for (std::int64_t o = 0; o < around.outer; ++o) f((o * around.extent + row) * around.inner, (o * count + i) * around.inner, around.inner);
    }
  });
}

void add_kernel(const KernelArgs& args) {
  copy_x(args);
  reference::visit_numeric(args.node->out[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    for_each_slice(args, "scatter_add", [&](std::int64_t to, std::int64_t from, std::int64_t n) {
      for (std::int64_t j = 0; j < n; ++j) {
        T& sum = args.output<T>(0)[to + j];
        reference::store(sum, reference::load(sum) + reference::load(args.input<T>(2)[from + j]));
      }
    });
  });
}

void update_kernel(const KernelArgs& args) {
  copy_x(args);
  const std::size_t width = size_of(args.node->out[0].dtype);
  for_each_slice(args, "scatter_update", [&](std::int64_t to, std::int64_t from, std::int64_t n) {
    std::memcpy(args.output<std::byte>(0) + static_cast<std::size_t>(to) * width, args.input<std::byte>(2) + static_cast<std::size_t>(from) * width,
                static_cast<std::size_t>(n) * width);
  });
}

std::vector<Tensor> add_gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  std::vector<Tensor> result(3);
  result[0] = args.cotangents[0];
  if (args.wanted[2]) result[2] = take(args.cotangents[0], args.in[1], axis);
  return result;
}

// Only the last update of a slice counts, so only that one has a gradient: each update writes its number, and those that find
// their own number again have won.
std::vector<Tensor> update_gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  const Tensor &x = args.in[0], &index = args.in[1], &updates = args.in[2], &ct = args.cotangents[0];
  std::vector<Tensor> result(3);
  if (args.wanted[0]) result[0] = scatter_update(ct, index, rules::zeros_like(updates), axis);
  if (args.wanted[2]) {
    const Tensor number = reshape(Tensor::arange(index.size()), index.shape());
    const Tensor winner = take(scatter_update(Tensor::zeros({x.shape(axis)}, DType::i64), index, number, 0), index, 0);
    std::vector<std::int64_t> extents = index.shape().to_vector();
    for (int i = axis + 1; i < x.rank(); ++i) extents.push_back(1);
    result[2] = where(reshape(equal(winner, number), extents), take(ct, index, axis), rules::scalar(0, ct));
  }
  return result;
}

std::vector<TensorType> infer_along(std::span<const TensorType> in, const Attrs& attrs) {
  const std::string op = "scatter_add_along_axis";
  rules::expect_inputs(in, 3, op);
  rules::expect_numeric(in[0], op);
  rules::expect_index(in[1], op);
  rules::expect_same_dtype(in[0], in[2], op);
  rules::expect_same_shape(in[1], in[2], op, "index and updates");
  const int axis = static_cast<int>(attrs.integer("axis"));
  if (in[0].shape.rank() != in[1].shape.rank() || in[0].shape.with(axis, 0) != in[1].shape.with(axis, 0))
    fail(ErrorKind::shape, op + ": x and index differ outside axis " + std::to_string(axis) + ": " + to_string(in[0].shape) + " and " + to_string(in[1].shape));
  return {in[0]};
}

void along_kernel(const KernelArgs& args) {
  copy_x(args);
  const TensorType& index = args.node->in[1];
  const Around to(args.node->in[0].shape, args.node->attrs.integer("axis")), from(index.shape, args.node->attrs.integer("axis"));
  reference::visit_numeric(args.node->out[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    reference::visit_index(index.dtype, [&](auto zero_index) {
      const auto* at = args.input<decltype(zero_index)>(1);
      for (std::int64_t o = 0, n = 0; o < from.outer; ++o)
        for (std::int64_t i = 0; i < from.extent; ++i)
          for (std::int64_t j = 0; j < from.inner; ++j, ++n) {
            const std::int64_t row = reference::checked_index("scatter_add_along_axis", at[n], n, index.shape, to.extent);
            T& sum = args.output<T>(0)[(o * to.extent + row) * to.inner + j];
            reference::store(sum, reference::load(sum) + reference::load(args.input<T>(2)[n]));
          }
    });
  });
}

std::vector<Tensor> along_gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  std::vector<Tensor> result(3);
  result[0] = args.cotangents[0];
  if (args.wanted[2]) result[2] = take_along_axis(args.cotangents[0], args.in[1], axis);
  return result;
}

double update_flops(const NodeInfo& node) { return static_cast<double>(node.in[2].size()); }

Attrs axis_of(int axis, const Tensor& x, const char* op) { return {{"axis", std::int64_t{rules::normalize_axis(axis, x.shape(), op)}}}; }

}  // namespace

void register_scatter() {
  register_op({.name = "scatter_add", .infer = infer_add, .gradient = add_gradient, .reference = add_kernel, .flops = update_flops, .in_place = true});
  register_op({.name = "scatter_update", .infer = infer_update, .gradient = update_gradient, .reference = update_kernel, .flops = update_flops, .in_place = true});
  register_op({.name = "scatter_add_along_axis", .infer = infer_along, .gradient = along_gradient, .reference = along_kernel, .flops = update_flops, .in_place = true});
}

Tensor scatter_add(const Tensor& x, const Tensor& index, const Tensor& updates, int axis) {
  return apply("scatter_add", {x, index, updates}, axis_of(axis, x, "scatter_add"));
}
Tensor scatter_update(const Tensor& x, const Tensor& index, const Tensor& updates, int axis) {
  return apply("scatter_update", {x, index, updates}, axis_of(axis, x, "scatter_update"));
}
Tensor scatter_add_along_axis(const Tensor& x, const Tensor& index, const Tensor& updates, int axis) {
  return apply("scatter_add_along_axis", {x, index, updates}, axis_of(axis, x, "scatter_add_along_axis"));
}

Tensor segment_sum(const Tensor& x, const Tensor& index, std::int64_t segments) {
  if (segments < 0) fail(ErrorKind::invalid_argument, "segment_sum: the number of segments must not be negative, got " + std::to_string(segments));
  if (x.rank() == 0 || index.rank() != 1 || index.size() != x.shape(0))
    fail(ErrorKind::shape, "segment_sum: needs one index for each row of x, got index " + to_string(index.shape()) + " for x " + to_string(x.shape()));
  return scatter_add(broadcast_to(rules::scalar(0, x), x.shape().with(0, segments)), index, x, 0);
}

}  // namespace candor
