// Reverse-mode differentiation as a transformation of the graph: the result is made of ops and can be differentiated again.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "candor/base/function.h"
#include "candor/graph/trace.h"

namespace candor {

/// Within a trace: gradients of sum(y * cotangent) to each x (a symbolic tensor or a variable's value()). `cotangent` undefined: ones.
/// An x that y does not depend on gets zeros. Throws Error (dtype) when y is not floating point.
std::vector<Tensor> gradients(const Tensor& y, std::span<const Tensor> xs, const Tensor& cotangent = {});
/// The same for several ys with a cotangent each.
std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> cotangents, std::span<const Tensor> xs);

/// Runs f and gives its scalar result with the gradients to `variables`. Inside a trace it records; outside it compiles and runs.
/// Throws Error (shape) when the result is not a scalar.
std::pair<Tensor, std::vector<Tensor>> value_and_grad(const Function<Tensor()>& f, std::span<const Variable> variables);

/// The variables of the latest value_and_grad on this thread: what an optimizer's apply(gradients) updates.
const std::vector<Variable>& differentiated_variables();

/// The gradient function of a scalar function of tensors, to all arguments.
Function<std::vector<Tensor>(std::span<const Tensor>)> grad(Function<Tensor(std::span<const Tensor>)> f);

/// x with gradient zero.
Tensor stop_gradient(const Tensor& x);

}  // namespace candor
