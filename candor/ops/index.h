// Gathering, scattering, sorting, searching. Indices are i32 or i64; negative ones count from the end; an index out of range
// is an error that names its value and place. Gradients of repeated indices add up.
#pragma once

#include <string>
#include <utility>

#include "candor/tensor/tensor.h"

namespace candor {

/// Indices of any rank replace `axis`.
Tensor take(const Tensor& x, const Tensor& index, int axis = 0);
Tensor take_along_axis(const Tensor& x, const Tensor& index, int axis);
Tensor embedding(const Tensor& table, const Tensor& index);
Tensor gather_nd(const Tensor& x, const Tensor& index);
/// Rows where mask is true. The mask must be concrete: its number of true values gives the shape.
Tensor boolean_mask(const Tensor& x, const Tensor& mask);
/// x with updates added at (or put in place of) slices index[i] of `axis`. Later updates win in scatter_update.
Tensor scatter_add(const Tensor& x, const Tensor& index, const Tensor& updates, int axis = 0);
Tensor scatter_add_along_axis(const Tensor& x, const Tensor& index, const Tensor& updates, int axis);
Tensor scatter_update(const Tensor& x, const Tensor& index, const Tensor& updates, int axis = 0);
Tensor segment_sum(const Tensor& x, const Tensor& index, std::int64_t segments);
/// f32 unless said; an index out of range gives zeros.
Tensor one_hot(const Tensor& index, std::int64_t classes, int axis = -1, DType dtype = DType::f32);
/// Values and i64 indices; NaN last when ascending; stable.
std::pair<Tensor, Tensor> sort(const Tensor& x, int axis = -1, bool descending = false);
std::pair<Tensor, Tensor> top_k(const Tensor& x, std::int64_t k, int axis = -1, bool largest = true);
/// Where `values` would be inserted into the ascending 1-D `sorted`; side "left" or "right"; i64.
Tensor searchsorted(const Tensor& sorted, const Tensor& values, const std::string& side = "left");

}  // namespace candor
