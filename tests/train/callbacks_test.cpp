// Callbacks: what they write and when they act.
#include "candor/train/callbacks.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/manipulate.h"
#include "candor/tensor/random.h"
#include "candor/train/batch_size_finder.h"
#include "candor/train/event_file.h"
#include "candor/train/fit.h"
#include "candor/train/learning_rate_finder.h"
#include "candor/train/on_batch.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor {
namespace {

using testing::TemporaryFolder;

data::Dataset line(std::int64_t rows) {
  const Tensor x = random_uniform({rows, 2}, -1, 1, {5, 1});
  std::vector<float> y;
  const auto v = x.to_vector();
  for (std::size_t i = 0; i < v.size(); i += 2) y.push_back(2 * v[i] - v[i + 1]);
  return data::from_arrays(x, Tensor::from(y));
}

Sequential model(double rate = 0.05) {
  set_random_seed(2);
  const Sequential m{Dense{4, {.activation = tanh}}, Dense{1}};
  m.build({2});
  m.compile({.loss = MeanSquaredError{}, .optimizer = SGD{rate}, .metrics = {"mae"}});
  return m;
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The scalars of an event file by tag, after checking every checksum.
std::map<std::string, std::vector<std::pair<std::int64_t, float>>> scalars(const std::string& bytes) {
  std::map<std::string, std::vector<std::pair<std::int64_t, float>>> out;
  const auto number = [](std::string_view b, std::size_t n) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < n; ++i) v |= static_cast<std::uint64_t>(static_cast<unsigned char>(b[i])) << (8 * i);
    return v;
  };
  const auto varint = [](std::string_view& b) {
    std::uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
      const auto c = static_cast<unsigned char>(b.front());
      b.remove_prefix(1);
      v |= static_cast<std::uint64_t>(c & 0x7f) << shift;
      if (c < 0x80) return v;
    }
  };
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::size_t length = number(rest, 8);
    const std::string_view body = rest.substr(12, length);
    EXPECT_EQ(rest.substr(0, length + 16), detail::framed(body));
    rest.remove_prefix(length + 16);
    std::string_view event = body;
    std::int64_t step = 0;
    while (!event.empty()) {
      const std::uint64_t key = varint(event);
      if (key == (1 << 3 | 1)) event.remove_prefix(8);
      else if (key == (2 << 3)) step = static_cast<std::int64_t>(varint(event));
      else {
        std::string_view part = event.substr(0, 0);
        const std::size_t size = varint(event);
        part = event.substr(0, size);
        event.remove_prefix(size);
        if (key != (5 << 3 | 2)) continue;  // the version
        varint(part), varint(part);         // summary: one value
        EXPECT_EQ(varint(part), 1u << 3 | 2u);
        const std::size_t name = varint(part);
        const std::string tag(part.substr(0, name));
        part.remove_prefix(name);
        EXPECT_EQ(varint(part), 2u << 3 | 5u);
        out[tag].emplace_back(step, std::bit_cast<float>(static_cast<std::uint32_t>(number(part, 4))));
      }
    }
  }
  return out;
}

TEST(EventFile, ChecksumIsCastagnolis) {
  EXPECT_EQ(detail::crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(detail::crc32c(std::string(32, '\0')), 0x8a9136aau);
}

TEST(Callbacks, TensorBoardHasTheHistory) {
  const TemporaryFolder folder;
  const History history = model().fit(line(40), {.epochs = 3, .batch_size = 10, .validation_split = 0.25, .callbacks = {TensorBoard{.log_dir = folder / "logs", .update_freq = 2}}, .verbose = 0});
  const auto file_in = [&](const std::string& part) { return std::filesystem::directory_iterator(folder / ("logs/" + part))->path().string(); };
  const auto train = scalars(read(file_in("train"))), validation = scalars(read(file_in("validation")));
  ASSERT_EQ(train.at("epoch_loss").size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(train.at("epoch_loss")[i], (std::pair<std::int64_t, float>(static_cast<std::int64_t>(i), static_cast<float>(history["loss"][i]))));
    EXPECT_FLOAT_EQ(validation.at("epoch_mae")[i].second, static_cast<float>(history["val_mae"][i]));
    EXPECT_FLOAT_EQ(train.at("epoch_learning_rate")[i].second, 0.05f);
  }
  EXPECT_EQ(train.at("batch_loss").size(), 4u);  // 9 steps
  EXPECT_EQ(train.at("batch_loss")[1].first, 4);
  folder.write("taken", "");
  EXPECT_ERROR(io, model().fit(line(8), {.callbacks = {TensorBoard{.log_dir = folder / "taken"}}, .verbose = 0}), "cannot be written");
}

TEST(Callbacks, CheckpointsByStepsAndWeightsAlone) {
  const TemporaryFolder folder;
  const Sequential m = model();
  m.fit(line(40), {.epochs = 2, .batch_size = 10, .callbacks = {ModelCheckpoint{.filepath = folder / "{epoch}-{batch:02d}-{loss:.1f}.safetensors", .save_weights_only = true, .save_freq = 3}}, .verbose = 0});
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename().string().substr(0, 5));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"1-03-", "2-02-"}));
  const std::string path = folder / "w.safetensors";
  m.save_weights(path);
  const Sequential other = model();
  other.build({2});
  other.load_weights(path);
  EXPECT_EQ(other.weights()[0].to_vector(), m.weights()[0].to_vector());
  const Sequential wider{Dense{5}, Dense{1}};
  wider.build({2});
  EXPECT_ERROR(shape, wider.load_weights(path), "dense/kernel", "[2, 4]", "[2, 5]");
}

