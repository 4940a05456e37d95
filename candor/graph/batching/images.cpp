// Pooling and warping: images of all examples are one batch.
#include "candor/graph/batching/batching.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

Tensors pooled(const BatchArgs& args) {
  Tensors in, out;
  for (const Tensor& x : all_in_front(args)) in.push_back(fold(x));
  Attrs attrs = args.node.attrs;
  if (attrs.has("shape")) {
    Ints shape = attrs.integers("shape");
    shape[0] *= args.size;
    attrs.set("shape", AttrValue(shape));
  }
  for (const Tensor& y : apply_all(*args.node.op, in, attrs)) out.push_back(reshape(y, args.node.out[out.size()].shape.inserted(0, args.size)));
  return out;
}

}  // namespace

void add_images(Rules& rules) {
  for (const char* name : {"max_pool", "max_pool_gradient", "max_pool_gather", "average_pool", "average_pool_gradient", "warp", "warp_gradient"}) rules[name] = pooled;
}

}  // namespace candor::batching
