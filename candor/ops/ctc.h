// Connectionist temporal classification (Graves et al. 2006): how likely a sequence of labels is, over all its alignments in time.
#pragma once

#include "candor/tensor/tensor.h"

namespace candor {

/// -log p(labels | log_softmax(logits)), one value a sample, computed in log space and f64. logits [batch, time, classes]; labels [batch, length],
/// class numbers other than `blank`; how much of each row counts in logit_lengths and label_lengths [batch]; all i32 or i64. Infinite where the
/// labels do not fit into the time (a label repeated needs a blank between); the gradient is 0 there and beyond a row's logit_length.
/// Differentiable once, in the logits. Throws Error (shape, dtype; when it runs invalid_argument, naming the row, for lengths or labels out of range).
Tensor ctc_loss(const Tensor& logits, const Tensor& labels, const Tensor& logit_lengths, const Tensor& label_lengths, std::int64_t blank = 0);

}  // namespace candor
