#include "candor/graph/vmap.h"

#include "candor/base/error.h"
#include "candor/graph/batching/batching.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

using Tensors = std::vector<Tensor>;

std::vector<int> for_each(const std::vector<int>& axes, std::size_t count, const char* name, const char* what) {
  if (axes.empty()) return std::vector<int>(count, 0);
  if (axes.size() == 1) return std::vector<int>(count, axes[0]);
  if (axes.size() != count) fail(ErrorKind::invalid_argument, std::string("vmap: ") + name + " has " + std::to_string(axes.size()) + " entries for " + std::to_string(count) + " " + what);
  return axes;
}

int checked_axis(int axis, int rank, const char* name, std::size_t i, const TensorType& type) {
  const int normal = axis < 0 ? axis + rank : axis;
  if (normal < 0 || normal >= rank)
    fail(ErrorKind::shape, std::string("vmap: ") + name + "[" + std::to_string(i) + "] is " + std::to_string(axis) + ", out of range for " + to_string(type) + "; not_mapped says that it is the same for every example");
  return normal;
}

Tensors mapped(const TensorFunction& f, const VmapOptions& options, std::span<const Tensor> in) {
  const std::vector<int> in_axes = for_each(options.in_axes, in.size(), "in_axes", "arguments");
  std::int64_t size = options.axis_size;
  batching::Values arguments;
  std::vector<TensorType> types;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool batched = in_axes[i] != not_mapped;
    arguments.batched.push_back(batched);
    if (!batched) {
      arguments.tensors.push_back(in[i]);
      types.push_back(in[i].type());
      continue;
    }
    const int axis = checked_axis(in_axes[i], in[i].rank(), "in_axes", i, in[i].type());
    if (size >= 0 && in[i].shape(axis) != size)
      fail(ErrorKind::shape, "vmap: the numbers of examples differ: argument " + std::to_string(i) + ", " + to_string(in[i].type()) + ", has " + std::to_string(in[i].shape(axis)) + " along axis " +
                                 std::to_string(axis) + ", expected " + std::to_string(size));
    size = in[i].shape(axis);
    arguments.tensors.push_back(batching::move_axis(in[i], axis, 0));
    types.push_back({in[i].shape().without(axis), in[i].dtype()});
  }
  if (size < 0) fail(ErrorKind::invalid_argument, "vmap: no argument has an axis of examples; name one in in_axes, or give axis_size");
  const detail::Body body = detail::trace_body(types, f);
  for (const Tensor& t : body.captured) arguments.tensors.push_back(t), arguments.batched.push_back(false);
  const batching::Values out = batching::run(*body.graph, arguments, size);
  const std::vector<int> out_axes = for_each(options.out_axes, out.tensors.size(), "out_axes", "results");
  Tensors results;
  for (std::size_t o = 0; o < out.tensors.size(); ++o) {
    if (out_axes[o] == not_mapped) {
      if (out.batched[o]) fail(ErrorKind::invalid_argument, "vmap: result " + std::to_string(o) + " depends on the example and needs an axis for it; out_axes says not_mapped");
      results.push_back(out.tensors[o]);
      continue;
    }
    const Tensor all = batching::in_front(out.tensors[o], out.batched[o], size);
    results.push_back(batching::move_axis(all, 0, checked_axis(out_axes[o], all.rank(), "out_axes", o, all.type())));
  }
  return results;
}

}  // namespace

TensorFunction detail::vmap_list(TensorFunction f, VmapOptions options) {
  return [f = std::move(f), options = std::move(options)](std::span<const Tensor> in) {
    return trace_or_run([&](std::span<const Tensor> arguments) { return mapped(f, options, arguments); }, in);
  };
}

}  // namespace candor
