// Explanations that go back layer by layer: relevance, DeepLIFT and the gradients that change at every ReLU.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/explain/attribution.h"

namespace candor::explain {

/// One step of a chain: what is linear in its input but for a bias (a dense layer, a convolution; a pooling counts, too), and whether a ReLU stands behind it.
struct ChainStep {
  Network linear;
  bool relu = false;
};

/// Layer-wise relevance by the epsilon rule (Bach et al., 2015): R_i = sum_j a_i w_ji / (z_j + epsilon sign(z_j)) R_j with the bias in z and sign(0) = 1, from the output
/// itself; a ReLU passes relevance on as it is. Result: the relevance of what enters each step, that of `x` [1, ...] first. Throws Error: invalid_argument for no steps
/// or an output that is not there, shape for several examples.
std::vector<Tensor> layer_relevance(std::span<const ChainStep> steps, const Tensor& x, std::int64_t output, double epsilon = .01);

/// DeepLIFT by the rescale rule (Shrikumar, Greenside and Kundaje, 2017): how much of the output's difference from that of a reference each input makes up; they sum to it.
struct DeepLift {
  Tensor contributions;             ///< in the shape of x
  std::vector<Tensor> multipliers;  ///< of each ReLU in order: difference behind it over difference before it, the slope where nothing differs
};
DeepLift deep_lift(std::span<const ChainStep> steps, const Tensor& x, const Tensor& reference, std::int64_t output);

/// The gradient of the output in which each ReLU passes on only what is positive: where it was open as well (guided, Springenberg et al., 2014), or everywhere (deconvolution,
/// Zeiler and Fergus, 2014).
Tensor guided_gradient(std::span<const ChainStep> steps, const Tensor& x, std::int64_t output);
Tensor deconvolution_gradient(std::span<const ChainStep> steps, const Tensor& x, std::int64_t output);

}  // namespace candor::explain
