// Loops and branches as ops of a graph. The functions given are traced once; what they use from outside enters as further
// inputs, so gradients flow to it.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "candor/base/function.h"
#include "candor/tensor/tensor.h"

namespace candor {

using Tensors = std::vector<Tensor>;

struct ScanOptions {
  bool reverse = false;      ///< from the last element to the first; results keep their places
  std::int64_t length = -1;  ///< number of steps, needed only without xs
};

namespace detail {
using ScanBody = Function<std::pair<Tensors, Tensors>(std::span<const Tensor> carry, std::span<const Tensor> x)>;
/// All outputs of the op: the last carry, the y stacked, and each step's carry before it.
Tensors scan_outputs(const ScanBody& body, const Tensors& initial, const Tensors& xs, const ScanOptions& options);
}  // namespace detail

/// For t in order: (carry, y[t]) = body(carry, x[t]), x[t] being slices of the first axis. Returns the last carry and the y
/// stacked. The carry keeps its types. Differentiable, any number of times; backward recomputes each step from its saved carry.
/// Throws Error (shape) when lengths or carry types differ.
std::pair<Tensors, Tensors> scan(const detail::ScanBody& body, const Tensors& initial, const Tensors& xs, const ScanOptions& options = {});

/// predicate (a bool scalar) ? then() : otherwise(); both must give the same types. Only the chosen side runs. Differentiable.
Tensors cond(const Tensor& predicate, const Function<Tensors()>& then, const Function<Tensors()>& otherwise);

/// state = body(state) while condition(state), at most `limit` times when limit >= 0. Not differentiable (use scan).
Tensors while_loop(const Function<Tensor(std::span<const Tensor>)>& condition, const Function<Tensors(std::span<const Tensor>)>& body,
                   const Tensors& initial, std::int64_t limit = -1);

}  // namespace candor
