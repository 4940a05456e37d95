// Model::fit, evaluate, predict on small generated data.
#include "candor/train/fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/interrupt.h"
#include "candor/base/threads.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/tensor/random.h"
#include "candor/train/callbacks.h"
#include "candor/train/evaluate.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor {
namespace {

/// Two classes split by a circle.
data::Dataset circle(std::int64_t rows, std::uint64_t seed = 1) {
  const Tensor x = random_uniform({rows, 2}, -1, 1, {seed, 1});
  std::vector<std::int32_t> y;
  const auto v = x.to_vector();
  for (std::size_t i = 0; i < v.size(); i += 2) y.push_back(v[i] * v[i] + v[i + 1] * v[i + 1] < 0.6f);
  return data::from_arrays(x, Tensor::from(y));
}

Sequential classifier(std::uint64_t seed = 1) {
  set_random_seed(seed);
  const Sequential model{Dense{16, {.activation = tanh}}, Dense{2}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.02}, .metrics = {Accuracy{}}});
  return model;
}

FitOptions quiet(int epochs) { return {.epochs = epochs, .verbose = 0}; }

TEST(Fit, LearnsACircle) {
  const Sequential model = classifier();
  const data::Dataset train = circle(600), test = circle(300, 2);
  const History history = model.fit(train, {.epochs = 30, .validation_split = 0.1f, .verbose = 0});
  EXPECT_EQ(history.epochs().size(), 30u);
  EXPECT_LT(history["loss"].back(), history["loss"].front());
  EXPECT_GT(history["val_accuracy"].back(), 0.9);
  const Scores scores = model.evaluate(test);
  EXPECT_GT(scores["accuracy"], 0.93);
  EXPECT_ERROR(not_found, scores["auc"], "there are loss, accuracy");
  // predict and evaluate agree.
  const Tensor out = model.predict(test);
  EXPECT_EQ(out.shape(), (Shape{300, 2}));
  const Accuracy accuracy;
  accuracy.update(test.targets, out);
  EXPECT_DOUBLE_EQ(accuracy.result(), scores["accuracy"]);
}

TEST(Fit, FitsALineWithTargetsOfOneAxis) {
  const Tensor x = random_uniform({200, 1}, 0, 1, {1, 1});
  std::vector<float> y;
  for (float v : x.to_vector()) y.push_back(3 * v - 1);
  const Sequential model{Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.3}, .metrics = {R2Score{}, MAE{}}});
  const History history = model.fit(x, Tensor::from(y), quiet(60));
  EXPECT_GT(history["r2_score"].back(), 0.999);
  EXPECT_LT(model.evaluate(x, Tensor::from(y))["mean_absolute_error"], 0.02);
}

TEST(Fit, BatchSizeOfEvaluateDoesNotChangeTheScore) {
  const Sequential model = classifier();
  const data::Dataset set = circle(101);
  model.build({2});
  const Scores a = model.evaluate(set, {.batch_size = 7}), b = model.evaluate(set, {.batch_size = 101});
  EXPECT_NEAR(a["loss"], b["loss"], 1e-6);
  EXPECT_DOUBLE_EQ(a["accuracy"], b["accuracy"]);
}

TEST(Fit, SameSeedSameBitsForAnyNumberOfThreads) {
  const data::Dataset set = circle(333);
  const auto run = [&](int count, std::uint64_t seed) {
    const int before = threads();
    set_threads(count);
    set_random_seed(4);
    const Sequential model{Dense{32, {.activation = relu}}, Dropout{0.3}, BatchNormalization{}, Dense{2}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.01}});
    model.fit(set, {.epochs = 3, .batch_size = 50, .seed = seed, .verbose = 0});
    set_threads(before);
    std::vector<float> all;
    for (const Tensor& w : model.weights()) {
      for (float v : w.to_vector()) all.push_back(v);
    }
    return all;
  };
  const auto one = run(1, 3);
  EXPECT_EQ(one, run(2, 3));
  EXPECT_EQ(one, run(7, 3));
  EXPECT_NE(one, run(1, 4));
}

