// A training that goes on from a resume point ends with the bits of one that was never stopped.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "candor/base/interrupt.h"
#include "candor/candor.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/resumable.h"

namespace candor {
namespace {

namespace fs = std::filesystem;
using testing::RunOptions;
using testing::TemporaryFolder;

struct Outcome {
  std::vector<std::vector<float>> weights;
  History history;
};

/// Stops fit after so many batches, as Ctrl-C does.
LambdaCallback stop_after(std::int64_t batches) {
  const auto count = std::make_shared<std::int64_t>(0);
  return {.on_train_batch_end = [=](TrainState&, std::int64_t, double) {
    if (++*count == batches) request_interrupt();
  }};
}

Outcome outcome(const Model& model, History history) {
  Outcome out{{}, std::move(history)};
  for (const Tensor& w : model.weights()) out.weights.push_back(w.to_vector());
  return out;
}

/// Trains in pieces of so many batches, each piece with a model, optimizer and callbacks of its own, as processes would have.
Outcome in_pieces(const RunOptions& run, FitOptions fit, const std::vector<std::int64_t>& pieces) {
  for (std::int64_t batches : pieces) {
    const auto part = testing::resumable(run);
    FitOptions o = fit;
    o.callbacks = part.callbacks;
    o.callbacks.push_back(stop_after(batches));
    const History history = part.model.fit(part.data, o);
    if (!history.interrupted()) ADD_FAILURE() << "ended after fewer than " << batches << " batches";
  }
  const auto last = testing::resumable(run);
  fit.callbacks = last.callbacks;
  return outcome(last.model, last.model.fit(last.data, fit));
}

void expect_equal(const Outcome& got, const Outcome& want) {
  EXPECT_EQ(got.weights, want.weights);
  EXPECT_EQ(got.history.ended(), want.history.ended());
  ASSERT_EQ(got.history.epochs().size(), want.history.epochs().size());
  for (std::size_t e = 0; e < want.history.epochs().size(); ++e) EXPECT_EQ(got.history.epochs()[e].items(), want.history.epochs()[e].items()) << "epoch " << e + 1;
}

FitOptions options(const std::string& resume = {}) {
  return {.epochs = 6, .batch_size = 16, .validation_split = 0.2, .seed = 3, .verbose = 0, .resume = resume, .resume_steps = 5};
}

Outcome uninterrupted(const RunOptions& run) {
  const auto whole = testing::resumable(run);
  FitOptions o = options();
  o.callbacks = whole.callbacks;
  return outcome(whole.model, whole.model.fit(whole.data, o));
}

TEST(Resume, MidEpochWithEverythingThatHasState) {
  const TemporaryFolder folder;
  const RunOptions run{.folder = folder / "a"};
  const Outcome want = uninterrupted(run);
  EXPECT_EQ(want.history.epochs().size(), 6u);
  // 240 rows, 192 to train on: 12 steps an epoch. Stops at 1, 8, 12 (the last step of an epoch) and 25.
  expect_equal(in_pieces({.folder = folder / "b"}, options(folder / "point"), {1, 7, 4, 13}), want);
  const auto read = [&](const std::string& name) { std::ifstream in(folder / name); return std::string(std::istreambuf_iterator<char>(in), {}); };
  EXPECT_EQ(read("a.csv"), read("b.csv"));
}

TEST(Resume, AugmentationMixedPrecisionAveragesAndAccumulation) {
  const TemporaryFolder folder;
  const RunOptions run{.how = "images", .units = 4, .rows = 120};
  const Outcome want = uninterrupted(run);
  // 96 rows to train on: 6 steps an epoch, an update after every second. Stops within pairs of batches, and at the end of an epoch.
  expect_equal(in_pieces(run, options(folder / "point"), {1, 2, 3, 6, 11}), want);
  // Not by chance: another order, or other draws, end elsewhere.
  const auto other = testing::resumable(run);
  FitOptions o = options();
  o.seed = 4;
  EXPECT_NE(outcome(other.model, other.model.fit(other.data, o)).weights, want.weights);
}

TEST(Resume, SchedulesEarlyStoppingAndPlateaus) {
  const TemporaryFolder folder;
  for (const char* how : {"schedule", "stop", "plateau", "rate"}) {
    const RunOptions run{.how = how, .folder = folder / how};
    const Outcome want = uninterrupted(run);
    expect_equal(in_pieces({.how = how, .folder = folder / (std::string(how) + "2")}, options(folder / (std::string(how) + ".point")), {5, 9, 4}), want);
  }
}

// What rounds them at random is a hash of the step's number, which goes on.
TEST(Resume, OptimizerStatesOfSixteenBits) {
  const TemporaryFolder folder;
  const RunOptions run{.how = "bf16"};
  const Outcome want = uninterrupted(run);
  EXPECT_NE(want.weights, uninterrupted({.how = "plain"}).weights);
  expect_equal(in_pieces(run, options(folder / "point"), {1, 7, 4, 13}), want);
}

TEST(Resume, AFinishedTrainingIsNotRepeatedAndCanBeExtended) {
  const TemporaryFolder folder;
  FitOptions o = options(folder / "point");
  o.epochs = 2;
  const auto run = [&](int epochs) {
    const auto part = testing::resumable({.how = "plain"});
    o.epochs = epochs;
    return outcome(part.model, part.model.fit(part.data, o));
  };
  const Outcome first = run(2), again = run(2);
  expect_equal(again, first);
  const Outcome longer = run(4);
  FitOptions whole = options();
  whole.epochs = 4;
  const auto part = testing::resumable({.how = "plain"});
  expect_equal(longer, outcome(part.model, part.model.fit(part.data, whole)));
}

TEST(Resume, SaysExactlyWhatChanged) {
  const TemporaryFolder folder;
  const std::string point = folder / "point";
  const auto attempt = [&](const RunOptions& run, const std::function<void(FitOptions&)>& change = {}) {
    const auto part = testing::resumable(run);
    FitOptions o = options(point);
    o.epochs = 2;
    if (change) change(o);
    part.model.fit(part.data, o);
  };
  attempt({.how = "plain"});
  attempt({.how = "plain"});
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain", .units = 9}), "point", "units was 12, is 9", "remove the file");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain"}, [](FitOptions& o) { o.batch_size = 8; }), "batch_size was 16, is 8");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain"}, [](FitOptions& o) { o.seed = 4; }), "seed was 3, is 4");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain"}, [](FitOptions& o) { o.shuffle = false; }), "shuffle was true, is false");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain", .learning_rate = 0.5}), "optimizer: learning_rate was 0.01, is 0.5");
  EXPECT_ERROR(invalid_argument, attempt({.how = "sgd"}), "optimizer was Adam, is SGD");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain", .data_seed = 2}), "inputs", "contents (digest)");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain", .rows = 200}), "f32[240, 3]", "f32[200, 3]");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain"}, [](FitOptions& o) { o.callbacks = {EarlyStopping{}}; }), "callbacks", "EarlyStopping");
  EXPECT_ERROR(invalid_argument, attempt({.how = "plain"}, [](FitOptions& o) { o.sample_weight = Tensor::full({240}, 2); }), "sample weights was none");
}

