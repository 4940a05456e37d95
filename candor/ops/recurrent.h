// Recurrent sequences as one op each: what a step adds to its input is computed step by step, the products with the inputs are
// one product of matrices outside. Layers use these for the usual activations; everything else is a scan (graph/control.h).
//
// x is the projected input x W + b of every step, [batch, time, gates * units]; recurrent is U, [units, gates * units].
// With a mask [batch, time] (bool), a step whose mask is false keeps the state it found. `reverse` runs from the last step to the
// first; results keep their places in time. Floating point; all tensors of one dtype.
#pragma once

#include <tuple>

#include "candor/tensor/tensor.h"

namespace candor {

/// h' = tanh(x + h U) (Elman 1990). h is [batch, units]. Gives the state after each step, [batch, time, units].
/// Throws Error (shape, dtype) when the tensors do not fit.
Tensor rnn_sequence(const Tensor& x, const Tensor& recurrent, const Tensor& h, const Tensor& mask = {}, bool reverse = false);

/// Long short-term memory (Hochreiter, Schmidhuber 1997; forget gate: Gers et al. 2000), gates in the order i, f, g, o:
/// c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'). h and c are [batch, units]. Gives h and c after each step,
/// [batch, time, units], and the activated gates, [batch, time, 4 units]. Throws Error (shape, dtype) when the tensors do not fit.
std::tuple<Tensor, Tensor, Tensor> lstm_sequence(const Tensor& x, const Tensor& recurrent, const Tensor& h, const Tensor& c, const Tensor& mask = {},
                                                 bool reverse = false);

/// Gated recurrent unit with the reset gate after the product (Cho et al. 2014, the form of cuDNN and of Keras's reset_after), gates in
/// the order z, r, n: with m = h U_n + b_n, n = tanh(x_n + sigmoid(r) m), h' = sigmoid(z) h + (1 - sigmoid(z)) n. `recurrent_bias` is
/// added to h U, [3 units]. Gives h after each step and, for the gradient, z, r, n, m as [batch, time, 4 units].
/// Throws Error (shape, dtype) when the tensors do not fit.
std::tuple<Tensor, Tensor> gru_sequence(const Tensor& x, const Tensor& recurrent, const Tensor& recurrent_bias, const Tensor& h, const Tensor& mask = {},
                                        bool reverse = false);

}  // namespace candor
