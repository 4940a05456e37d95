// Masks and losses from inside in fit and evaluate, against sums written out here.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/candor.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

FitOptions one_batch() { return {.batch_size = 64, .shuffle = false, .verbose = 0}; }

// Six sequences of up to five words; 0 stands behind their ends.
const Tensor words = Tensor::from<std::int32_t>({1, 2, 3, 0, 0, 4, 0, 0, 0, 0, 5, 6, 7, 8, 9, 2, 3, 0, 0, 0, 1, 1, 1, 1, 0, 9, 0, 0, 0, 0}, {6, 5});
const Tensor targets = random_normal({6, 5, 1}, 0, 1, {4, 1});

/// One number a step, with the embedding's mask.
Sequential tagger(Optimizer optimizer = SGD{0.0}) {
  set_random_seed(5);
  const Sequential model{Embedding{10, 4, {.mask_zero = true}}, Dropout{0.0}, Dense{3, {.activation = tanh}}, Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = std::move(optimizer), .metrics = {MeanAbsoluteError{}}, .weighted_metrics = {MeanSquaredError{}}});
  return model;
}

/// sum(weight * f(error)) / sum(divisor) over the places of `words` that are not 0.
template <class F, class W, class D>
double masked_mean(const Tensor& predicted, F f, W weight, D divisor) {
  const std::vector<float> p = predicted.to_vector(), y = targets.to_vector(), ids = words.to_vector();
  double total = 0, count = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == 0) continue;
    total += weight(i) * f(static_cast<double>(p[i]) - y[i]);
    count += divisor(i);
  }
  return total / count;
}
double squared(double e) { return e * e; }
double absolute(double e) { return std::fabs(e); }
double one(std::size_t) { return 1; }

TEST(Masks, LossAndMetricsCountTheStepsThatAreThere) {
  const Sequential model = tagger();
  const History history = model.fit(words, targets, one_batch());
  const Tensor p = model.predict(words);
  const double mse = masked_mean(p, squared, one, one), mae = masked_mean(p, absolute, one, one);
  EXPECT_NEAR(history["loss"][0], mse, 1e-6);
  EXPECT_NEAR(history["mean_absolute_error"][0], mae, 1e-6);
  const Scores scores = model.evaluate(words, targets);
  EXPECT_NEAR(scores["loss"], mse, 1e-6);
  EXPECT_NEAR(scores["mean_absolute_error"], mae, 1e-6);
  // All places alike would be another number: the test can fail.
  EXPECT_GT(std::fabs(MeanSquaredError{}(targets, p).item() - mse), 1e-2);
}

TEST(Masks, SampleWeightsMultiplyThem) {
  const Sequential model = tagger();
  const std::vector<float> w{1, 3, 0.5f, 2, 0, 4};
  const auto weight = [&](std::size_t i) { return static_cast<double>(w[i / 5]); };
  FitOptions options = one_batch();
  options.sample_weight = Tensor::from(w);
  const History history = model.fit(words, targets, options);
  const Tensor p = model.predict(words);
  // As in Keras: the loss divides by the number of places that count, a weighted metric by their weights.
  EXPECT_NEAR(history["loss"][0], masked_mean(p, squared, weight, one), 1e-6);
  EXPECT_NEAR(history["mean_squared_error"][0], masked_mean(p, squared, weight, weight), 1e-6);
  EXPECT_NEAR(history["mean_absolute_error"][0], masked_mean(p, absolute, one, one), 1e-6);
}

TEST(Masks, WhatIsMaskedMovesNoWeight) {
  const auto trained = [](float behind) {
    Tensor y = targets.clone();
    const std::vector<float> ids = words.to_vector();
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] == 0) y.mutable_data<float>()[i] = behind;
    const Sequential model = tagger(Adam{0.05});
    model.fit(words, y, {.epochs = 4, .batch_size = 2, .verbose = 0});
    std::vector<std::vector<float>> weights;
    for (const Tensor& w : model.weights()) weights.push_back(w.to_vector());
    return weights;
  };
  EXPECT_EQ(trained(0), trained(1000));
}

