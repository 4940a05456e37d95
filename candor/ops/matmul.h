// Products of matrices.
#pragma once

#include <string>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

/// NumPy's matmul: the last two axes are matrices, the others are broadcast; 1-D operands are vectors. The flags transpose
/// the last two axes of an operand without a copy.
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);
/// NumPy's einsum with explicit or implicit output, ellipsis and repeated labels within an operand (diagonals).
Tensor einsum(const std::string& equation, const std::vector<Tensor>& operands);
Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<int>& axes_a, const std::vector<int>& axes_b);
Tensor dot(const Tensor& a, const Tensor& b);
Tensor outer(const Tensor& a, const Tensor& b);

}  // namespace candor
