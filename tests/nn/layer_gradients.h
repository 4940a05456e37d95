// Gradients of layers against differences, in f64.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/layer.h"

namespace candor::testing {

/// Something without pattern in this shape, f64, about as large as 1.
Tensor pattern(const Shape& shape, double phase = 0);
/// Gives the layer, built for these inputs, f64 weights without pattern: layers with weights of zeros or ones hide their errors.
void disturb_weights(const Layer& layer, double size = 0.5);
/// A failure for each gradient of sum(outputs * pattern), to inputs and weights, that is not what central differences of the outputs give, to 1e-6 of
/// the largest. Inputs are f64; `options` go into the call.
void check_layer_gradients(const Layer& layer, const std::vector<Tensor>& inputs, const CallOptions& options = {});

}  // namespace candor::testing
