// What products, movements, gathering, convolution and pooling say when they are asked for something they cannot do.
#include <gtest/gtest.h>

#include "candor/ops/conv.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/resize.h"
#include "candor/ops/space.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

using List = std::vector<std::int64_t>;

const Tensor a34 = Tensor::zeros({3, 4}), a45 = Tensor::zeros({4, 5}), image = Tensor::zeros({2, 6, 5, 3});

Tensor index_of(List values) { return Tensor::from(values); }

TEST(MovementErrors, Products) {
  EXPECT_ERROR(shape, matmul(a34, a34), "matmul", "[3, 4]", "4 vs 3");
  EXPECT_ERROR(shape, matmul(a34, a34, true, true), "matmul", "[3, 4]^T", "3 vs 4");
  EXPECT_ERROR(shape, matmul(Tensor::zeros({2, 3, 4}), Tensor::zeros({3, 4, 5})), "matmul", "[2]", "[3]");
  EXPECT_ERROR(shape, matmul(a34, Tensor(1)), "matmul", "[]");
  EXPECT_ERROR(dtype, matmul(a34, Tensor::zeros({4, 2}, DType::f64)), "matmul", "f32[3, 4]", "f64[4, 2]");
  EXPECT_ERROR(shape, tensordot(a34, a45, {0}, {0}), "tensordot", "[3, 4]", "[4, 5]");
  EXPECT_ERROR(invalid_argument, tensordot(a34, a45, {0, 1}, {0}), "tensordot", "2", "1");
}

TEST(MovementErrors, Einsum) {
  EXPECT_ERROR(shape, einsum("ij,jk->ik", {a34, a34}), "einsum", "label j", "4", "3");
  EXPECT_ERROR(invalid_argument, einsum("ij,jk->ik", {a34}), "einsum", "2 terms", "1 operands");
  EXPECT_ERROR(invalid_argument, einsum("ijk->i", {a34}), "einsum", "names 3 axes", "2");
  EXPECT_ERROR(invalid_argument, einsum("ij->iz", {a34}), "einsum", "output");
  EXPECT_ERROR(invalid_argument, einsum("ij->ii", {a34}), "einsum", "twice");
  EXPECT_ERROR(invalid_argument, einsum("i1->i", {a34}), "einsum", "'1'");
  EXPECT_ERROR(invalid_argument, einsum("", {}), "einsum");
}

TEST(MovementErrors, Shapes) {
  EXPECT_ERROR(shape, reshape(a34, List{5, 2}), "reshape", "[3, 4]", "[5, 2]");
  EXPECT_ERROR(shape, reshape(a34, List{-1, 5}), "reshape", "12", "5");
  EXPECT_ERROR(shape, reshape(a34, List{-1, -1}), "reshape", "-1");
  EXPECT_ERROR(shape, transpose(a34, {0, 0}), "transpose", "twice");
  EXPECT_ERROR(shape, transpose(a34, {0}), "transpose", "[3, 4]");
  EXPECT_ERROR(shape, squeeze(a34, 1), "squeeze", "axis 1", "4");
  EXPECT_ERROR(shape, expand_dims(a34, 4), "expand_dims", "axis 4");
  EXPECT_ERROR(shape, broadcast_to(a34, {2, 4}), "broadcast_to", "[3, 4]", "[2, 4]");
  EXPECT_ERROR(shape, broadcast_to(a34, {4}), "broadcast_to", "[3, 4]", "[4]");
  EXPECT_ERROR(shape, concatenate({a34, a45}, 0), "concatenate", "[3, 4]", "[4, 5]");
  EXPECT_ERROR(invalid_argument, concatenate({}, 0), "concatenate");
  EXPECT_ERROR(shape, stack({a34, a45}, 0), "stack", "[3, 4]", "[4, 5]");
  EXPECT_ERROR(invalid_argument, slice(a34, {0}, {2}, {0}), "slice", "step 0", "axis 0");
  EXPECT_ERROR(shape, narrow(a34, 1, 2, 5), "narrow", "5", "axis 1", "[3, 4]");
  EXPECT_ERROR(shape, split(a34, 2, 0), "split", "axis 0", "[3, 4]", "2");
  EXPECT_ERROR(shape, diagonal(Tensor::zeros({3})), "diagonal", "[3]");
  EXPECT_ERROR(shape, tril(Tensor::zeros({3})), "tril", "[3]");
  EXPECT_ERROR(invalid_argument, meshgrid(Tensor::zeros({2}), Tensor::zeros({2}), "yx"), "meshgrid", "yx");
}

TEST(MovementErrors, PaddingAndRepeating) {
  EXPECT_ERROR(invalid_argument, pad(a34, {{0, 0}, {-1, 0}}), "pad", "-1", "axis 1");
  EXPECT_ERROR(shape, pad(a34, {{0, 0}}), "pad", "[3, 4]");
  EXPECT_ERROR(invalid_argument, pad(a34, {{0, 0}, {1, 0}}, "mirror"), "pad", "mirror", "reflect");
  EXPECT_ERROR(shape, pad(Tensor::zeros({0, 2}), {{1, 0}, {0, 0}}, "edge"), "pad", "axis 0", "[0, 2]");
  EXPECT_ERROR(invalid_argument, tile(a34, {-1, 1}), "tile", "-1");
  EXPECT_ERROR(invalid_argument, repeat(a34, -2, 0), "repeat", "-2");
  EXPECT_ERROR(shape, repeat(a34, List{1, 2}, 0), "repeat", "2 counts", "[3, 4]");
  EXPECT_ERROR(shape, tile(a34, {std::int64_t{1} << 40, std::int64_t{1} << 40}), "shape");
}

