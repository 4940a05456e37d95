// Sample and class weights, metrics of each output, epochs of a given number of steps, masks and losses from inside in fit, and what fit refuses.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/nn/call.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/tensor/random.h"
#include "candor/train/callbacks.h"
#include "candor/train/evaluate.h"
#include "candor/train/fit.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

const Tensor x8 = random_normal({8, 2}, 0, 1, {3, 1}), y8 = random_normal({8, 1}, 0, 1, {3, 2});

Sequential straight(CompileOptions options) {
  set_random_seed(1);
  const Sequential model{Dense{1}};
  if (!options.optimizer.defined()) options.optimizer = SGD{0.0};
  if (options.loss.empty()) options.loss = MeanSquaredError{};
  model.compile(std::move(options));
  return model;
}
FitOptions still() { return {.shuffle = false, .verbose = 0}; }

TEST(Weights, MetricsAndWeightedMetrics) {
  const Sequential model = straight({.metrics = {"mse"}, .weighted_metrics = {"mse", "mae"}});
  FitOptions options = still();
  options.sample_weight = Tensor::from(std::vector<float>{3, 0, 0, 0, 0, 0, 0, 1});
  const History history = model.fit(x8, y8, options);
  const Tensor p = model.predict(x8);
  const auto e = [&](std::size_t i) { return std::pow(p.to_vector()[i] - y8.to_vector()[i], 2); };
  EXPECT_NEAR(history["loss"][0], (3 * e(0) + e(7)) / 8, 1e-6);
  EXPECT_NEAR(history["weighted_mse"][0], (3 * e(0) + e(7)) / 4, 1e-6);
  EXPECT_NEAR(history["mse"][0], MeanSquaredError{}(y8, p).item(), 1e-6);
  EXPECT_NEAR(history["mae"][0], (3 * std::sqrt(e(0)) + std::sqrt(e(7))) / 4, 1e-6);
  EXPECT_NEAR(model.evaluate(x8, y8, {.sample_weight = options.sample_weight})["weighted_mse"], history["weighted_mse"][0], 1e-6);
}

TEST(Weights, ClassWeightsOfNumbersZeroOneAndOneHot) {
  set_random_seed(3);
  const Tensor classes = Tensor::from(std::vector<std::int32_t>{0, 1, 1, 0, 1, 0, 0, 1});
  const Tensor one_hot = Tensor::from(std::vector<float>{1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1}, {8, 2});
  const auto loss = [&](const Loss& of, std::int64_t units, const Tensor& y, std::vector<double> weights) {
    set_random_seed(3);
    const Sequential model{Dense{units, {.kernel_initializer = Constant{0.1}}}};
    model.compile({.loss = of, .optimizer = SGD{0.0}});
    FitOptions options = still();
    options.class_weight = std::move(weights);
    options.validation_data = {x8, y};
    const History history = model.fit(x8, y, options);
    if (!options.class_weight.empty()) {
      EXPECT_GT(std::fabs(history["loss"][0] - history["val_loss"][0]), 1e-4);  // validation is not weighted
    }
    return history["loss"][0];
  };
  const Loss sparse = SparseCategoricalCrossentropy{.from_logits = true}, dense = CategoricalCrossentropy{.from_logits = true}, binary = BinaryCrossentropy{.from_logits = true};
  const double want = loss(sparse, 2, classes, {1, 3});
  EXPECT_NEAR(loss(dense, 2, one_hot, {1, 3}), want, 1e-6);
  const Tensor column = classes.to(DType::f32);
  EXPECT_NEAR(loss(binary, 1, column, {2, 2}), 2 * loss(binary, 1, column, {}), 1e-5);
  EXPECT_ERROR(invalid_argument, loss(sparse, 2, classes, {1}), "class_weight has 1 classes", "row 1 is of class 1");
  EXPECT_ERROR(invalid_argument, loss(binary, 1, y8, {1, 1}), "whole class numbers");
  EXPECT_ERROR(invalid_argument, loss(MeanSquaredError{}, 3, Tensor::zeros({8, 2, 3}), {1, 1}), "one class a row");
}

TEST(Weights, StepsOfSequences) {
  set_random_seed(1);
  const Sequential model{Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.0}});
  const Tensor x = random_normal({4, 3, 2}, 0, 1, {3, 1}), y = Tensor::zeros({4, 3, 1});
  FitOptions options = still();
  Tensor w = Tensor::zeros({4, 3});
  w.mutable_data<float>()[4] = 12;  // row 1, step 1
  options.sample_weight = w;
  EXPECT_NEAR(model.fit(x, y, options)["loss"][0], std::pow(model.predict(x).to_vector()[4], 2), 1e-5);
  options.sample_weight = Tensor::zeros({4, 2});
  EXPECT_ERROR(shape, model.fit(x, y, options), "sample weights [4, 2]", "[4, 3]");
}

Model two_outputs(MetricList metrics) {
  set_random_seed(1);
  const Symbol in = Input({2});
  const Model model{{in}, {Dense{1, {.name = "price"}}(in), Dense{1, {.activation = sigmoid, .name = "buys"}}(in)}};
  model.compile({.loss = {MeanSquaredError{}, BinaryCrossentropy{}}, .optimizer = SGD{0.0}, .metrics = std::move(metrics)});
  return model;
}

