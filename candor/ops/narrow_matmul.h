// Products with weights of few bits: for models that read all their weights for every few numbers, where the memory is what takes the time.
#pragma once

#include "candor/tensor/tensor.h"

namespace candor {

/// Weights of a product, one row an output. `factors` is f32 [outputs] for i8, undefined for bf16.
struct NarrowWeights {
  Tensor rows;     ///< [outputs, inputs]: bf16 or i8
  Tensor factors;  ///< row i of the weights is rows[i] * factors[i]
};

/// f32 weights [outputs, inputs] with fewer bits. i8: each row by itself, symmetric around 0, its largest number being 127 (what is lost is at most
/// half of largest / 127); bf16: rounded to the nearest. The weights must be numbers that are there, not a value in a trace. Throws Error: dtype
/// for others, shape unless there are two axes, invalid_argument for an i8 row that is not finite.
NarrowWeights narrow_rows(const Tensor& weights, DType dtype);

/// x [..., inputs] (f32 or f64) times the weights: [..., outputs] of the same dtype, in which the sums are. Weights are constants: there is no gradient for them. Throws Error (shape, dtype).
Tensor narrow_matmul(const Tensor& x, const NarrowWeights& weights);

}  // namespace candor
