// Cross-entropies, one value a row (the last axis is reduced). Shapes must match exactly: nothing is broadcast in a loss.
#pragma once

#include "candor/tensor/tensor.h"

namespace candor {

/// -log softmax(logits)[label]. labels: i32 or i64, shape of logits without the last axis; a label outside [0, classes) is an
/// error that names it and its row.
Tensor sparse_softmax_cross_entropy(const Tensor& logits, const Tensor& labels);
/// -sum(targets * log_softmax(logits)); targets have the shape of logits.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& targets);
/// max(x, 0) - x z + log(1 + exp(-|x|)), elementwise; same shapes.
Tensor sigmoid_cross_entropy(const Tensor& logits, const Tensor& targets);

}  // namespace candor
