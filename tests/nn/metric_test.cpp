// Metrics against numbers worked out by hand, over several batches.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/ops/elementwise.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

Tensor column(std::vector<float> v) { return Tensor::from(v, {static_cast<std::int64_t>(v.size()), 1}); }
Tensor numbers(std::vector<float> v) { return Tensor::from(v); }
Tensor classes(std::vector<std::int32_t> v) { return Tensor::from(v); }

TEST(Metric, AccuracyChoosesByShapes) {
  const Accuracy sparse, one_hot, binary, logits;
  const Tensor scores = Tensor::from(std::vector<float>{.1f, .9f, .8f, .2f, .3f, .7f}, {3, 2});
  sparse.update(classes({1, 0, 0}), scores);
  EXPECT_DOUBLE_EQ(sparse.result(), 2. / 3);
  one_hot.update(Tensor::from(std::vector<float>{0, 1, 1, 0, 0, 1}, {3, 2}), scores);
  EXPECT_DOUBLE_EQ(one_hot.result(), 1);
  binary.update(numbers({1, 0, 1, 0}), column({.6f, .4f, .3f, .9f}));
  EXPECT_DOUBLE_EQ(binary.result(), 0.5);
  logits.set_from_logits(true);
  logits.update(numbers({1, 0}), column({.1f, -.1f}));
  EXPECT_DOUBLE_EQ(logits.result(), 1);
  EXPECT_ERROR(shape, binary.update(numbers({1, 0, 1}), column({1, 0})), "[3]", "[2, 1]");
}

TEST(Metric, BatchesOfDifferentSizeCountByTheirSamples) {
  const Accuracy accuracy;
  accuracy.update(numbers({1, 1, 1}), column({1, 1, 1}));
  accuracy.update(numbers({1}), column({0}));
  EXPECT_DOUBLE_EQ(accuracy.result(), 0.75);
  accuracy.reset();
  EXPECT_EQ(accuracy.result(), 0);  // of nothing, as in Keras
  accuracy.update(numbers({1, 1}), column({1, 0}), numbers({3, 1}));
  EXPECT_DOUBLE_EQ(accuracy.result(), 0.75);
}

TEST(Metric, R2IsThatOfTheWholeSet) {
  const R2Score r2;
  r2.update(column({1, 2}), column({1.5f, 2}));
  r2.update(column({1000003}), column({1000002}));
  // By hand: residual .25 + 1; spread of {1, 2, 1000003}.
  const double mean = (1 + 2 + 1000003) / 3., spread = std::pow(1 - mean, 2) + std::pow(2 - mean, 2) + std::pow(1000003 - mean, 2);
  EXPECT_NEAR(r2.result(), 1 - 1.25 / spread, 1e-12);
  const R2Score far;  // a large offset costs no digits
  far.update(column({1e6f, 1e6f + 1, 1e6f + 2}), column({1e6f, 1e6f + 1, 1e6f + 1}));
  EXPECT_NEAR(far.result(), 0.5, 1e-9);
}

TEST(Metric, ErrorsOverTheWholeSet) {
  const MAE mae;
  const RMSE rmse;
  for (const auto& [t, p] : std::vector<std::pair<float, float>>{{1, 2}, {3, 5}, {0, 0}}) {
    mae.update(column({t}), column({p}));
    rmse.update(numbers({t}), column({p}));
  }
  EXPECT_DOUBLE_EQ(mae.result(), 1);
  EXPECT_DOUBLE_EQ(rmse.result(), std::sqrt(5. / 3));
  const Metric loss = MeanSquaredError{};
  loss.update(column({1, 3}), column({2, 5}));
  EXPECT_DOUBLE_EQ(loss.result(), 2.5);
  EXPECT_ERROR(shape, mae.update(Tensor::zeros({3, 2}), column({1, 2, 3})), "[3, 2]", "[3, 1]");
}