TEST(Masks, ReachTheLossThroughAFunctionalGraph) {
  set_random_seed(6);
  const Symbol in = Input({5, 2});
  const Symbol seen = Masking{-1}(in);
  const Symbol both = Add{}({LSTM{3, {.return_sequences = true}}(seen), Dense{3}(seen)});
  const Model model{{in}, {TimeDistributed{Dense{1}}(LayerNormalization{}(both))}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.0}, .metrics = {MeanAbsoluteError{}}});
  Tensor x = random_normal({6, 5, 2}, 0, 1, {4, 2});
  const std::vector<float> ids = words.to_vector();
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] == 0) x.mutable_data<float>()[2 * i] = x.mutable_data<float>()[2 * i + 1] = -1;
  const History history = model.fit(x, targets, one_batch());
  const Tensor p = model.predict(x);
  EXPECT_NEAR(history["loss"][0], masked_mean(p, squared, one, one), 1e-6);
  EXPECT_NEAR(history["mean_absolute_error"][0], masked_mean(p, absolute, one, one), 1e-6);
}

TEST(Masks, ARecurrentLayerThatEndsASequencePassesNoneOn) {
  set_random_seed(6);
  const Sequential model{Embedding{10, 4, {.mask_zero = true}}, GRU{3}, Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.0}});
  const Tensor y = random_normal({6, 1}, 0, 1, {4, 3});
  EXPECT_NEAR(model.fit(words, y, one_batch())["loss"][0], MeanSquaredError{}(y, model.predict(words)).item(), 1e-6);
}

// A penalty on what a layer gives, from inside.
FunctionLayer penalised(double factor) {
  return FunctionLayer{[factor](const Tensor& x, std::span<const Tensor> w) {
                         const Tensor y = x * w[0];
                         add_loss(mean(square(y)) * Tensor::full({}, factor));
                         return y;
                       },
                       {{"gain", {1}, "ones"}},
                       {.name = "gain"}};
}

const Tensor x = random_normal({12, 2}, 0, 1, {7, 1}), y = random_normal({12, 1}, 0, 1, {7, 2});

TEST(AddLoss, IsInTheLossOfFitAndEvaluate) {
  set_random_seed(2);
  const Sequential model{penalised(0.5), Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.0}});
  const History history = model.fit(x, y, one_batch());
  const double without = MeanSquaredError{}(y, model.predict(x)).item(), want = without + 0.5 * mean(square(x)).item<double>();
  EXPECT_NEAR(history["loss"][0], want, 1e-6);
  EXPECT_NEAR(model.evaluate(x, y)["loss"], want, 1e-6);
  EXPECT_GT(want - without, 0.1);
}

TEST(AddLoss, IsTrainedOn) {
  // The loss of the outputs is 0 for any gain: what moves the gain is the loss from inside.
  set_random_seed(2);
  const Sequential model{penalised(1.5), Dense{1, {.kernel_initializer = "zeros"}}};
  model.build({2});
  model.layers()[1].set_trainable(false);
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.1}});
  model.fit(x, Tensor::zeros({12, 1}), one_batch());
  // d/dg 1.5 mean((g x)^2) = 3 g mean(x^2), at g = 1.
  EXPECT_NEAR(model.weights()[0].item(), 1 - 0.1 * 3 * mean(square(x)).item<double>(), 1e-6);
}

TEST(AddLoss, OfTwoCallsOfALayerInNestedModels) {
  set_random_seed(2);
  const Sequential inner{penalised(0.5)};
  const Symbol a = Input({2}), b = Input({2});
  const Model model{{a, b}, {Dense{1}(Concatenate{}({inner(a), inner(b)}))}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.0}});
  const Tensor x2 = x * Tensor::full({}, 2.0);
  const double want = MeanSquaredError{}(y, model.predict({x, x2}, {})[0]).item() + 0.5 * 5 * mean(square(x)).item<double>();
  EXPECT_NEAR(model.fit({x, x2}, {y}, one_batch())["loss"][0], want, 1e-5);
}

TEST(AddLoss, ActivityRegularizersAreMeansOverTheBatch) {
  set_random_seed(2);
  const Sequential model{Dense{3, {.activity_regularizer = L2{0.25}}}, Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.0}});
  const History history = model.fit(x, y, one_batch());
  const Tensor h = model.layers()[0](x);
  EXPECT_NEAR(history["loss"][0], MeanSquaredError{}(y, model.predict(x)).item() + 0.25 * sum(square(h)).item<double>() / 12, 1e-5);
}

TEST(AddLoss, TakesScalarsAlone) {
  set_random_seed(2);
  const Sequential model{Lambda{[](const Tensor& t) {
                           add_loss(square(t));
                           return t;
                         }},
                         Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{}});
  EXPECT_ERROR(shape, model.fit(x, y, one_batch()), "add_loss: takes a scalar", "mean or sum");
}

}  // namespace
}  // namespace candor