TEST(MovementErrors, IndicesNameValueAndPlace) {
  EXPECT_ERROR(invalid_argument, take(a34, index_of({0, 3})), "take", "index 3", "[1]", "3");
  EXPECT_ERROR(invalid_argument, take(a34, reshape(index_of({0, 1, 2, -4}), List{2, 2})), "take", "index -4", "[1, 1]");
  EXPECT_ERROR(dtype, take(a34, Tensor::zeros({2})), "take", "i32 or i64", "f32[2]");
  EXPECT_ERROR(invalid_argument, take_along_axis(a34, reshape(index_of({0, 1, 4}), List{3, 1}), 1), "take_along_axis", "index 4", "[2, 0]");
  EXPECT_ERROR(invalid_argument, gather_nd(a34, reshape(index_of({2, 4}), List{1, 2})), "gather_nd", "index 4", "[0, 1]", "4");
  EXPECT_ERROR(shape, gather_nd(a34, reshape(index_of({0, 0, 0}), List{1, 3})), "gather_nd", "[1, 3]", "[3, 4]");
  EXPECT_ERROR(invalid_argument, scatter_add(a34, index_of({5}), Tensor::zeros({1, 4})), "scatter_add", "index 5", "[0]");
  EXPECT_ERROR(shape, scatter_add(a34, index_of({1}), Tensor::zeros({2, 4})), "scatter_add", "[1, 4]", "[2, 4]");
  EXPECT_ERROR(invalid_argument, scatter_update(a34, index_of({-4}), Tensor::zeros({1, 4})), "scatter_update", "index -4");
  EXPECT_ERROR(invalid_argument, segment_sum(a34, index_of({0, 1, 2}), 2), "index 2", "[2]");
  EXPECT_ERROR(shape, segment_sum(a34, index_of({0}), 2), "segment_sum", "[1]", "[3, 4]");
  EXPECT_ERROR(shape, boolean_mask(a34, Tensor::zeros({4}, DType::boolean)), "boolean_mask", "[4]", "[3, 4]");
  EXPECT_ERROR(shape, embedding(Tensor::zeros({4}), index_of({1})), "embedding", "[4]");
}

TEST(MovementErrors, Ordering) {
  EXPECT_ERROR(shape, top_k(a34, 5), "top_k", "k = 5", "4", "[3, 4]");
  EXPECT_ERROR(shape, sort(a34, 2), "sort", "axis 2");
  EXPECT_ERROR(shape, searchsorted(a34, a34), "searchsorted", "[3, 4]");
  EXPECT_ERROR(invalid_argument, searchsorted(Tensor::zeros({3}), a34, "middle"), "searchsorted", "middle");
  EXPECT_ERROR(invalid_argument, one_hot(index_of({1}), 0), "one_hot", "0");
}

TEST(MovementErrors, Convolution) {
  EXPECT_ERROR(shape, conv(image, Tensor::zeros({3, 3, 4, 8})), "conv", "[3, 3, 4, 8]", "[2, 6, 5, 3]", "4", "3");
  EXPECT_ERROR(shape, conv(image, Tensor::zeros({3, 7, 3, 8})), "conv", "axis 1", "7", "[2, 6, 5, 3]", "5");
  EXPECT_ERROR(invalid_argument, conv(image, Tensor::zeros({3, 3, 1, 8}), {.groups = 2}), "conv", "groups = 2", "3 channels");
  EXPECT_ERROR(invalid_argument, conv(image, Tensor::zeros({3, 3, 3, 8}), {.strides = {0, 1}}), "conv", "strides", "0");
  EXPECT_ERROR(invalid_argument, conv(image, Tensor::zeros({3, 3, 3, 8}), {.strides = {1}}), "conv", "strides", "2 spatial axes");
  EXPECT_ERROR(shape, conv(a34, a45), "conv", "spatial");
  EXPECT_ERROR(shape, conv_transpose(Tensor::zeros({1, 2, 2, 1}), Tensor::zeros({3, 3, 1, 1}), {1, 9, 9, 1}), "conv_input_gradient", "[1, 2, 2, 1]", "[1, 7, 7, 1]");
  EXPECT_ERROR(invalid_argument, resolve_padding("full", {4}, {3}, {}, {}), "padding", "full");
  EXPECT_ERROR(invalid_argument, resolve_padding("causal", {4, 4}, {3, 3}, {}, {}), "causal");
}

TEST(MovementErrors, PoolingAndResizing) {
  EXPECT_ERROR(shape, max_pool(image, {.size = {7, 2}}), "max_pool", "7", "[2, 6, 5, 3]");
  EXPECT_ERROR(invalid_argument, max_pool(image, {.size = {2}}), "max_pool", "2 spatial axes");
  EXPECT_ERROR(invalid_argument, average_pool(image, {.size = {2, 2}, .padding = {{2, 0}, {0, 0}}}), "average_pool", "padding", "2");
  EXPECT_ERROR(shape, resize(image, {3}), "resize", "1 spatial axes", "[2, 6, 5, 3]");
  EXPECT_ERROR(invalid_argument, resize(image, {3, 0}), "resize", "0");
  EXPECT_ERROR(invalid_argument, resize(image, {3, 3}, {.interpolation = "area"}), "resize", "area");
  EXPECT_ERROR(shape, depth_to_space(image, 2), "depth_to_space", "[2, 6, 5, 3]", "2");
}

}  // namespace
}  // namespace candor
