// Rows take, its gradient take_gradient, and one_hot; embedding written with them.
#include <cstring>

#include "candor/ops/families.h"
#include "candor/ops/index.h"
#include "candor/ops/index_range.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

std::vector<TensorType> infer_take(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "take");
  rules::expect_index(in[1], "take");
  const auto axis = static_cast<std::size_t>(attrs.integer("axis"));
  const std::vector<std::int64_t> x = in[0].shape.to_vector(), index = in[1].shape.to_vector();
  std::vector<std::int64_t> out(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(axis));
  out.insert(out.end(), index.begin(), index.end());
  out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.end());
  return {{Shape(out), in[0].dtype}};
}

using reference::Around;

void run_take(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Around around(node.in[0].shape, node.attrs.integer("axis"));
  const std::int64_t count = node.in[1].size();
  const auto bytes = static_cast<std::size_t>(around.inner) * size_of(node.in[0].dtype);
  const std::byte* in = args.input<std::byte>(0);
  std::byte* out = args.output<std::byte>(0);
  reference::visit_index(node.in[1].dtype, [&](auto zero) {
    const auto* index = args.input<decltype(zero)>(1);
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t i = reference::checked_index("take", index[k], k, node.in[1].shape, around.extent);
      for (std::int64_t o = 0; o < around.outer; ++o)
        std::memcpy(out + static_cast<std::size_t>(o * count + k) * bytes, in + static_cast<std::size_t>(o * around.extent + i) * bytes, bytes);
    }
  });
}

std::vector<TensorType> infer_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "take_gradient");
  return {{attrs.shape("shape"), in[0].dtype}};
}

void run_gradient(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Around around(node.out[0].shape, node.attrs.integer("axis"));
  const std::int64_t count = node.in[1].size();
  if (node.out[0].bytes() > 0) std::memset(args.out[0], 0, node.out[0].bytes());
  reference::visit_numeric(node.in[0].dtype, [&](auto kind) {
    using T = decltype(kind);
    reference::visit_index(node.in[1].dtype, [&](auto zero) {
      const auto* index = args.input<decltype(zero)>(1);
      for (std::int64_t o = 0; o < around.outer; ++o)
        for (std::int64_t k = 0; k < count; ++k) {
          const T* from = args.input<T>(0) + (o * count + k) * around.inner;
          T* to = args.output<T>(0) + (o * around.extent + reference::checked_index("take", index[k], k, node.in[1].shape, around.extent)) * around.inner;
          for (std::int64_t j = 0; j < around.inner; ++j) reference::store(to[j], reference::load(to[j]) + reference::load(from[j]));
        }
    });
  });
}

std::vector<TensorType> infer_one_hot(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "one_hot");
  rules::expect_index(in[0], "one_hot");
  if (attrs.integer("classes") < 1) fail(ErrorKind::invalid_argument, "one_hot: classes must be at least 1, got " + std::to_string(attrs.integer("classes")));
  return {{in[0].shape.inserted(static_cast<int>(attrs.integer("axis")), attrs.integer("classes")), attrs.dtype("dtype")}};
}

void run_one_hot(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Around around(node.out[0].shape, node.attrs.integer("axis"));
  if (node.out[0].bytes() > 0) std::memset(args.out[0], 0, node.out[0].bytes());
  visit_dtype(node.out[0].dtype, [&](auto kind) {
    using T = decltype(kind);
    reference::visit_index(node.in[0].dtype, [&](auto zero) {
      const auto* index = args.input<decltype(zero)>(0);
      for (std::int64_t o = 0; o < around.outer; ++o)
        for (std::int64_t j = 0; j < around.inner; ++j) {
          const auto c = static_cast<std::int64_t>(index[o * around.inner + j]);
          if (c >= 0 && c < around.extent) args.output<T>(0)[(o * around.extent + c) * around.inner + j] = reference::convert<T>(1);
        }
    });
  });
}

}  // namespace

void register_take() {
  Op take_row{.name = "take", .infer = infer_take, .reference = run_take, .flops = [](const NodeInfo&) { return 0.0; }};
  take_row.gradient = [](const GradientArgs& args) {
    Attrs attrs{{"axis", args.node.attrs.integer("axis")}};
    return std::vector<Tensor>{apply("take_gradient", {args.cotangents[0], args.in[1]}, attrs.set("shape", args.in[0].shape())), {}};
  };
  register_op(take_row);
  Op gradient_row{.name = "take_gradient", .infer = infer_gradient, .reference = run_gradient};
  gradient_row.gradient = [](const GradientArgs& args) {
    return std::vector<Tensor>{take(args.cotangents[0], args.in[1], static_cast<int>(args.node.attrs.integer("axis"))), {}};
  };
  register_op(gradient_row);
  register_op({.name = "one_hot", .infer = infer_one_hot, .reference = run_one_hot});
}

Tensor take(const Tensor& x, const Tensor& index, int axis) {
  return apply("take", {x, index}, Attrs().set("axis", x.shape().normalize(axis)));
}

Tensor embedding(const Tensor& table, const Tensor& index) {
  if (table.rank() != 2) fail(ErrorKind::shape, "embedding: the table must be [rows, width], got " + to_string(table.shape()));
  return take(table, index, 0);
}

Tensor one_hot(const Tensor& index, std::int64_t classes, int axis, DType dtype) {
  if (axis < -index.rank() - 1 || axis > index.rank()) fail(ErrorKind::shape, "one_hot: axis " + std::to_string(axis) + " is out of range for indices " + to_string(index.shape()));
  return apply("one_hot", {index}, {{"classes", classes}, {"axis", std::int64_t{axis < 0 ? axis + index.rank() + 1 : axis}}, {"dtype", dtype}});
}

}  // namespace candor