TEST(Fit, WeightsOfClassesAndSamples) {
  const data::Dataset set = circle(64);
  const auto loss = [&](FitOptions options) {
    options.verbose = 0;
    options.shuffle = false;
    const Sequential model = classifier();
    return model.fit(set, options)["loss"].front();
  };
  const double plain = loss({.batch_size = 64}), doubled = loss({.batch_size = 64, .class_weight = {2, 2}});
  EXPECT_NEAR(doubled, 2 * plain, 1e-5);
  EXPECT_NEAR(loss({.batch_size = 64, .sample_weight = Tensor::full({64}, 0.5)}), plain / 2, 1e-5);
  EXPECT_ERROR(invalid_argument, loss({.class_weight = {1}}), "class_weight has 1 classes");
}

TEST(Fit, SeveralInputsAndOutputs) {
  const Symbol a = Input({2}), b = Input({3});
  const Symbol both = Concatenate{}({a, b});
  const Model model{{a, b}, {Dense{1, {.name = "price"}}(both), Dense{1, {.activation = sigmoid, .name = "buys"}}(both)}};
  model.compile({.loss = {MeanSquaredError{}, BinaryCrossentropy{}}, .optimizer = Adam{0.01}, .metrics = {MAE{}}, .loss_weights = {1, 0.5}});
  const Tensor x1 = random_normal({40, 2}, 0, 1, {1, 1}), x2 = random_normal({40, 3}, 0, 1, {1, 2});
  const Tensor y1 = random_normal({40, 1}, 0, 1, {1, 3}), y2 = random_bernoulli({40, 1}, 0.5f, {1, 4}).to(DType::f32);
  const History history = model.fit({x1, x2}, {y1, y2}, quiet(3));
  const Scores& last = history.epochs().back();
  EXPECT_NEAR(last["loss"], last["price_loss"] + 0.5 * last["buys_loss"], 1e-5);
  EXPECT_GT(last["buys_mean_absolute_error"], 0);
  EXPECT_EQ(model.predict({x1, x2}, {}).size(), 2u);
}

TEST(Fit, AucInTrainingIsThatOfAllPredictions) {
  const data::Dataset set = circle(120);
  const Sequential model{Dense{8, {.activation = relu}}, Dense{1}};
  model.compile({.loss = BinaryCrossentropy{.from_logits = true}, .optimizer = SGD{1e-12}, .metrics = {ExactAUC{}, Accuracy{}}});
  const History history = model.fit(set, {.epochs = 1, .batch_size = 32, .verbose = 0});
  const Scores scores = model.evaluate(set);
  EXPECT_NEAR(history["auc"][0], scores["auc"], 1e-9);  // the rate is so small that the weights stay
  EXPECT_NEAR(history["accuracy"][0], scores["accuracy"], 1e-12);
}

TEST(Fit, RegularizersAreInTheLoss) {
  const data::Dataset set = circle(32);
  const auto loss = [&](double l2) {
    set_random_seed(1);
    const Sequential model{Dense{2, {.kernel_initializer = Constant{1}, .kernel_regularizer = L2{l2}}}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = SGD{0.0}});
    return model.fit(set, quiet(1))["loss"][0];
  };
  EXPECT_NEAR(loss(0.5) - loss(0), 0.5 * 4, 1e-5);
}

TEST(Fit, RefusesBadInput) {
  const Sequential model = classifier();
  const data::Dataset set = circle(20);
  EXPECT_ERROR(invalid_argument, model.fit(set, {.epochs = 0}), "epochs must be at least 1");
  EXPECT_ERROR(invalid_argument, model.fit(set, {.batch_size = 0}), "batch_size must be at least 1");
  EXPECT_ERROR(invalid_argument, model.fit(set, {.validation_split = 1}), "validation_split");
  EXPECT_ERROR(shape, model.fit(set.features, Tensor::zeros({19}, DType::i32), quiet(1)), "[19]", "19 rows", "20");
  EXPECT_ERROR(invalid_argument, model.fit(Tensor::zeros({0, 2}), Tensor::zeros({0}, DType::i32), quiet(1)), "no rows");
  EXPECT_ERROR(invalid_argument, Sequential{Dense{1}}.fit(set, quiet(1)), "not compiled");
  model.fit(set, quiet(1));
  EXPECT_ERROR(shape, model.fit(Tensor::zeros({4, 3}), Tensor::zeros({4}, DType::i32), quiet(1)), "dense", "(3 vs 2)", "built for 2 inputs");
  EXPECT_ERROR(shape, model.predict(Tensor::zeros({4, 3})), "dense", "(3 vs 2)");
  EXPECT_ERROR(shape, model.evaluate(Tensor::zeros({4, 5}), Tensor::zeros({4}, DType::i32)), "dense", "(5 vs 2)");
  const Sequential wide{Dense{3}};
  wide.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}});
  EXPECT_ERROR(shape, wide.fit(Tensor::zeros({8, 2}), Tensor::zeros({8, 1}), quiet(1)), "mean_squared_error", "[8, 1]", "[8, 3]");
}