TEST(Outputs, MetricsOfEachAndWeightsOfEach) {
  const Tensor buys = Tensor::from(std::vector<float>{0, 1, 1, 0, 1, 0, 0, 1}, {8, 1});
  const Model model = two_outputs({{"mae"}, {"accuracy", "AUC"}});
  FitOptions options = still();
  options.sample_weight = std::vector<Tensor>{Tensor(), Tensor::zeros({8})};
  const Scores scores = model.fit({x8}, {y8, buys}, options).epochs()[0];
  EXPECT_EQ(to_string(scores).find("buys_mae"), std::string::npos);
  EXPECT_GT(scores["price_mae"], 0);
  EXPECT_GT(scores["buys_accuracy"], 0);
  EXPECT_GT(scores["buys_AUC"], 0);
  EXPECT_EQ(scores["buys_loss"], 0);
  EXPECT_NEAR(scores["loss"], scores["price_loss"], 1e-6);
  // As in Keras, as many metrics as outputs are one each.
  EXPECT_ERROR(not_found, (two_outputs({"mae", "accuracy"}).fit({x8}, {y8, buys}, still())["buys_mae"]), "buys_accuracy");
  EXPECT_ERROR(invalid_argument, two_outputs({{"mae"}, {}, {}}).fit({x8}, {y8, buys}, still()), "3 lists of metrics for 2 outputs");
  options.sample_weight = std::vector<Tensor>{Tensor::zeros({8}), Tensor::zeros({8}), Tensor::zeros({8})};
  EXPECT_ERROR(invalid_argument, model.fit({x8}, {y8, buys}, options), "3 sample weights for 2 outputs");
  options.sample_weight = {};
  options.class_weight = {1, 1};
  EXPECT_ERROR(invalid_argument, model.fit({x8}, {y8, buys}, options), "class_weight needs one output");
  EXPECT_ERROR(invalid_argument, model.fit({x8}, {y8}, still()), "has 2 outputs, 1 targets");
}

TEST(Steps, AnEpochGoesOnWhereTheOneBeforeEnded) {
  const Sequential model = straight({});
  std::vector<double> losses, whole;
  std::vector<int> steps;
  const LambdaCallback spy{.on_epoch_begin = [&](TrainState&) { steps.push_back(0); },
                           .on_train_batch_end = [&](TrainState&, std::int64_t, double loss) { losses.push_back(loss), ++steps.back(); }};
  FitOptions options{.epochs = 4, .batch_size = 2, .shuffle = false, .callbacks = {spy}, .verbose = 0};
  options.steps_per_epoch = 3;
  model.fit(x8, y8, options);
  EXPECT_EQ(steps, (std::vector<int>{3, 1, 3, 1}));  // four batches: an epoch ends with the data, as in Keras
  for (std::int64_t i = 0; i < 8; i += 2) whole.push_back(MeanSquaredError{}(y8.view_slice(0, i, i + 2), model.predict(x8.view_slice(0, i, i + 2).contiguous())).item());
  for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], whole[i % 4], 1e-6) << i;
  options.steps_per_epoch = -1;
  EXPECT_ERROR(invalid_argument, model.fit(x8, y8, options), "steps_per_epoch must not be negative");
}

TEST(Steps, ValidationStepsAndFrequency) {
  const Sequential model = straight({});
  FitOptions options{.epochs = 4, .batch_size = 2, .validation_data = {x8, y8}, .shuffle = false, .verbose = 0};
  options.validation_steps = 2;
  options.validation_freq = 2;
  const History history = model.fit(x8, y8, options);
  EXPECT_TRUE(std::isnan(history["val_loss"][0]));
  EXPECT_NEAR(history["val_loss"][1], MeanSquaredError{}(y8.view_slice(0, 0, 4), model.predict(x8.view_slice(0, 0, 4).contiguous())).item(), 1e-6);
  options.validation_freq = 0;
  EXPECT_ERROR(invalid_argument, model.fit(x8, y8, options), "validation_freq");
}

TEST(FitRefuses, WhatDoesNotFit) {
  const Sequential model = straight({.metrics = {"mae"}});
  FitOptions options = still();
  options.sample_weight = Tensor::zeros({7});
  EXPECT_ERROR(shape, model.fit(x8, y8, options), "sample weights [7]", "7 rows", "8");
  options.sample_weight = Tensor::zeros({8, 2, 2});
  EXPECT_ERROR(shape, model.fit(x8, y8, options), "sample weights [8, 2, 2]", "[8]");
  EXPECT_ERROR(shape, model.fit(x8, Tensor::zeros({8, 3}), still()), "[8, 3]", "[8, 1]", "never broadcasts");
  EXPECT_ERROR(invalid_argument, model.fit(x8, y8, {.callbacks = {EarlyStopping{.monitor = "vall_loss"}}, .verbose = 0}), "'vall_loss'", "there are loss, mae");
  EXPECT_ERROR(invalid_argument, model.fit(x8, y8, {.callbacks = {ReduceLROnPlateau{}}, .verbose = 0}), "val_loss", "validation_split");
  EXPECT_ERROR(not_found, model.compile({.loss = "nope", .optimizer = SGD{}}), "'nope'", "MeanSquaredError");
  EXPECT_ERROR(not_found, model.compile({.loss = "mse", .optimizer = SGD{}, .metrics = {"nope"}}), "'nope'", "BinaryAccuracy");
}

}  // namespace
}  // namespace candor
