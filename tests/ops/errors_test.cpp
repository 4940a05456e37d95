// What an op says when it is asked for something it cannot do: op, what came, what would fit.
#include <gtest/gtest.h>

#include "tests/support/errors.h"

#include <cmath>

#include "candor/ops/activation.h"
#include "candor/ops/ctc.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/loss.h"
#include "candor/ops/norm.h"
#include "candor/ops/optimizer.h"
#include "candor/ops/random.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

const Tensor a34 = Tensor::zeros({3, 4}), a35 = Tensor::zeros({3, 5});

TEST(OpErrors, ShapesThatDoNotBroadcast) {
  EXPECT_ERROR(shape, add(a34, a35), "add", "[3, 4]", "[3, 5]", "4 vs 5");
  EXPECT_ERROR(shape, where(Tensor::zeros({2}, DType::boolean), a34, a34), "where", "[2]", "[3, 4]");
}

TEST(OpErrors, DtypesThatDiffer) {
  EXPECT_ERROR(dtype, add(a34, Tensor::zeros({3, 4}, DType::f64)), "add", "f32[3, 4]", "f64[3, 4]", "cast");
  EXPECT_ERROR(dtype, logical_and(a34, a34), "logical_and", "bool", "f32[3, 4]");
  EXPECT_ERROR(dtype, where(a34, a34, a34), "where", "condition", "bool");
  EXPECT_ERROR(dtype, exp(Tensor::zeros({2}, DType::i32)), "exp", "floating point", "i32[2]");
  EXPECT_ERROR(dtype, add(Tensor::zeros({2}, DType::boolean), Tensor::zeros({2}, DType::boolean)), "add", "bool[2]");
  EXPECT_ERROR(dtype, Tensor::zeros({2}, DType::i32) * 0.5, "multiply", "0.5", "i32");
}

TEST(OpErrors, NumbersTakeTheOtherSidesDtype) {
  const Tensor whole = Tensor::from(std::vector<std::int32_t>{1, 2, 3}) * 2;
  EXPECT_EQ(whole.dtype(), DType::i32);
  EXPECT_EQ(whole.to_vector<std::int32_t>(), (std::vector<std::int32_t>{2, 4, 6}));
  EXPECT_EQ((2 + Tensor::zeros({2}, DType::f64)).dtype(), DType::f64);
  EXPECT_EQ((Tensor::zeros({2}, DType::bf16) - 1.5).dtype(), DType::bf16);
}

TEST(OpErrors, AxesOutOfRange) {
  EXPECT_ERROR(shape, sum(a34, {2}), "sum", "axis 2", "[3, 4]");
  EXPECT_ERROR(shape, sum(a34, {1, -1}), "sum", "twice");
  EXPECT_ERROR(shape, softmax(a34, -3), "softmax", "axis -3", "[3, 4]");
  EXPECT_ERROR(shape, argmax(a34, 5), "argmax", "axis 5");
  EXPECT_ERROR(shape, cumsum(Tensor(1), 0), "cumsum", "axis 0", "[]");
}

TEST(OpErrors, NothingToChooseFrom) {
  EXPECT_ERROR(shape, max(Tensor::zeros({3, 0}), {1}), "max", "[3, 0]");
  EXPECT_ERROR(shape, argmax(Tensor::zeros({3, 0}), 1), "argmax", "[3, 0]");
  EXPECT_EQ(max(Tensor::zeros({0, 3}), {1}).shape(), Shape{0});
}

TEST(OpErrors, Attributes) {
  EXPECT_ERROR(invalid_argument, clip(a34, 2, 1), "clip", "low", "2", "1");
  EXPECT_ERROR(invalid_argument, clip(a34, NAN, 1), "clip");
  EXPECT_ERROR(invalid_argument, softplus(a34, 0), "softplus", "beta");
  EXPECT_ERROR(invalid_argument, norm(a34, {}, false, -1), "norm", "order");
  EXPECT_ERROR(invalid_argument, ops::dropout(a34, 1), "dropout", "rate", "1");
  EXPECT_ERROR(invalid_argument, ops::bernoulli({3}, 1.5), "bernoulli", "1.5");
  EXPECT_ERROR(invalid_argument, ops::permutation(-1), "permutation", "-1");
  EXPECT_ERROR(shape, ops::dropout(a34, 0.5, {2, 4}), "dropout", "[2, 4]", "[3, 4]");
  EXPECT_ERROR(dtype, ops::uniform({3}, 0, 1, DType::i32), "uniform", "i32");
  EXPECT_ERROR(shape, glu(a35), "glu", "[3, 5]");
}

