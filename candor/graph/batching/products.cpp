// Products of matrices, convolutions, and losses that work on rows.
#include "candor/graph/batching/batching.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

Tensors product(const BatchArgs& args) {
  const Shape &a = args.node.in[0].shape, &b = args.node.in[1].shape;
  // One right side for all examples: their rows are one tall matrix.
  if (args.batched[0] && !args.batched[1] && b.rank() == 2 && !args.node.attrs.flag("transpose_a")) {
    std::int64_t rows = args.size;
    for (int i = 0; i + 1 < a.rank(); ++i) rows *= a[i];
    const Tensor tall = apply("matmul", {reshape(args.in[0], Shape{rows, a[-1]}), args.in[1]}, args.node.attrs);
    return {reshape(tall, args.node.out[0].shape.inserted(0, args.size))};
  }
  const int rank = std::max(a.rank(), b.rank());
  const auto side = [&](std::size_t i) { return args.batched[i] ? aligned(args.in[i], rank) : args.in[i]; };
  return {apply("matmul", {side(0), side(1)}, args.node.attrs)};
}

/// [B, ..., C] -> [..., B C] and back: examples side by side as groups of channels.
Tensor as_groups(const Tensor& x) {
  const Tensor moved = move_axis(x, 0, x.rank() - 2);
  Ints shape = moved.shape().to_vector();
  shape[shape.size() - 2] *= shape.back();
  shape.pop_back();
  return reshape(moved, shape);
}
Tensor from_groups(const Tensor& x, std::int64_t size) {
  Ints shape = x.shape().to_vector();
  const std::int64_t channels = shape.back() / std::max<std::int64_t>(size, 1);
  shape.back() = size;
  shape.push_back(channels);
  return move_axis(reshape(x, shape), x.rank() - 1, 0);
}

Attrs with_groups(const BatchArgs& args) {
  Attrs attrs = args.node.attrs;
  return attrs.set("groups", attrs.integer("groups") * args.size);
}
Ints widened(Ints shape, std::int64_t size) {
  shape.back() *= size;
  return shape;
}

// Images of all examples are one batch where the kernel is one; kernels of their own make each example a group.
Tensors convolved(const BatchArgs& args) {
  if (args.size == 0) return {};
  if (!args.batched[1]) return {unfold(apply("conv", {fold(args.in[0]), args.in[1]}, args.node.attrs), args.size)};
  const Tensor kernel = as_groups(args.in[1]);
  if (!args.batched[0] && args.node.attrs.integer("groups") == 1) return {from_groups(apply("conv", {args.in[0], kernel}, args.node.attrs), args.size)};
  return {from_groups(apply("conv", {as_groups(in_front(args, 0)), kernel}, with_groups(args)), args.size)};
}

Tensors convolved_back(const BatchArgs& args) {  // conv_input_gradient(cotangent, kernel)
  if (args.size == 0) return {};
  const Ints& shape = args.node.attrs.integers("shape");
  if (!args.batched[1]) {
    Attrs attrs = args.node.attrs;
    Ints folded = shape;
    folded[0] *= args.size;
    return {unfold(apply("conv_input_gradient", {fold(args.in[0]), args.in[1]}, attrs.set("shape", AttrValue(folded))), args.size)};
  }
  Attrs attrs = with_groups(args);
  return {from_groups(apply("conv_input_gradient", {as_groups(in_front(args, 0)), as_groups(args.in[1])}, attrs.set("shape", AttrValue(widened(shape, args.size)))), args.size)};
}

Tensors kernel_gradient(const BatchArgs& args) {
  if (args.size == 0) return {};
  Attrs attrs = with_groups(args);
  attrs.set("shape", AttrValue(widened(attrs.integers("shape"), args.size)));
  return {from_groups(apply("conv_kernel_gradient", {as_groups(in_front(args, 0)), as_groups(in_front(args, 1))}, attrs), args.size)};
}

Tensors by_rows(const BatchArgs& args) { return apply_all(*args.node.op, all_in_front(args), args.node.attrs); }

}  // namespace

void add_products(Rules& rules) {
  rules["matmul"] = product;
  rules["conv"] = convolved;
  rules["conv_input_gradient"] = convolved_back;
  rules["conv_kernel_gradient"] = kernel_gradient;
  for (const char* name : {"softmax_cross_entropy", "sparse_softmax_cross_entropy", "softmax_cross_entropy_gradient", "sparse_softmax_cross_entropy_gradient",
                           "sparse_softmax_cross_entropy_with_gradient"})
    rules[name] = by_rows;
}

}  // namespace candor::batching
