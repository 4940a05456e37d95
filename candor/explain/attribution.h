// Where in its input a network looks: gradients and their smoother relatives, occlusion, class activation maps. For pictures and any other tensors.
#pragma once

#include <cstdint>
#include <utility>

#include "candor/base/function.h"
#include "candor/nn/model.h"

namespace candor::explain {

/// A traceable function of a batch [n, ...] to outputs [n, k]: a model, or its logits.
using Network = Function<Tensor(const Tensor&)>;

/// d output / d x for each example, in x's shape. `x` f32 or f64 [n, ...]. Throws Error (invalid_argument) for an output that is not there.
Tensor input_gradient(const Network& network, const Tensor& x, std::int64_t output);

/// Mean gradient over noisy copies of one example (Smilkov et al., 2017): `x` [1, ...], `noise` [draws, ...] is added. With the mean of squares and the
/// variance over the draws: SmoothGrad squared and VarGrad.
struct SmoothGradient {
  Tensor mean, squared, variance;
};
SmoothGradient smooth_gradient(const Network& network, const Tensor& x, std::int64_t output, const Tensor& noise);
/// Normal noise for it: `share` of the range of x, as the paper has it.
Tensor smoothing_noise(const Tensor& x, std::int64_t draws, double share = .15, std::uint64_t seed = 0);

/// Where the straight way from the baseline to the input is cut into steps.
enum class PathRule { midpoint, left, right, trapezoid };
/// (x - baseline) times the mean gradient along the way (Sundararajan, Taly and Yan, 2017); sums to f(x) - f(baseline) up to the steps. `x` [1, ...].
Tensor integrated_gradients(const Network& network, const Tensor& x, const Tensor& baseline, std::int64_t output, std::int64_t steps = 50,
                            PathRule rule = PathRule::midpoint);

struct OcclusionOptions {
  std::int64_t size = 3, stride = 1;
  double fill = .5;
};
/// f(x) - f(x with a square of `size` pixels replaced by `fill`), one number for each place of the square: `x` [1, height, width, channels], result [rows, columns].
Tensor occlusion(const Network& network, const Tensor& x, std::int64_t output, const OcclusionOptions& options = {});

/// RISE (Petsiuk, Das and Saenko, 2018): the mean of masks [n, height, width] weighted by the output with x times the mask, by the masks' mean value `share`.
Tensor rise(const Network& network, const Tensor& x, std::int64_t output, const Tensor& masks, double share = .5);

/// Grad-CAM (Selvaraju et al., 2017) and Grad-CAM++ (Chattopadhay et al., 2018) of the features that `body` makes and `head` judges: relu of the features [1, h, w, c]
/// weighted by their gradients. Maps [h, w], not normalised; weights [c].
struct ClassActivation {
  Tensor map, weights, plus_map, plus_weights;
};
ClassActivation class_activation(const Network& body, const Network& head, const Tensor& x, std::int64_t output);

/// The part of a chain of layers up to its last features with height and width, and the rest: what class_activation takes. The second is empty when the model is no
/// chain or has no such features.
std::pair<Network, Network> split_at_features(const Model& model);

}  // namespace candor::explain
