// Activation functions. relu, sigmoid, softplus are ops of their own; the others are written in ops and fused when compiled.
#pragma once

#include "candor/tensor/tensor.h"

namespace candor {

Tensor linear(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor relu6(const Tensor& x);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.2);
Tensor prelu(const Tensor& x, const Tensor& alpha);
Tensor elu(const Tensor& x, double alpha = 1.0);
Tensor selu(const Tensor& x);
Tensor celu(const Tensor& x, double alpha = 1.0);
Tensor gelu(const Tensor& x);       ///< exact, 0.5 x (1 + erf(x / sqrt 2))
Tensor gelu_tanh(const Tensor& x);  ///< 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
Tensor silu(const Tensor& x);
Tensor mish(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor log_sigmoid(const Tensor& x);
Tensor hard_sigmoid(const Tensor& x);  ///< relu6(x + 3) / 6
Tensor hard_swish(const Tensor& x);
Tensor hard_tanh(const Tensor& x);
Tensor softplus(const Tensor& x, double beta = 1.0);
Tensor softsign(const Tensor& x);
Tensor squareplus(const Tensor& x, double b = 4);  ///< (x + sqrt(x^2 + b)) / 2 (Barron 2021)
Tensor sparse_plus(const Tensor& x);     ///< 0 up to -1, (x + 1)^2 / 4 up to 1, then x
Tensor sparse_sigmoid(const Tensor& x);  ///< its derivative: 0 up to -1, (x + 1) / 2 up to 1, then 1
Tensor tanh_shrink(const Tensor& x);
Tensor hard_shrink(const Tensor& x, double threshold = 0.5);
Tensor soft_shrink(const Tensor& x, double threshold = 0.5);
Tensor threshold(const Tensor& x, double threshold, double value);
Tensor log_cosh(const Tensor& x);
Tensor glu(const Tensor& x, int axis = -1);
Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);
/// max(x - tau, 0) (Martins, Astudillo 2016) with tau as Keras 3 computes it, (sum of the cumulated sums of the k largest - 1) / k: the
/// projection onto the simplex while one element is left, below it with more.
Tensor sparsemax(const Tensor& x, int axis = -1);

}  // namespace candor
