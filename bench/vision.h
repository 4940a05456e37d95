// Networks for pictures: ResNet-18, ResNet-50 (He et al. 2016, with the strides of their 3 x 3 convolutions as in torchvision) and MobileNetV2
// (Sandler et al. 2018), from Candor's layers.
#pragma once

#include <memory>

#include "bench/inputs.h"
#include "bench/system.h"
#include "candor/nn/model.h"

namespace candor::bench {

/// Built; the weights are random.
Model vision_network(const Case& c);

/// Pictures in [-1, 1), classes, and weights: of each convolution its kernel, then gamma, beta, mean and variance of its normalisation; at the end
/// the dense kernel and bias. So do peers read them: in the order in which the network is built, a block's shortcut last.
Inputs vision_inputs(const Case& c);

/// With the case's weights.
Model vision_model(const Case& c, const Inputs& inputs);

/// A step of SGD with momentum.
std::unique_ptr<System> vision_training(const Case& c, const Inputs& inputs, const PlanOptions& options = {});

}  // namespace candor::bench