TEST(Fit, FewerRowsThanABatch) {
  const Sequential model = classifier();
  EXPECT_EQ(model.fit(circle(5), {.epochs = 2, .batch_size = 128, .verbose = 0}).epochs().size(), 2u);
}

TEST(Fit, StopsAtTheFirstLossThatIsNotFinite) {
  const data::Dataset set = circle(200);
  set_random_seed(1);
  const Sequential model{Dense{8, {.activation = relu}}, Dense{8, {.activation = relu}}, Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{1e9}});
  EXPECT_ERROR(numeric, model.fit(set, {.epochs = 5, .batch_size = 20, .verbose = 0}), "fit: the loss became", "in step", "of epoch 1", "the output of sequential/dense",
               "first that is not finite", "learning rate (it is 1e+09)");
  for (const Tensor& w : model.weights()) {
    for (float v : w.to_vector()) EXPECT_TRUE(std::isfinite(v));
  }
  EXPECT_TRUE(std::isfinite(model.evaluate(set.slice(0, 20))["loss"]));
}

TEST(Fit, SaysWhenTheDataAreNotFinite) {
  Tensor x = random_normal({64, 2}, 0, 1, {1, 1});
  x.mutable_data<float>()[77] = std::nanf("");
  const Sequential model{Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}});
  EXPECT_ERROR(numeric, model.fit(x, Tensor::zeros({64, 1}), {.batch_size = 8, .verbose = 0}), "the input is the first that is not finite", "clean them");
}

TEST(Fit, NamesTheRowOfTheDataThatAnOpCannotTake) {
  std::vector<std::int32_t> ids(100, 1), classes(50, 2);
  ids[2 * 37 + 1] = 9;
  set_random_seed(1);
  const Sequential model{Embedding{5, 3}, Flatten{}, Dense{3}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = SGD{}});
  const Tensor words = Tensor::from(ids, {50, 2}), good = Tensor::full({50, 2}, 1, DType::i32), y = Tensor::from(classes);
  EXPECT_ERROR(invalid_argument, model.fit(words, y, {.batch_size = 8, .verbose = 0}), "index 9", ", 1] is out of range", "axis of 5", "sequential/embedding", "row 37 of the data");
  EXPECT_ERROR(invalid_argument, model.evaluate(words, y, {.batch_size = 8}), "index 9", "place [5, 1]", "row 37 of the data");
  EXPECT_ERROR(invalid_argument, model.predict(words, {.batch_size = 8}), "index 9", "row 37 of the data");
  classes[41] = 3;
  EXPECT_ERROR(invalid_argument, model.fit(good, Tensor::from(classes), {.batch_size = 8, .verbose = 0}), "label 3 in row", "outside [0, 3)", "row 41 of the data");
}

TEST(Fit, AnInterruptEndsItCleanly) {
  const Sequential model = classifier();
  const History history = model.fit(circle(200), {.epochs = 50, .callbacks = {LambdaCallback{.on_train_batch_end = [](TrainState& state, std::int64_t step, double) {
                                                    if (state.epoch == 2 && step == 1) request_interrupt();
                                                  }}}, .verbose = 0});
  EXPECT_TRUE(history.interrupted());
  EXPECT_EQ(history.epochs().size(), 3u);
  EXPECT_FALSE(interrupted());
}

