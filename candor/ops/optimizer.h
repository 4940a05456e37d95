// Parameter updates, each one op over all parameters of a model: a single pass over memory. All lists have the same length;
// `rate` and `step` are scalar tensors (f32 or the parameters' dtype; step counts from 1). Not differentiable.
#pragma once

#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::ops {

using Tensors = std::vector<Tensor>;

struct SgdOptions { double momentum = 0; bool nesterov = false; double weight_decay = 0; };
/// Keras: v = momentum v - rate g; p += nesterov ? momentum v - rate g : v. Returns {p..., v...}; `velocities` may be empty without momentum.
Tensors sgd_update(const Tensors& parameters, const Tensors& gradients, const Tensors& velocities, const Tensor& rate, const SgdOptions& options);

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weight_decay = 0;  ///< decay is decoupled: p -= rate * decay * p
  bool torch_epsilon = false;  ///< false, Keras: p -= rate sqrt(1-b2^t)/(1-b1^t) m / (sqrt v + eps). true: eps outside the bias-corrected root
};
/// Returns {p..., m..., v...}; with `largest_v` (AMSGrad) that list is updated, takes v's place in the formula and comes last.
/// For f32 parameters, m, v and `largest_v` may all be bf16: half of their memory. The step is made with f32 numbers; what is kept of them is rounded
/// up or down at random so that its mean is right, by a hash of step, parameter and element (ops/scattered.h).
Tensors adam_update(const Tensors& parameters, const Tensors& gradients, const Tensors& m, const Tensors& v, const Tensor& rate, const Tensor& step, const AdamOptions& options,
                    const Tensors& largest_v = {});

struct RmspropOptions { double rho = 0.9, momentum = 0, epsilon = 1e-7; bool centered = false; bool torch_epsilon = false; };
/// Keras: v = rho v + (1-rho) g^2; p -= rate g / sqrt(v + eps) (torch: / (sqrt v + eps)); with momentum b = momentum b + that.
/// Returns {p..., v..., [b...], [mean g...]}; `momenta` and `means` are empty when unused.
Tensors rmsprop_update(const Tensors& parameters, const Tensors& gradients, const Tensors& v, const Tensors& momenta, const Tensors& means, const Tensor& rate, const RmspropOptions& options);

}  // namespace candor::ops
