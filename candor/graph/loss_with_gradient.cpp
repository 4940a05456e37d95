// The row sparse_softmax_cross_entropy_with_gradient (scores, labels, cotangent): the loss of each row and the gradient of the scores,
// which need the same exponentials. Made by the rewrite loss_with_gradient.
#include "candor/graph/graph_ops.h"
#include "candor/ops/op.h"

namespace candor {
namespace {

const Op& loss_op() { return op("sparse_softmax_cross_entropy"); }
const Op& gradient_op() { return op("sparse_softmax_cross_entropy_gradient"); }

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  return {loss_op().infer(in.first(2), attrs)[0], gradient_op().infer(in, attrs)[0]};
}

void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const NodeInfo loss{&loss_op(), {}, {node.in[0], node.in[1]}, {node.out[0]}}, gradient{&gradient_op(), {}, node.in, {node.out[1]}};
  loss.op->reference({&loss, args.in, args.out, nullptr, nullptr, args.run});
  gradient.op->reference({&gradient, args.in, args.out + 1, nullptr, nullptr, args.run});
}

double flops(const NodeInfo& node) { return 8 * static_cast<double>(node.in[0].size()); }

}  // namespace

void register_loss_with_gradient() {
  register_op({.name = "sparse_softmax_cross_entropy_with_gradient", .infer = infer, .reference = run, .flops = flops});
}

}  // namespace candor
