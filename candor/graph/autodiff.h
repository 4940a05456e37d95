// Differentiation as a transformation of graphs: the result is made of ops and can be differentiated again, compiled, and mapped over
// examples (vmap.h). All functions here may be called inside compile() and in each other; outside they trace, plan and run once a
// call, so wrap what is called often in compile().
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "candor/base/function.h"
#include "candor/graph/trace.h"

namespace candor {

/// A function of tensors to one number.
using ScalarFunction = Function<Tensor(std::span<const Tensor>)>;
/// As ScalarFunction, with tensors that are handed through without a gradient (predictions, metrics).
using ScalarFunctionWithAux = Function<std::pair<Tensor, std::vector<Tensor>>(std::span<const Tensor>)>;

/// Within a trace: gradients of sum(y * cotangent) to each x (a symbolic tensor or a variable's value()). `cotangent` undefined: ones.
/// An x that y does not depend on gets zeros. Throws Error (dtype) when y is not floating point.
std::vector<Tensor> gradients(const Tensor& y, std::span<const Tensor> xs, const Tensor& cotangent = {});
/// The same for several ys with a cotangent each.
std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> cotangents, std::span<const Tensor> xs);
/// Within a trace: how each y changes when each x moves along its direction (forward mode); zeros for a y that depends on no x.
/// Throws Error (shape) when a direction's type is not that of its x.
std::vector<Tensor> tangents(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> directions);

/// Runs f and gives its scalar result with the gradients to `variables`. Inside a trace it records; outside it compiles and runs.
/// Throws Error (shape) when the result is not a scalar.
std::pair<Tensor, std::vector<Tensor>> value_and_grad(const Function<Tensor()>& f, std::span<const Variable> variables);
/// A scalar f with its gradients, one a variable or argument, each of its shape, and what f returned besides.
struct ValueAndGrad {
  Tensor value;
  std::vector<Tensor> gradients;
  std::vector<Tensor> auxiliary;  ///< what f returned besides, without gradient
};
/// The same for an f that returns its scalar and further tensors: auto [loss, gradients, auxiliary] = value_and_grad(...).
ValueAndGrad value_and_grad(const Function<std::pair<Tensor, std::vector<Tensor>>()>& f, std::span<const Variable> variables);

/// The variables of the latest value_and_grad on this thread: what an optimizer's apply(gradients) updates.
const std::vector<Variable>& differentiated_variables();

/// The gradient function of a scalar function of tensors, to all arguments. Throws Error (shape) when f gives no scalar,
/// Error (dtype) when an argument is not floating point: capture what is no variable of the function.
Function<std::vector<Tensor>(std::span<const Tensor>)> grad(ScalarFunction f);
/// The same with the value, and with auxiliary results.
Function<std::pair<Tensor, std::vector<Tensor>>(std::span<const Tensor>)> value_and_grad(ScalarFunction f);
Function<ValueAndGrad(std::span<const Tensor>)> value_and_grad(ScalarFunctionWithAux f);
/// Outputs of f with the function that carries cotangents back (reverse mode).
struct Vjp {
  std::vector<Tensor> outputs;
  /// Cotangents of the outputs (undefined: zeros) -> cotangents of the inputs, any number of times. Outside a trace each call
  /// computes f again.
  Function<std::vector<Tensor>(std::span<const Tensor>)> pullback;
};
/// f at `inputs` and the product of vectors with its Jacobian, v^T J.
Vjp vjp(const TensorFunction& f, std::span<const Tensor> inputs);

/// f at `inputs` and J v, how its results change when the inputs move along `directions` (one of each input's type; undefined: it
/// stays). Forward mode where an op has a forward rule, otherwise the gradient's gradient, which is the same number.
std::pair<std::vector<Tensor>, std::vector<Tensor>> jvp(const TensorFunction& f, std::span<const Tensor> inputs, std::span<const Tensor> directions);

/// H v of a scalar function without H: the gradient's derivative along `vectors`. About four times the cost of f.
std::vector<Tensor> hessian_vector_product(const ScalarFunction& f, std::span<const Tensor> inputs, std::span<const Tensor> vectors);

enum class JacobianMode {
  reverse,  ///< one backward pass an output element, all at once by vmap: for fewer outputs than inputs
  forward,  ///< one forward pass an input element: for fewer inputs than outputs
};
/// d f / d x, shape [shape of f(x)..., shape of x...]. Throws Error (shape) when that is more than eight axes.
Tensor jacobian(const Function<Tensor(const Tensor&)>& f, const Tensor& x, JacobianMode mode = JacobianMode::reverse);
/// One block for each x.
std::vector<Tensor> jacobian(const ScalarFunction& f, std::span<const Tensor> xs, JacobianMode mode = JacobianMode::reverse);
/// Second derivatives of a scalar function, [shape of x..., shape of x...]: forward mode over the gradient.
Tensor hessian(const Function<Tensor(const Tensor&)>& f, const Tensor& x);

/// A function whose gradient you give: f returns its results and the pull-back, which makes the gradients to the arguments from the
/// cotangents of the results (an undefined gradient: zeros), as tf.custom_gradient. Other tensors and variables that f reads get no
/// gradient through it: pass them as arguments. Throws Error (shape) when a gradient's type is not its argument's.
Function<std::vector<Tensor>(std::span<const Tensor>)> custom_gradient(
    Function<std::pair<std::vector<Tensor>, Function<std::vector<Tensor>(std::span<const Tensor>)>>(std::span<const Tensor>)> f);

/// x with gradient zero.
Tensor stop_gradient(const Tensor& x);

namespace detail {
/// Records f's graph when a trace is open, else plans and runs it.
std::vector<Tensor> trace_or_run(const TensorFunction& f, std::span<const Tensor> arguments);
}  // namespace detail

}  // namespace candor
