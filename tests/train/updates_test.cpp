// How fit updates weights: several batches an update, clipped gradients, a loss scale.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/candor.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

const Tensor x = random_normal({48, 5}, 0, 1, {9, 1}), y = random_normal({48, 2}, 0, 3, {9, 2});

Sequential network(Optimizer optimizer) {
  set_random_seed(4);
  const Sequential model{Dense{7, {.activation = tanh}}, Dense{2}};
  model.build({5});
  model.compile({.loss = MeanSquaredError{}, .optimizer = std::move(optimizer)});
  return model;
}

std::vector<std::vector<float>> weights_of(const Model& model) {
  std::vector<std::vector<float>> all;
  for (const Tensor& w : model.weights()) all.push_back(w.to_vector());
  return all;
}

std::vector<std::vector<float>> gradients_of(const Model& model, const Tensor& in, const Tensor& want) {
  const auto [loss, gradients] = value_and_grad([&] { return MeanSquaredError{}(want, model(in, training)); }, model.parameters());
  std::vector<std::vector<float>> all;
  for (const Tensor& g : gradients) all.push_back(g.to_vector());
  return all;
}

void expect_near(const std::vector<std::vector<float>>& got, const std::vector<std::vector<float>>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    for (std::size_t j = 0; j < got[i].size(); ++j) EXPECT_NEAR(got[i][j], want[i][j], tolerance) << i << " " << j;
}

TEST(Accumulation, FourBatchesOfThreeAreOneOfTwelve) {
  for (const bool adam : {false, true}) {
    const auto trained = [&](std::int64_t batch, std::optional<std::int64_t> steps) {
      const Sequential model = adam ? network(Adam{0.01, {.gradient_accumulation_steps = steps}}) : network(SGD{0.05, {.momentum = 0.9, .gradient_accumulation_steps = steps}});
      model.fit(x, y, {.epochs = 5, .batch_size = batch, .shuffle = false, .verbose = 0});
      EXPECT_EQ(model.compile_options().optimizer.iterations(), 20);
      return weights_of(model);
    };
    const auto whole = trained(12, {});
    expect_near(trained(3, 4), whole, 2e-5);
    EXPECT_NE(weights_of(network(SGD{})), whole);
  }
}

TEST(Accumulation, NothingMovesBeforeTheLastBatch) {
  const Sequential model = network(SGD{0.1, {.gradient_accumulation_steps = 3}});
  const auto before = weights_of(model);
  std::vector<bool> moved;
  const LambdaCallback spy{.on_train_batch_end = [&](TrainState& state, std::int64_t, double) { moved.push_back(weights_of(state.model) != before); }};
  model.fit(x, y, {.batch_size = 16, .shuffle = false, .callbacks = {spy}, .verbose = 0});
  EXPECT_EQ(moved, (std::vector<bool>{false, false, true}));
}

/// One step of SGD at rate 1: what is taken off the weights is the gradient that the optimizer saw.
std::vector<std::vector<float>> applied(const SGDOptions& options) {
  const Sequential model = network(SGD{1.0, options});
  const auto before = weights_of(model);
  model.fit(x, y, {.batch_size = 48, .shuffle = false, .verbose = 0});
  auto change = before;
  const auto after = weights_of(model);
  for (std::size_t i = 0; i < change.size(); ++i)
    for (std::size_t j = 0; j < change[i].size(); ++j) change[i][j] -= after[i][j];
  return change;
}

double norm_of(const std::vector<float>& g) {
  double total = 0;
  for (float v : g) total += static_cast<double>(v) * v;
  return std::sqrt(total);
}

