// Ops that move elements without computing. Concrete slices and transposes are views; in a compiled Program they are fused
// into their consumers where possible.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

/// One extent may be -1 and is inferred.
Tensor reshape(const Tensor& x, const std::vector<std::int64_t>& shape);
/// A template so that reshape(x, {2, -1}) means the list above.
template <std::same_as<Shape> S>
Tensor reshape(const Tensor& x, const S& shape) { return reshape(x, shape.to_vector()); }
Tensor transpose(const Tensor& x, std::vector<int> axes = {});  ///< empty: reversed
Tensor swap_axes(const Tensor& x, int a, int b);
Tensor expand_dims(const Tensor& x, int axis);
Tensor squeeze(const Tensor& x, int axis);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor concatenate(const std::vector<Tensor>& xs, int axis);
Tensor stack(const std::vector<Tensor>& xs, int axis = 0);
std::vector<Tensor> split(const Tensor& x, int sections, int axis);
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& indices, int axis);  ///< at these places
/// NumPy's start:stop:step for each leading axis; negative starts count from the end, negative steps reverse.
Tensor slice(const Tensor& x, const std::vector<std::int64_t>& start, const std::vector<std::int64_t>& stop, const std::vector<std::int64_t>& step = {});
/// Elements [start, stop) of one axis.
Tensor narrow(const Tensor& x, int axis, std::int64_t start, std::int64_t stop);
/// Mode "constant", "reflect", "symmetric", "edge", "wrap" (NumPy's names).
Tensor pad(const Tensor& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& width, const std::string& mode = "constant", double value = 0);
Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats);
Tensor repeat(const Tensor& x, std::int64_t repeats, int axis);
/// A count for each element of the axis.
Tensor repeat(const Tensor& x, const std::vector<std::int64_t>& repeats, int axis);
Tensor flip(const Tensor& x, const std::vector<int>& axes);
Tensor roll(const Tensor& x, const std::vector<std::int64_t>& shift, const std::vector<int>& axes);
Tensor diagonal(const Tensor& x, int offset = 0);  ///< of the last two axes
Tensor trace_of(const Tensor& x);                  ///< sum of the diagonal of the last two axes
Tensor tril(const Tensor& x, int k = 0);
Tensor triu(const Tensor& x, int k = 0);
std::vector<Tensor> meshgrid(const Tensor& a, const Tensor& b, const std::string& indexing = "xy");

}  // namespace candor
