// ModelCheckpoint into real files.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "candor/candor.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

Sequential compiled() {
  set_random_seed(3);
  const Sequential model{Dense{8, {.activation = relu}}, Dense{3}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-2}, .metrics = {Accuracy{}}});
  return model;
}

/// Keeps the weights of each epoch and gives scores of the test's own choice.
LambdaCallback scores_of(const std::vector<double>& scores, std::vector<std::vector<Tensor>>& weights) {
  return {.on_epoch_end = [&](TrainState& state, Scores& s) {
    s.set("watched", scores[static_cast<std::size_t>(state.epoch)]);
    weights.push_back(state.model.weights());
  }};
}

void expect_same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].to_vector(), b[i].to_vector());
}

TEST(Checkpoint, KeepsTheBestWeightsInAFileThatOpens) {
  const TemporaryFolder folder;
  const std::string path = folder / "best.candor";
  const Sequential model = compiled();
  std::vector<std::vector<Tensor>> weights;
  const data::Dataset set = data::insurance_risk(120, 1);
  model.fit(set, {.epochs = 4, .callbacks = {scores_of({0.9, 0.4, 0.6, 0.5}, weights), ModelCheckpoint{.filepath = path, .monitor = "watched", .save_best_only = true}}, .verbose = 0});
  ASSERT_EQ(weights.size(), 4u);
  const Model best = load_model(path);
  expect_same(best.weights(), weights[1]);
  EXPECT_NE(model.weights()[0].to_vector(), weights[1][0].to_vector());  // fit itself went on
  EXPECT_EQ(best.predict(set).shape(), (Shape{120, 3}));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);  // nothing half-written beside it
}

TEST(Checkpoint, HigherIsBetterForAccuracyAndModeMax) {
  const TemporaryFolder folder;
  std::vector<std::vector<Tensor>> weights;
  compiled().fit(data::insurance_risk(120, 1), {.epochs = 3, .callbacks = {scores_of({0.2, 0.7, 0.3}, weights), ModelCheckpoint{.filepath = folder / "a.candor", .monitor = "watched", .save_best_only = true, .mode = "max"}}, .verbose = 0});
  expect_same(load_model(folder / "a.candor").weights(), weights[1]);
}

TEST(Checkpoint, OneFileAnEpochByPattern) {
  const TemporaryFolder folder;
  std::vector<std::vector<Tensor>> weights;
  compiled().fit(data::insurance_risk(120, 1), {.epochs = 3, .callbacks = {scores_of({3, 2, 1}, weights), ModelCheckpoint{folder / "m-{epoch:02d}-{watched:.1f}.candor"}}, .verbose = 0});
  expect_same(load_model(folder / "m-01-3.0.candor").weights(), weights[0]);
  expect_same(load_model(folder / "m-03-1.0.candor").weights(), weights[2]);
}

TEST(Checkpoint, AFileThatCannotBeReplacedSurvives) {
  const TemporaryFolder folder;
  folder.write("occupied/inside.txt", "mine");
  const Sequential model = compiled();
  EXPECT_ERROR(io, model.fit(data::insurance_risk(60, 1), {.callbacks = {ModelCheckpoint{folder / "occupied"}}, .verbose = 0}), "occupied");
  EXPECT_ERROR(io, model.fit(data::insurance_risk(60, 1), {.callbacks = {ModelCheckpoint{folder / "no/such/folder.candor"}}, .verbose = 0}), "no/such/folder.candor");
  EXPECT_TRUE(fs::exists(folder / "occupied/inside.txt"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(Checkpoint, RefusesWhatCannotBeWatched) {
  EXPECT_ERROR(invalid_argument, Callback(ModelCheckpoint{""}), "filepath is empty");
  const TemporaryFolder folder;
  EXPECT_ERROR(invalid_argument, compiled().fit(data::insurance_risk(60, 1), {.callbacks = {ModelCheckpoint{.filepath = folder / "a.candor", .save_best_only = true}}, .verbose = 0}), "val_loss");
  EXPECT_FALSE(fs::exists(folder / "a.candor"));
}

TEST(History, ColumnsStayValidAndReadableFromATemporary) {
  const Sequential model = compiled();
  const data::Dataset set = data::insurance_risk(60, 1);
  const History history = model.fit(set, {.epochs = 3, .verbose = 0});
  const double& last = history["loss"].back();  // a reference into the history, not into a copy that is gone
  EXPECT_EQ(&last, &history["loss"][2]);
  EXPECT_EQ(last, history.epochs()[2]["loss"]);
  int seen = 0;
  for (const double loss : model.fit(set, {.epochs = 2, .verbose = 0})["loss"]) seen += std::isfinite(loss);
  EXPECT_EQ(seen, 2);
  EXPECT_ERROR(not_found, history["lost"], "there is no 'lost'", "loss, accuracy");
  EXPECT_ERROR(not_found, History()["loss"], "no epoch has ended");
}

TEST(History, AnEpochWithoutANumberHasNaN) {
  History history;
  history.add(Scores({{"a", 1}}), 0);
  history.add(Scores({{"a", 2}, {"b", 3}}), 0);
  history.add(Scores({{"b", 4}}), 0);
  ASSERT_EQ(history["a"].size(), 3u);
  ASSERT_EQ(history["b"].size(), 3u);
  EXPECT_TRUE(std::isnan(history["b"][0]));
  EXPECT_EQ(history["b"][2], 4);
  EXPECT_TRUE(std::isnan(history["a"][2]));
}

}  // namespace
}  // namespace candor