TEST(Clipping, ByValueNormAndGlobalNorm) {
  const auto plain = gradients_of(network(SGD{}), x, y);
  expect_near(applied({}), plain, 1e-6);
  double all = 0, largest = 0;
  for (const auto& g : plain) all += norm_of(g) * norm_of(g), largest = std::max(largest, norm_of(g));
  all = std::sqrt(all);

  auto want = plain;
  for (auto& g : want)
    for (float& v : g) v = std::clamp(v, -0.1f, 0.1f);
  EXPECT_NE(want, plain);
  expect_near(applied({.clipvalue = 0.1}), want, 1e-6);

  const double limit = largest / 2;  // some weights are clipped, others are not
  want = plain;
  int clipped = 0;
  for (auto& g : want) {
    const double n = norm_of(g);
    clipped += n > limit;
    for (float& v : g) v *= static_cast<float>(n > limit ? limit / n : 1);
  }
  EXPECT_GT(clipped, 0);
  EXPECT_LT(clipped, static_cast<int>(want.size()));
  expect_near(applied({.clipnorm = limit}), want, 1e-6);

  want = plain;
  for (auto& g : want)
    for (float& v : g) v *= static_cast<float>(0.5);
  expect_near(applied({.global_clipnorm = all / 2}), want, 1e-6);
  expect_near(applied({.global_clipnorm = all * 2}), plain, 1e-6);
}

double scale_of(const Model& model) {
  for (const auto& [name, variable] : model.compile_options().optimizer.named_variables())
    if (name.find("dynamic_scale") != std::string::npos) return variable.tensor().item<double>();
  ADD_FAILURE() << "no dynamic_scale";
  return 0;
}

TEST(LossScale, AnOverflowSkipsTheStepAndHalvesTheScale) {
  const Sequential model = network(LossScaleOptimizer(SGD{0.05}, {.initial_scale = 2e38, .dynamic_growth_steps = 1000}));
  const auto before = weights_of(model);
  const Tensor far = narrow(x, 1, 0, 2) * Tensor::full({}, 30.0);  // gradients of some hundreds, times 2e38
  std::vector<double> scales;
  std::vector<bool> moved;
  const LambdaCallback spy{.on_train_batch_end = [&](TrainState& state, std::int64_t, double loss) {
    EXPECT_TRUE(std::isfinite(loss));  // what is shown is the loss itself, not the scaled one
    scales.push_back(scale_of(state.model));
    moved.push_back(weights_of(state.model) != before);
  }};
  const History history = model.fit(x, far, {.epochs = 40, .batch_size = 12, .shuffle = false, .callbacks = {spy}, .verbose = 0});
  EXPECT_FALSE(moved[0]);
  EXPECT_NEAR(scales[0] / 1e38, 1, 1e-6);
  std::size_t skipped = 0;
  while (skipped < moved.size() && !moved[skipped]) ++skipped;
  ASSERT_GT(skipped, 0u);
  ASSERT_LT(skipped, 16u) << "it never recovers";
  for (std::size_t i = 0; i < skipped; ++i) EXPECT_NEAR(scales[i] / (2e38 * std::pow(0.5, static_cast<double>(i + 1))), 1, 1e-6);
  EXPECT_LT(history["loss"].back(), 0.9 * history["loss"].front());
}

TEST(LossScale, GrowsAndChangesNoNumberOtherwise) {
  const Sequential scaled = network(LossScaleOptimizer(SGD{0.05}, {.initial_scale = 1024, .dynamic_growth_steps = 3})), plain = network(SGD{0.05});
  for (const Sequential& model : {scaled, plain}) model.fit(x, y, {.epochs = 2, .batch_size = 12, .shuffle = false, .verbose = 0});
  EXPECT_EQ(scale_of(scaled), 4096);  // eight steps: doubled twice
  expect_near(weights_of(scaled), weights_of(plain), 1e-6);
}

TEST(LossScale, AFixedFactorIsDividedOutAgain) {
  const Sequential scaled = network(Adam{0.01, {.loss_scale_factor = 512}}), plain = network(Adam{0.01});
  std::vector<double> losses;
  for (const Sequential& model : {scaled, plain}) losses.push_back(model.fit(x, y, {.epochs = 3, .batch_size = 12, .shuffle = false, .verbose = 0})["loss"].back());
  EXPECT_NEAR(losses[0], losses[1], 1e-5);
  expect_near(weights_of(scaled), weights_of(plain), 1e-4);
}

}  // namespace
}  // namespace candor