TEST(Callbacks, EarlyStoppingRestoresTheBestWeights) {
  const Sequential model = classifier();
  std::vector<std::vector<Tensor>> weights;
  const std::vector<double> fake{1, 0.5, 0.7, 0.6, 0.55, 0.4};
  const LambdaCallback spy{.on_epoch_end = [&](TrainState& state, Scores& scores) {
    scores.set("watched", fake[static_cast<std::size_t>(state.epoch)]);
    weights.push_back(state.model.weights());
  }};
  const History history = model.fit(circle(64), {.epochs = 6, .callbacks = {spy, EarlyStopping{.monitor = "watched", .patience = 2, .restore_best_weights = true}}, .verbose = 0});
  EXPECT_EQ(history.epochs().size(), 4u);
  EXPECT_NE(history.ended().find("best in epoch 2"), std::string::npos);
  EXPECT_EQ(model.weights()[0].to_vector(), weights[1][0].to_vector());
  EXPECT_ERROR(invalid_argument, model.fit(circle(8), {.callbacks = {EarlyStopping{}}, .verbose = 0}), "watches 'val_loss'", "validation_split");
}

TEST(Callbacks, LearningRates) {
  const Sequential model = classifier();
  const auto fake = LambdaCallback{.on_epoch_end = [](TrainState&, Scores& scores) { scores.set("flat", 1); }};
  model.fit(circle(64), {.epochs = 4, .callbacks = {fake, ReduceLROnPlateau{.monitor = "flat", .factor = 0.5, .patience = 2}}, .verbose = 0});
  EXPECT_NEAR(model.compile_options().optimizer.learning_rate(), 0.01, 1e-9);
  const History history = model.fit(circle(64), {.epochs = 2, .callbacks = {LearningRateScheduler{[](int epoch, double) { return 0.1 / (epoch + 1); }}}, .verbose = 0});
  EXPECT_EQ(history["learning_rate"], (std::vector<double>{0.1, 0.05}));
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{ExponentialDecay{0.1, 1, 0.5}}});
  EXPECT_ERROR(invalid_argument, model.fit(circle(8), {.callbacks = {LearningRateScheduler{[](int, double) { return 1.; }}}, .verbose = 0}), "follows a schedule");
}

TEST(Callbacks, CheckpointPaths) {
  const Scores scores(std::vector<Scores::Item>{{"loss", 0.1234}});
  EXPECT_EQ(detail::checkpoint_path("a-{epoch:02d}-{loss:.2f}.candor", 4, scores), "a-05-0.12.candor");
  EXPECT_ERROR(invalid_argument, detail::checkpoint_path("{val_loss}", 0, scores), "val_loss");
}

TEST(Callbacks, CsvLogger) {
  const testing::TemporaryFolder folder;
  const std::string path = folder / "log.csv";
  classifier().fit(circle(32), {.epochs = 2, .callbacks = {CSVLogger{path}}, .verbose = 0});
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "epoch,loss,accuracy");
  int lines = 0;
  while (std::getline(file, line)) ++lines;
  EXPECT_EQ(lines, 2);
  EXPECT_ERROR(io, classifier().fit(circle(32), {.callbacks = {CSVLogger{folder / "no/such.csv"}}, .verbose = 0}), "cannot be written");
}

TEST(History, CopiesGoTheirOwnWay) {
  History first;
  EXPECT_EQ(first.ended(), "finished");
  first.add(Scores({{"loss", 1.0}}), 0.5);
  History second = first;
  second.add(Scores({{"loss", 0.5}, {"val_loss", 2.0}}), 0.25);
  second.end("interrupted");
  second.add(Finding{"train.slow", Severity::note, "slow"});
  EXPECT_EQ(first["loss"], std::vector<double>{1.0});
  EXPECT_EQ(second["loss"], (std::vector<double>{1.0, 0.5}));
  EXPECT_TRUE(std::isnan(second["val_loss"][0]));
  EXPECT_EQ(second["val_loss"][1], 2.0);
  EXPECT_EQ(first.ended(), "finished");
  EXPECT_TRUE(second.interrupted());
  EXPECT_TRUE(first.findings().empty());
  ASSERT_EQ(second.findings().size(), 1u);
  EXPECT_THROW(static_cast<void>(first["val_loss"]), Error);
}

}  // namespace
}  // namespace candor