TEST(OpErrors, NothingIsBroadcastInALoss) {
  EXPECT_ERROR(shape, softmax_cross_entropy(a34, Tensor::zeros({1, 4})), "softmax_cross_entropy", "[3, 4]", "[1, 4]");
  EXPECT_ERROR(shape, sigmoid_cross_entropy(a34, Tensor::zeros({3, 1})), "sigmoid_cross_entropy", "[3, 4]", "[3, 1]");
  EXPECT_ERROR(shape, sparse_softmax_cross_entropy(a34, Tensor::zeros({3, 1}, DType::i32)), "[3, 4]", "[3]", "[3, 1]");
  EXPECT_ERROR(dtype, sparse_softmax_cross_entropy(a34, Tensor::zeros({3})), "labels", "i32 or i64", "f32[3]");
}

TEST(OpErrors, LabelOutsideTheClasses) {
  EXPECT_ERROR(invalid_argument, sparse_softmax_cross_entropy(a34, Tensor::from(std::vector<std::int32_t>{0, 4, 1})), "label 4", "row 1", "[0, 4)");
  EXPECT_ERROR(invalid_argument, sparse_softmax_cross_entropy(a34, Tensor::from(std::vector<std::int64_t>{0, 1, -1})), "label -1", "row 2");
}

TEST(OpErrors, Ctc) {
  const Tensor logits = Tensor::zeros({2, 4, 3}), labels = Tensor::from(std::vector<std::int32_t>{1, 2, 2, 1}, {2, 2}), four = Tensor::full({2}, 4, DType::i32), two = Tensor::full({2}, 2, DType::i32);
  EXPECT_ERROR(shape, ctc_loss(a34, labels, four, two), "[batch, time, classes]", "[3, 4]");
  EXPECT_ERROR(shape, ctc_loss(logits, Tensor::zeros({3, 2}, DType::i32), four, two), "labels must be [2, length]", "[3, 2]");
  EXPECT_ERROR(shape, ctc_loss(logits, labels, four, Tensor::zeros({1}, DType::i32)), "label_lengths must be [2]", "[1]");
  EXPECT_ERROR(dtype, ctc_loss(logits, Tensor::zeros({2, 2}), four, two), "labels", "i32 or i64");
  EXPECT_ERROR(invalid_argument, ctc_loss(logits, labels, four, two, 3), "blank", "3 classes");
  EXPECT_ERROR(invalid_argument, ctc_loss(logits, labels, Tensor::full({2}, 5, DType::i32), two), "row 0", "logit_length 5", "[0, 4]");
  EXPECT_ERROR(invalid_argument, ctc_loss(logits, Tensor::from(std::vector<std::int32_t>{1, 2, 0, 1}, {2, 2}), four, two), "row 1", "is the blank");
  EXPECT_ERROR(invalid_argument, ctc_loss(logits, Tensor::from(std::vector<std::int32_t>{1, 2, 2, 7}, {2, 2}), four, two), "row 1", "label 7", "[0, 3)");
}

TEST(OpErrors, Normalisation) {
  EXPECT_ERROR(shape, layer_norm(a34, Tensor::zeros({3}), {}), "layer_norm", "[4]", "[3]");
  EXPECT_ERROR(shape, std::get<0>(batch_norm_training(a34, Tensor::zeros({3}), {})), "batch_norm_training", "[4]", "[3]");
  EXPECT_ERROR(shape, std::get<0>(batch_norm_training(Tensor::zeros({0, 4}), {}, {})), "batch_norm_training", "empty");
  EXPECT_ERROR(shape, group_norm(a35, {}, {}, 2), "group_norm", "[3, 5]", "2 groups");
  EXPECT_ERROR(invalid_argument, layer_norm(a34, {}, {}, {-1}, -1.0), "layer_norm", "epsilon");
}

TEST(OpErrors, Optimizers) {
  EXPECT_ERROR(shape, ops::sgd_update({a34}, {a35}, {}, 0.1, {}), "sgd_update", "parameter 0", "f32[3, 4]", "f32[3, 5]");
  EXPECT_ERROR(invalid_argument, ops::sgd_update({a34, a34}, {a34}, {}, 0.1, {}), "sgd_update", "length", "2", "1");
  EXPECT_ERROR(dtype, ops::adam_update({Tensor::zeros({2}, DType::bf16)}, {Tensor::zeros({2}, DType::bf16)}, {Tensor::zeros({2}, DType::bf16)}, {Tensor::zeros({2}, DType::bf16)}, 0.1, 1, {}),
               "adam_update", "f32 or f64", "bf16[2]");
}

TEST(OpErrors, UndefinedInput) { EXPECT_ERROR(invalid_argument, add(a34, Tensor()), "add", "input 1", "undefined"); }

}  // namespace
}  // namespace candor