TEST(Metric, ExactAucIsTheChanceThatAYesScoresAboveANo) {
  const ExactAUC auc;
  auc.update(numbers({0, 0, 1}), numbers({.1f, .4f, .35f}));
  auc.update(numbers({1}), numbers({.8f}));
  EXPECT_DOUBLE_EQ(auc.result(), 0.75);
  const ExactAUC ties;
  ties.update(numbers({1, 0}), numbers({.5f, .5f}));
  EXPECT_DOUBLE_EQ(ties.result(), 0.5);
  const ExactAUC one_class;
  one_class.update(numbers({1, 1}), numbers({.5f, .6f}));
  EXPECT_TRUE(std::isnan(one_class.result()));
  const ExactAUC pr{{.curve = "PR"}};
  pr.update(numbers({1, 0, 1, 0}), numbers({.9f, .8f, .7f, .1f}));
  EXPECT_DOUBLE_EQ(pr.result(), 0.5 * 1 + 0.5 * 2 / 3);
}

TEST(Metric, PrecisionAndRecall) {
  const Precision precision;
  const Recall recall;
  precision.update(numbers({1, 1, 0, 0}), numbers({.9f, .2f, .8f, .1f}));
  recall.update(numbers({1, 1, 0, 1}), numbers({.9f, .2f, .8f, .1f}));
  EXPECT_DOUBLE_EQ(precision.result(), 0.5);
  EXPECT_DOUBLE_EQ(recall.result(), 1. / 3);
}

TEST(Metric, TopK) {
  const TopKCategoricalAccuracy top{{.k = 2}};
  top.update(classes({0, 0}), Tensor::from(std::vector<float>{.3f, .5f, .2f, .1f, .5f, .4f}, {2, 3}));
  EXPECT_DOUBLE_EQ(top.result(), 0.5);
}

TEST(Metric, CountsInsideACompiledStep) {
  const Accuracy accuracy;
  const R2Score r2;
  const auto step = compile([&](Tensor t, Tensor p) {
    accuracy.update(t, p);
    r2.update(t, p);
    return p;
  });
  step(column({1, 0}), column({.9f, .9f}));
  step(column({1, 1}), column({.9f, .2f}));
  EXPECT_DOUBLE_EQ(accuracy.result(), 0.5);
  const R2Score again;
  again.update(column({1, 0, 1, 1}), column({.9f, .9f, .9f, .2f}));
  EXPECT_NEAR(r2.result(), again.result(), 1e-12);
}

TEST(Metric, ByKerasNameAndShownUnderIt) {
  EXPECT_EQ(Metric("mae").name(), "mae");
  EXPECT_EQ(Metric("AUC").name(), "AUC");
  EXPECT_EQ(Metric("accuracy").config().at("class_name").text(), "Accuracy");
  EXPECT_EQ(Metric("mae").fresh().name(), "mae");
  EXPECT_ERROR(not_found, Metric("accuracies"), "'accuracies'", "BinaryAccuracy");
  EXPECT_ERROR(corrupt, Metric("IoU"), "is missing");
}

TEST(Metric, SeveralThresholdsAreSeveralNumbers) {
  const Precision precision{{.thresholds = {0.2, 0.7}}};
  precision.update(numbers({1, 0, 1}), numbers({.9f, .5f, .1f}));
  EXPECT_EQ(precision.results(), (std::vector<double>{0.5, 1}));
  EXPECT_ERROR(invalid_argument, precision.result(), "2 numbers", "results()");
  EXPECT_ERROR(invalid_argument, Precision({.thresholds = 1.5}), "[0, 1]");
  EXPECT_ERROR(invalid_argument, AUC({.curve = "LIFT"}), "ROC, PR, PRGAIN");
  EXPECT_ERROR(invalid_argument, AUC({.num_thresholds = 1}), "at least 2");
  EXPECT_ERROR(invalid_argument, IoU(3, {3}), "3", "[0, 3)");
  EXPECT_ERROR(invalid_argument, F1Score({.average = "all"}), "'all'");
  EXPECT_ERROR(invalid_argument, SensitivityAtSpecificity(1.2), "specificity");
  EXPECT_ERROR(shape, Precision({.top_k = 4}).update(numbers({1, 0}), numbers({1, 0})), "top_k 4");
  EXPECT_ERROR(shape, F1Score().update(numbers({1, 0}), numbers({1, 0})), "[batch, classes]");
  EXPECT_ERROR(shape, precision.update(numbers({1, 0, 1}), column({1, 0})), "[3]", "[2, 1]");
  EXPECT_ERROR(shape, precision.update(numbers({1, 0}), numbers({1, 0}), numbers({1, 2, 3})), "sample weights [3]");
}

