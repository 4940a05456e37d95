// vmap: a function of one example becomes a function of many, without a loop. Each op of the function runs once with one more axis
// in front; an op that has no rule for that runs in a loop, which `candor plan` shows as a scan named "vmap loop: <op>" and
// CANDOR_LOG=info says once.
#pragma once

#include <climits>
#include <vector>

#include "candor/graph/compile.h"

namespace candor {

/// In in_axes: the argument is the same for every example. In out_axes: the result does not depend on the example.
constexpr int not_mapped = INT_MIN;

struct VmapOptions {
  std::vector<int> in_axes{};   ///< the axis of the examples in each argument; empty: 0 in all, one entry: the same for all
  std::vector<int> out_axes{};  ///< where the axis of the examples goes in each result; empty: 0 in all, one entry: the same for all
  std::int64_t axis_size = -1;     ///< number of examples, needed only when no argument has them
};

namespace detail {
TensorFunction vmap_list(TensorFunction f, VmapOptions options);

template <class R>
auto vmap_of(Function<R(std::span<const Tensor>)> f, VmapOptions options) {
  TensorFunction mapped = vmap_list(
      [f = std::move(f)](std::span<const Tensor> in) {
        std::vector<Tensor> out;
        flatten(f(in), out);
        return out;
      },
      std::move(options));
  return Function<R(std::span<const Tensor>)>([mapped = std::move(mapped)](std::span<const Tensor> in) {
    return unflatten<R>(mapped(in));
  });
}

template <class R, class... A>
auto vmap_of(Function<R(A...)> f, VmapOptions options) {
  TensorFunction mapped = vmap_list(
      [f = std::move(f)](std::span<const Tensor> in) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
          std::vector<Tensor> out;
          flatten(f(in[I]...), out);
          return out;
        }(std::index_sequence_for<A...>{});
      },
      std::move(options));
  return Function<R(A...)>([mapped = std::move(mapped)](A... arguments) {
    const std::vector<Tensor> in{arguments...};
    return unflatten<R>(mapped(all_of(in)));
  });
}
}  // namespace detail

/// f over all examples: f is a callable of Tensors, or of one std::span<const Tensor>, that returns a Tensor, a vector, pair or tuple
/// of them; the result is called as f is. Variables and outer tensors that f reads are the same for every example; random ops draw
/// for each example anew. f must not assign variables. vmap may be nested, differentiated and compiled; outside compile() each
/// call traces and plans, so wrap what is called often: compile(vmap(f)).
/// Throws Error (shape) when the numbers of examples differ or an axis is out of range, Error (invalid_argument) for lists of axes
/// of the wrong length, no example axis at all, or a result declared not_mapped that depends on the example.
template <class F>
auto vmap(F f, VmapOptions options = {}) {
  return detail::vmap_of(Function(std::move(f)), std::move(options));
}

}  // namespace candor
