// Ops along axes: reductions, softmax, running sums, sorting.
#include "candor/graph/batching/batching.h"
#include "candor/ops/elementwise.h"

namespace candor::batching {
namespace {

Tensors reduced(const BatchArgs& args) {
  const Ints axes = shifted(args.node.attrs.integers("axes"));
  const std::string& name = args.node.op->name;
  if (axes.empty()) {  // of a scalar; with no axis named a gradient rule would take all
    const Tensor& x = args.in[0];
    return {name == "count_nonzero" ? cast(x.dtype() == DType::boolean ? x : not_equal(x, Tensor::zeros({}, x.dtype())), DType::i64) : x};
  }
  Attrs attrs = args.node.attrs;
  attrs.set("axes", AttrValue(axes));
  return {apply(*args.node.op, std::span(&args.in[0], 1), attrs)};
}

Tensors along_axis(const BatchArgs& args) { return apply_all(*args.node.op, all_in_front(args), with_axis_shifted(args.node.attrs)); }

}  // namespace

void add_reduce(Rules& rules) {
  for (const char* name : {"sum", "mean", "max", "min", "prod", "any", "all", "count_nonzero", "logsumexp"}) rules[name] = reduced;
  for (const char* name : {"argmax", "argmin", "softmax", "log_softmax", "cumsum", "cumprod", "linear_recurrence", "sort", "top_k", "one_hot", "concatenate", "take_along_axis",
                           "scatter_add_along_axis"})
    rules[name] = along_axis;
}

}  // namespace candor::batching