TEST(Metric, MeanAndSumOfOnesOwnLoop) {
  const Mean mean;
  EXPECT_EQ(mean.result(), 0);
  mean.add(1);
  mean.add(Tensor(4.f), 2);
  EXPECT_DOUBLE_EQ(mean.result(), 3);
  EXPECT_DOUBLE_EQ(mean.count(), 3);
  const Sum sum;
  sum.update(numbers({1, 2}), numbers({1, 10}));
  EXPECT_DOUBLE_EQ(sum.result(), 21);
  const MeanMetricWrapper own([](const Tensor& t, const Tensor& p) { return p - t; }, {.name = "bias"});
  own.update(column({1, 2}), column({2, 4}));
  EXPECT_DOUBLE_EQ(own.result(), 1.5);
  EXPECT_EQ(own.name(), "bias");
}

TEST(Loss, NeverBroadcasts) {
  EXPECT_ERROR(shape, MeanSquaredError{}(Tensor::zeros({32}), Tensor::zeros({32, 2})), "mean_squared_error", "[32]", "[32, 2]", "never broadcasts");
  EXPECT_ERROR(shape, MeanSquaredError{}(Tensor::zeros({32}), Tensor::zeros({1, 32})), "mean_squared_error", "[32]", "[1, 32]", "never broadcasts");
  EXPECT_ERROR(shape, BinaryCrossentropy{}(Tensor::zeros({4, 1}), Tensor::zeros({4, 3})), "[4, 1]", "[4, 3]");
  EXPECT_ERROR(shape, (SparseCategoricalCrossentropy{.from_logits = true}(classes({1, 2}), Tensor::zeros({3, 4}))), "[2]", "[3, 4]");
  EXPECT_ERROR(dtype, SparseCategoricalCrossentropy{}(numbers({1, 2}), Tensor::zeros({2, 4})), "whole numbers");
  EXPECT_ERROR(shape, MeanSquaredError{}(Tensor::zeros({4, 2}), Tensor::zeros({4, 2}), Tensor::zeros({3})), "sample weights [3]", "[4]");
  EXPECT_ERROR(invalid_argument, (BinaryCrossentropy{.label_smoothing = 2}(Tensor::zeros({1}), Tensor::zeros({1}))), "label_smoothing");
}

TEST(Loss, CrossEntropyTakesNumbersAndProbabilities) {
  const Tensor logits = Tensor::from(std::vector<float>{1, 2, 0, 3}, {2, 2});
  const double want = (std::log(1 + std::exp(1.)) + std::log(1 + std::exp(-3.))) / 2;
  EXPECT_NEAR(cross_entropy(logits, classes({0, 1})).item(), want, 1e-6);
  EXPECT_NEAR(cross_entropy(logits, Tensor::from(std::vector<float>{1, 0, 0, 1}, {2, 2})).item(), want, 1e-6);
  EXPECT_NEAR(cross_entropy(logits, Tensor::from(std::vector<std::uint8_t>{0, 1})).item(), want, 1e-6);
}

}  // namespace
}  // namespace candor
