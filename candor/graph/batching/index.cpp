// Gathering and scattering. Where each example has indices of its own, example and index together number the rows of one long table;
// ravel_index makes that number and checks that no index reaches into the next example.
#include "candor/graph/batching/batching.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

int axis_of(const BatchArgs& args) { return static_cast<int>(args.node.attrs.integer("axis")); }

/// [B, i...] indices into an axis of n -> i64 [B, i...] indices into the rows of [B n, ...].
Tensor long_index(const Tensor& index, std::int64_t n) {
  const std::int64_t size = index.shape(0);
  Ints column(static_cast<std::size_t>(index.rank()), 1);
  column[0] = size;
  const Tensor example = broadcast_to(reshape(Tensor::arange(size, index.dtype()), column), index.shape());
  const Tensor pair = concatenate({expand_dims(example, index.rank()), expand_dims(index, index.rank())}, -1);
  return apply("ravel_index", {pair}, Attrs().set("shape", AttrValue(Ints{size, n})));
}

/// [B, before..., n, after...] -> [B n, before..., after...] and back.
Tensor long_rows(const Tensor& x, int axis) {
  const Tensor moved = move_axis(x, axis + 1, 1);
  Ints shape = moved.shape().to_vector();
  shape[1] *= shape[0];
  shape.erase(shape.begin());
  return reshape(moved, shape);
}
Tensor from_long_rows(const Tensor& rows, int axis, std::int64_t size, std::int64_t n) {
  Ints shape = rows.shape().to_vector();
  shape[0] = n;
  return move_axis(reshape(rows, with_front(size, shape)), 1, axis + 1);
}

/// Moves `count` axes from `from` to `to`.
Tensor move_block(Tensor x, int from, int count, int to) {
  for (int i = 0; i < count; ++i) x = from < to ? move_axis(x, from, to + count - 1) : move_axis(x, from + i, to + i);
  return x;
}

Tensors taken(const BatchArgs& args) {
  const int axis = axis_of(args), depth = args.node.in[1].shape.rank();
  if (!args.batched[1]) return {take(args.in[0], args.in[1], axis + 1)};
  if (!args.batched[0]) return {move_axis(take(args.in[0], args.in[1], axis), axis, 0)};
  const Tensor rows = take(long_rows(args.in[0], axis), long_index(args.in[1], args.node.in[0].shape[axis]), 0);  // [B, i..., before..., after...]
  return {move_block(rows, 1, depth, 1 + axis)};
}

Tensors added_back(const BatchArgs& args) {  // take_gradient
  const int axis = axis_of(args), depth = args.node.in[1].shape.rank();
  const Ints& shape = args.node.attrs.integers("shape");
  const Tensor ct = in_front(args, 0);
  if (!args.batched[1]) {
    Attrs attrs = with_axis_shifted(args.node.attrs);
    return {apply("take_gradient", {ct, args.in[1]}, attrs.set("shape", AttrValue(with_front(args.size, shape))))};
  }
  const std::int64_t n = shape[static_cast<std::size_t>(axis)];
  Ints rows = shape;
  rows.erase(rows.begin() + axis);
  rows.insert(rows.begin(), n * args.size);
  const Tensor added = apply("take_gradient", {move_block(ct, 1 + axis, depth, 1), long_index(args.in[1], n)}, Attrs().set("axis", 0).set("shape", AttrValue(rows)));
  return {from_long_rows(added, axis, args.size, n)};
}

Tensors scattered(const BatchArgs& args) {
  const int axis = axis_of(args), depth = args.node.in[1].shape.rank();
  const Tensor x = in_front(args, 0), updates = in_front(args, 2);
  if (!args.batched[1]) return {apply(args.node.op->name, {x, args.in[1], updates}, with_axis_shifted(args.node.attrs))};
  const std::int64_t n = args.node.in[0].shape[axis];
  const Tensor rows = apply(args.node.op->name, {long_rows(x, axis), long_index(args.in[1], n), move_block(updates, 1 + axis, depth, 1)}, Attrs().set("axis", 0));
  return {from_long_rows(rows, axis, args.size, n)};
}

Tensors as_it_is(const BatchArgs& args) { return apply_all(*args.node.op, all_in_front(args), args.node.attrs); }

// One sorted list for all examples; lists of their own are for the loop.
Tensors searched(const BatchArgs& args) { return args.batched[0] ? Tensors{} : apply_all(*args.node.op, args.in, args.node.attrs); }

}  // namespace

void add_index(Rules& rules) {
  rules["take"] = taken;
  rules["take_gradient"] = added_back;
  rules["scatter_add"] = rules["scatter_update"] = scattered;
  rules["ravel_index"] = as_it_is;
  rules["searchsorted"] = searched;
}

}  // namespace candor::batching