TEST(Resume, RefusesOtherFiles) {
  const TemporaryFolder folder;
  const auto fit = [&](const std::string& path) {
    const auto part = testing::resumable({.how = "plain"});
    part.model.fit(part.data, options(path));
  };
  EXPECT_ERROR(corrupt, fit(folder.write("text", "hello, this is no safetensors file")), "text");
  const auto part = testing::resumable({.how = "plain"});
  part.model.build({3});
  part.model.save(folder / "model.candor");
  EXPECT_ERROR(corrupt, fit(folder / "model.candor"), "not a resume point");
  EXPECT_ERROR(io, fit(folder / "no/such/folder"), "no/such/folder");
  EXPECT_ERROR(invalid_argument, part.model.fit(part.data, {.verbose = 0, .resume = folder / "x", .resume_every = -1}), "resume_every");
  // A file cut short at any place is an error, not a crash.
  fit(folder / "good");
  const auto size = fs::file_size(folder / "good");
  for (std::uintmax_t keep : {size - 1, size / 2, std::uintmax_t{100}, std::uintmax_t{3}}) {
    fs::copy_file(folder / "good", folder / "cut", fs::copy_options::overwrite_existing);
    fs::resize_file(folder / "cut", keep);
    EXPECT_ERROR(corrupt, fit(folder / "cut"), "cut");
  }
}

