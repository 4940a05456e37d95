// Decision trees as numbers in tensors: sums of what many trees answer.
#pragma once

#include <cstdint>

#include "candor/tensor/tensor.h"

namespace candor {

/// Each row of x [rows, features] walks down every tree and adds the value of the leaf where it ends: [rows, outputs]; tree t adds to output t % outputs.
/// nodes [n, 5] holds for each inner node: column, threshold, left, right, 1 where a missing number (NaN) goes left. A row goes left where its number is
/// at most the threshold. Children below 0 are leaves, -1 - child in leaves [m]; inner children come after their node. roots [trees] are children, too.
/// All f32 or all f64; whole numbers up to 2^24 (2^53). The answers are steps: no gradient goes through. Throws Error: shape, dtype, invalid_argument;
/// corrupt when it runs, for a node, column or leaf that is not there.
Tensor tree_sum(const Tensor& x, const Tensor& nodes, const Tensor& leaves, const Tensor& roots, std::int64_t outputs = 1);

}  // namespace candor
