// Ops that move elements: reshape, transpose, broadcast, slices, padding.
#include "candor/graph/batching/batching.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

Tensors reshaped(const BatchArgs& args) { return {reshape(args.in[0], with_front(args.size, args.node.attrs.integers("shape")))}; }

Tensors transposed(const BatchArgs& args) {
  std::vector<int> axes{0};
  for (std::int64_t axis : args.node.attrs.integers("axes")) axes.push_back(static_cast<int>(axis) + 1);
  return {transpose(args.in[0], axes)};
}

Tensors repeated(const BatchArgs& args) {
  const Ints& shape = args.node.attrs.integers("shape");
  return {broadcast_to(aligned(args.in[0], static_cast<int>(shape.size())), Shape(with_front(args.size, shape)))};
}

Attrs behind_batch(const BatchArgs& args) {
  Attrs attrs = args.node.attrs;
  attrs.set("start", AttrValue(with_front(0, attrs.integers("start"))));
  attrs.set("stop", AttrValue(with_front(args.size, attrs.integers("stop"))));
  attrs.set("step", AttrValue(with_front(1, attrs.integers("step"))));
  return attrs;
}

Tensors sliced(const BatchArgs& args) { return apply_all(*args.node.op, args.in, behind_batch(args)); }

Tensors put_back(const BatchArgs& args) {
  Attrs attrs = behind_batch(args);
  return apply_all(*args.node.op, args.in, attrs.set("shape", AttrValue(with_front(args.size, attrs.integers("shape")))));
}

Tensors padded(const BatchArgs& args) {
  Attrs attrs = args.node.attrs;
  attrs.set("low", AttrValue(with_front(0, attrs.integers("low"))));
  attrs.set("high", AttrValue(with_front(0, attrs.integers("high"))));
  return apply_all(*args.node.op, args.in, attrs);
}

}  // namespace

void add_movement(Rules& rules) {
  rules["reshape"] = reshaped;
  rules["transpose"] = transposed;
  rules["broadcast_to"] = repeated;
  rules["slice"] = sliced;
  rules["slice_scatter"] = put_back;
  rules["pad"] = padded;
}

}  // namespace candor::batching