TEST(Resume, BackupAndRestore) {
  const TemporaryFolder folder;
  const Outcome want = uninterrupted({.how = "plain"});
  const auto run = [&](const BackupAndRestore& backup, std::int64_t batches) {
    const auto part = testing::resumable({.how = "plain"});
    FitOptions o = options();
    o.callbacks = {backup};
    if (batches) o.callbacks.push_back(stop_after(batches));
    return outcome(part.model, part.model.fit(part.data, o));
  };
  const std::string file = folder / "backup/training.resume";
  run({.backup_dir = folder / "backup"}, 30);
  EXPECT_TRUE(fs::exists(file));
  expect_equal(run({.backup_dir = folder / "backup"}, 0), want);
  EXPECT_FALSE(fs::exists(file));  // delete_checkpoint
  run({.backup_dir = folder / "backup", .save_freq = 5, .double_checkpoint = true}, 22);
  EXPECT_TRUE(fs::exists(file + ".previous"));
  fs::remove(file);  // as after a crash between the two renames
  expect_equal(run({.backup_dir = folder / "backup", .save_freq = 5, .double_checkpoint = true, .delete_checkpoint = false}, 0), want);
  EXPECT_TRUE(fs::exists(file));
  EXPECT_ERROR(invalid_argument, Callback(BackupAndRestore{""}), "backup_dir is empty");
  EXPECT_ERROR(invalid_argument, BackupAndRestore({.backup_dir = "x", .save_freq = "step"}), "epoch");
  EXPECT_ERROR(invalid_argument, BackupAndRestore({.backup_dir = "x", .save_freq = 0}), "at least 1");
}

TEST(Resume, SavingWhileAnotherThreadTrainsIsRefused) {
  const TemporaryFolder folder;
  const auto part = testing::resumable({.how = "plain"});
  std::string said, again;
  FitOptions o = options();
  o.epochs = 1;
  o.callbacks = {LambdaCallback{.on_epoch_end = [&](TrainState& state, Scores&) {
    std::thread([&] {
      try { state.model.save(folder / "model.candor"); } catch (const Error& e) { said = e.what(); }
    }).join();
    try { part.model.fit(part.data, options()); } catch (const Error& e) { again = e.what(); }
    state.model.save(folder / "callback.candor");  // between two steps, on the thread that trains
  }}};
  part.model.fit(part.data, o);
  EXPECT_NE(said.find("trained on another thread"), std::string::npos) << said;
  EXPECT_NE(again.find("being trained already"), std::string::npos) << again;
  EXPECT_FALSE(fs::exists(folder / "model.candor"));
  EXPECT_TRUE(fs::exists(folder / "callback.candor"));
  part.model.save(folder / "model.candor");
}

TEST(SavedState, NumbersComeBackToTheBit) {
  SavedState s;
  const double values[] = {0.1, -0.0, 1e-310, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 5; ++i) s.set(std::to_string(i), values[i]);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(std::bit_cast<std::uint64_t>(s.number(std::to_string(i))), std::bit_cast<std::uint64_t>(values[i]));
  s.set("nan", std::nan(""));
  EXPECT_TRUE(std::isnan(s.number("nan")));
  SavedState outer;
  outer.add("part", s);
  EXPECT_EQ(outer.part("part").number("0"), 0.1);
  EXPECT_ERROR(corrupt, outer.number("gone"), "gone");
  EXPECT_ERROR(corrupt, outer.set("word", "x").number("word"), "no number");
}

}  // namespace
}  // namespace candor