TEST(Callbacks, TheBestOfTheStepsIsKept) {
  const TemporaryFolder folder;
  const ModelCheckpoint best{.filepath = folder / "{epoch}-{batch}.candor", .monitor = "mae", .save_best_only = true, .save_freq = 1, .initial_value_threshold = -1.0};
  model().fit(line(20), {.batch_size = 10, .callbacks = {best}, .verbose = 0});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));  // nothing is better than -1
  EXPECT_ERROR(invalid_argument, model().fit(line(20), {.callbacks = {ModelCheckpoint{.filepath = folder / "x", .monitor = "acc", .save_best_only = true}}, .verbose = 0}), "watches 'acc'", "there are loss, mae");
}

TEST(Callbacks, TerminateOnNaNEndsWithTheLastGoodWeights) {
  const Sequential m = model(1e9);
  const History history = m.fit(line(64), {.epochs = 5, .batch_size = 8, .callbacks = {TerminateOnNaN{}}, .verbose = 0});
  EXPECT_NE(history.ended().find("TerminateOnNaN"), std::string::npos);
  EXPECT_NE(history.ended().find("in step"), std::string::npos);
  for (const Tensor& w : m.weights()) {
    for (float v : w.to_vector()) EXPECT_TRUE(std::isfinite(v));
  }
  EXPECT_ERROR(numeric, model(1e9).fit(line(64), {.epochs = 5, .batch_size = 8, .callbacks = {TerminateOnNaN{.raise_error = true}}, .verbose = 0}), "the loss became");
}

TEST(Callbacks, LambdasAreCalledInKerasOrder) {
  std::string calls;
  const LambdaCallback spy{.on_epoch_begin = [&](TrainState&) { calls += "e"; },
                           .on_epoch_end = [&](TrainState&, Scores&) { calls += "E"; },
                           .on_train_begin = [&](TrainState&) { calls += "t"; },
                           .on_train_end = [&](TrainState&) { calls += "T"; },
                           .on_train_batch_begin = [&](TrainState&, std::int64_t) { calls += "b"; },
                           .on_train_batch_end = [&](TrainState& state, std::int64_t, double loss) { calls += state.so_far()["loss"] > 0 && loss > 0 ? "B" : "?"; }};
  model().fit(line(20), {.epochs = 2, .batch_size = 10, .callbacks = {spy}, .verbose = 0});
  EXPECT_EQ(calls, "tebBbBEebBbBET");
}

/// What on_epoch_end sees of the first weight, and what training ends with.
std::vector<double> weights_seen(const std::vector<Callback>& first, const data::Dataset& data, std::vector<double>& validation) {
  const Sequential m = model();
  m.compile({.loss = MeanSquaredError{}, .optimizer = SGD(0.05, {.use_ema = true, .ema_momentum = 0.5})});
  std::vector<double> seen;
  std::vector<Callback> callbacks = first;
  callbacks.push_back(LambdaCallback{.on_epoch_end = [&](TrainState& state, Scores&) { seen.push_back(state.model.weights()[0].to_vector()[0]); }});
  validation = m.fit(data, {.epochs = 3, .batch_size = 8, .validation_split = 0.25, .callbacks = callbacks, .verbose = 0})["val_loss"];
  seen.push_back(m.weights()[0].to_vector()[0]);
  return seen;
}

TEST(Callbacks, SwapEMAWeightsJudgesTheAverages) {
  const data::Dataset data = line(32);
  std::vector<double> plain, judged, saved;
  const std::vector<double> newest = weights_seen({}, data, plain), same = weights_seen({SwapEMAWeights{}}, data, judged);
  const std::vector<double> averages = weights_seen({SwapEMAWeights{.swap_on_epoch = true}}, data, saved);
  EXPECT_EQ(same, newest);    // training goes on from the newest weights
  EXPECT_EQ(saved, judged);   // both judge the averages,
  EXPECT_NE(judged, plain);   // not the newest weights
  for (std::size_t epoch = 0; epoch < 3; ++epoch) EXPECT_NE(averages[epoch], newest[epoch]) << epoch;
  EXPECT_EQ(averages[2], averages[3]);   // the last epoch's averages are what is left
  EXPECT_EQ(averages[3], newest[3]);     // as without the callback
}

