// Reductions. `axes` empty means all axes; negative axes count from the end.
#pragma once

#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

using Axes = std::vector<int>;

Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdims = false);  ///< ties share the gradient equally
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor var(const Tensor& x, const Axes& axes = {}, bool keepdims = false, int ddof = 0);
Tensor std(const Tensor& x, const Axes& axes = {}, bool keepdims = false, int ddof = 0);
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor norm(const Tensor& x, const Axes& axes = {}, bool keepdims = false, double order = 2);
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor count_nonzero(const Tensor& x, const Axes& axes = {}, bool keepdims = false);  ///< i64
Tensor argmax(const Tensor& x, int axis = -1, bool keepdims = false);  ///< i64; first wins, NaN counts as largest
Tensor argmin(const Tensor& x, int axis = -1, bool keepdims = false);
/// reverse: from the end of the axis; exclusive: without the element itself, so that the first is 0 (of cumprod 1).
Tensor cumsum(const Tensor& x, int axis, bool reverse = false, bool exclusive = false);
Tensor cumprod(const Tensor& x, int axis, bool reverse = false, bool exclusive = false);
/// Sums the axes that broadcasting from `shape` to x.shape() repeated: the gradient of broadcasting.
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace candor
