// Normalisation: (x - mean) / sqrt(var + epsilon) * gamma + beta. gamma and beta may be undefined.
#pragma once

#include <tuple>

#include "candor/ops/reduce.h"
#include "candor/tensor/tensor.h"

namespace candor {

/// Over `axes` (Ba, Kiros, Hinton 2016); gamma and beta have the extents of those axes.
Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, const Axes& axes = {-1}, double epsilon = 1e-3);
/// Without mean (Zhang, Sennrich 2019): x / sqrt(mean(x^2) + epsilon) * gamma.
Tensor rms_norm(const Tensor& x, const Tensor& gamma, const Axes& axes = {-1}, double epsilon = 1e-6);
/// Over the spatial axes and groups of the last axis (Wu, He 2018). x is [N, spatial..., C].
Tensor group_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, std::int64_t groups, double epsilon = 1e-3);
/// Over all axes but `axis` with the batch's own biased statistics (Ioffe, Szegedy 2015): result, mean, variance.
std::tuple<Tensor, Tensor, Tensor> batch_norm_training(const Tensor& x, const Tensor& gamma, const Tensor& beta, int axis = -1, double epsilon = 1e-3);
/// With given statistics.
Tensor batch_norm_inference(const Tensor& x, const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance, int axis = -1, double epsilon = 1e-3);

}  // namespace candor