TEST(Callbacks, SwapEMAWeightsJudgesWhatSwapAveragesShows) {
  const data::Dataset data = line(32);
  const Sequential m = model();
  const SGD sgd(0.05, {.use_ema = true, .ema_momentum = 0.5});
  m.compile({.loss = MeanSquaredError{}, .optimizer = sgd});
  double loss = 0;
  const LambdaCallback look{.on_epoch_end = [&](TrainState& state, Scores&) {
    state.optimizer.swap_averages();
    loss = MeanSquaredError{}(data.targets, reshape(state.model(data.features), {32})).item();
    state.optimizer.swap_averages();
  }};
  const History history = m.fit(data, {.epochs = 1, .batch_size = 8, .validation_data = data, .callbacks = {SwapEMAWeights{}, look}, .verbose = 0});
  EXPECT_NEAR(history["val_loss"][0], loss, 1e-6);
}

TEST(Callbacks, SwapEMAWeightsNeedsAverages) {
  EXPECT_ERROR(invalid_argument, model().fit(line(8), {.callbacks = {SwapEMAWeights{}}, .verbose = 0}), "SwapEMAWeights", "use_ema");
}

TEST(OnBatch, ScoresAreThoseSinceTheReset) {
  const data::Dataset set = line(30);
  const Sequential a = model(), b = model();
  const History history = a.fit(set, {.batch_size = 10, .shuffle = false, .verbose = 0});
  Scores scores;
  for (std::int64_t start = 0; start < 30; start += 10) scores = b.train_on_batch(set.features.view_slice(0, start, start + 10), set.targets.view_slice(0, start, start + 10));
  EXPECT_NEAR(scores["loss"], history["loss"][0], 1e-6);
  EXPECT_NEAR(scores["mae"], history["mae"][0], 1e-6);
  EXPECT_EQ(a.weights()[0].to_vector(), b.weights()[0].to_vector());
  b.reset_metrics();
  const Scores all = b.test_on_batch(set.features, set.targets), again = b.evaluate(set);
  EXPECT_NEAR(all["loss"], again["loss"], 1e-6);
  EXPECT_EQ(b.predict_on_batch(set.features).to_vector(), b.predict(set.features).to_vector());
  const Scores weighted = b.test_on_batch({set.features}, {set.targets}, {.sample_weight = Tensor::zeros({30})});
  EXPECT_EQ(weighted["loss"], 0);
  EXPECT_GT(weighted["mae"], 0);  // a metric without weights
  EXPECT_ERROR(shape, b.train_on_batch(set.features, Tensor::zeros({3})), "train_on_batch", "[3]", "30");
  EXPECT_ERROR(invalid_argument, b.test_on_batch({set.features}, {set.targets}, {.class_weight = {1, 2}}), "class_weight is for training");
}

TEST(Finders, LearningRate) {
  const data::Dataset set = line(256);
  const Sequential m = model();
  m.train_on_batch(set.features, set.targets);
  const auto before = m.weights()[0].to_vector();
  const RateSearch search = find_learning_rate(m, set, {.min_rate = 1e-4, .max_rate = 100, .steps = 60});
  EXPECT_TRUE(search.diverged);
  EXPECT_GT(search.suggestion, 1e-3);
  EXPECT_LT(search.suggestion, 2);
  EXPECT_GE(search.smallest_loss_rate, search.suggestion);
  EXPECT_EQ(m.weights()[0].to_vector(), before);
  EXPECT_DOUBLE_EQ(m.compile_options().optimizer.learning_rate(), 0.05);
  EXPECT_EQ(m.compile_options().optimizer.iterations(), 1);
  EXPECT_ERROR(invalid_argument, find_learning_rate(m, set, {.min_rate = 1, .max_rate = 0.1}), "min_rate");
  EXPECT_ERROR(invalid_argument, find_learning_rate(m, set, {.steps = 2}), "steps must be at least 3");
  EXPECT_ERROR(shape, find_learning_rate(m, set.features, Tensor::zeros({3})), "[3]");
}

TEST(Finders, BatchSize) {
  const data::Dataset set = line(100);
  const Sequential m = model();
  const BatchSizeSearch search = find_batch_size(m, set, {.smallest = 16, .largest = 4096, .seconds = 0.001});
  EXPECT_EQ(search.sizes, (std::vector<std::int64_t>{16, 32, 64}));
  EXPECT_NE(std::find(search.sizes.begin(), search.sizes.end(), search.suggestion), search.sizes.end());
  EXPECT_EQ(m.compile_options().optimizer.iterations(), 0);
  EXPECT_ERROR(invalid_argument, find_batch_size(m, set, {.smallest = 0}), "smallest");
}

}  // namespace
}  // namespace candor
