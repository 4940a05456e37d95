// fixtures/keras/training: whole runs of fit. Model, compile and callbacks are built from Keras's own configuration; history, what callbacks know after
// each epoch, the batches of the first epoch, final weights, evaluate and predict are compared.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/model.h"
#include "candor/train/callbacks.h"
#include "candor/train/evaluate.h"
#include "candor/train/fit.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/files.h"
#include "tests/support/fixtures.h"
#include "tests/train/tensorflow_habits.h"

namespace candor::testing {
namespace {

using nlohmann::json;

struct TrainingRun {
  std::string name;
  json j;
  std::shared_ptr<const Safetensors> tensors;

  /// One array, or a list of them.
  std::vector<Tensor> data(const char* key) const {
    const json& data = j.at("data");
    std::vector<Tensor> out;
    if (!data.contains(key)) return out;
    if (data.at(key).is_string()) return {tensors->get(data.at(key).get<std::string>())};
    for (const auto& part : data.at(key)) out.push_back(tensors->get(part.get<std::string>()));
    return out;
  }
};
std::ostream& operator<<(std::ostream& out, const TrainingRun& run) { return out << run.name; }

std::vector<TrainingRun> read_runs() {
  const std::string root = environment("CANDOR_FIXTURES") + "/keras/training/";
  std::ifstream file(root + "training.json");
  if (!file) return {};
  const auto all = json::parse(file);
  const auto tensors = std::make_shared<const Safetensors>(root + all.at("tensors").get<std::string>());
  std::vector<TrainingRun> runs;
  for (const auto& entry : all.at("cases")) runs.push_back({entry.at("name"), entry, tensors});
  return runs;
}

CompileOptions compile_options(const json& c) {
  CompileOptions options;
  std::vector<Loss> losses;
  for (const auto& loss : c.at("loss").is_array() ? c.at("loss") : json::array({c.at("loss")})) losses.push_back(loss_from_config(to_config(loss)));
  options.loss = losses;
  options.optimizer = optimizer_from_config(to_config(c.at("optimizer")));
  if (c.contains("metrics")) options.metrics = MetricList::from_config(to_config(c.at("metrics")));
  if (c.contains("weighted_metrics")) options.weighted_metrics = MetricList::from_config(to_config(c.at("weighted_metrics")));
  if (c.contains("loss_weights")) options.loss_weights = c.at("loss_weights").get<std::vector<double>>();
  return options;
}

Callback callback_of(const json& c, const std::string& folder) {
  const std::string kind = c.at("class");
  const json& args = c.at("args");
  const auto number = [&](const char* key, auto fallback) { return args.value(key, fallback); };
  const std::string monitor = args.value("monitor", "val_loss"), mode = args.value("mode", "auto");
  if (kind == "EarlyStopping") {
    EarlyStopping stop{.monitor = monitor, .min_delta = number("min_delta", 0.0), .patience = number("patience", 0), .mode = mode, .restore_best_weights = args.value("restore_best_weights", false),
                       .start_from_epoch = number("start_from_epoch", 0)};
    if (args.contains("baseline") && !args.at("baseline").is_null()) stop.baseline = args.at("baseline").get<double>();
    return stop;
  }
  if (kind == "ModelCheckpoint") {
    return ModelCheckpoint{.filepath = folder + "/" + args.at("filepath").get<std::string>(), .monitor = monitor, .save_best_only = args.value("save_best_only", false),
                           .save_weights_only = args.value("save_weights_only", false), .mode = mode};
  }
  if (kind == "ReduceLROnPlateau") {
    return ReduceLROnPlateau{.monitor = monitor, .factor = number("factor", 0.1), .patience = number("patience", 10), .mode = mode, .min_delta = number("min_delta", 1e-4),
                             .cooldown = number("cooldown", 0), .min_lr = number("min_lr", 0.0)};
  }
  if (kind == "LearningRateScheduler") {
    double factor = 1;
    int from = 0;
    const std::string rule = args.at("rule");  // "lr*0.8 from epoch index 2 on, else lr"
    EXPECT_EQ(std::sscanf(rule.c_str(), "lr*%lf from epoch index %d on, else lr", &factor, &from), 2) << rule;
    return LearningRateScheduler{[factor, from](int epoch, double rate) { return epoch >= from ? rate * factor : rate; }};
  }
  if (kind == "TerminateOnNaN") return TerminateOnNaN{};
  throw std::runtime_error("a callback that the test does not know: " + kind);
}

/// What was seen while training.
struct Seen {
  std::vector<double> rates;
  std::vector<std::set<std::string>> files;
  std::vector<std::map<std::string, SavedState>> states;  ///< of the callbacks, by class
  std::vector<std::vector<Scores>> running;  ///< of each epoch, after each batch
  std::vector<int> batches;
};

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

void expect_near(double got, double want, double rtol, const std::string& what) { EXPECT_NEAR(got, want, rtol * std::fabs(want) + 1e-5) << what; }

/// The run's model, with its initial weights.
Model model_of(const TrainingRun& run) {
  const json& j = run.j;
  json config = j.at("model").at("config");
  if (j.at("model").at("class_name") == "Sequential") {  // the input's shape is that of the data
    json layers = json::array();
    for (const auto& layer : config.at("layers")) {
      if (layer.at("class_name") != "InputLayer") layers.push_back(layer);
    }
    config["layers"] = layers;
  }
  const Model model(layer_from_config({{"class_name", j.at("model").at("class_name").get<std::string>()}, {"config", to_config(config)}}));
  if (!model.built()) {
    std::vector<Tensor> two;
    for (const Tensor& t : run.data("x")) two.push_back(t.view_slice(0, 0, 2));
    model.call(two);
  }
  std::vector<Tensor> initial;
  for (const auto& w : j.at("initial_weights")) initial.push_back(run.tensors->get(w.at("key").get<std::string>()));
  model.set_weights(initial);
  return model;
}

/// On TensorFlow, Adagrad squares the gradient of an embedding before those of one row meet.
bool squares_slices(const json& run) {
  if (run.at("model").at("class_name") != "Sequential" || run.at("compile").at("optimizer").at("class_name") != "Adagrad") return false;
  for (const auto& layer : run.at("model").at("config").at("layers")) {
    if (layer.at("class_name") != "InputLayer") return layer.at("class_name") == "Embedding";
  }
  return false;
}

class KerasTraining : public ::testing::TestWithParam<TrainingRun> {};

TEST_P(KerasTraining, AgreesEpochByEpoch) {
  const TrainingRun& run = GetParam();
  const json& j = run.j;
  const double later = std::max(1e-3, j.value("rtol", 0.0));  // the first epoch: 1e-4
  const Model model = model_of(run);
  const std::vector<Tensor> x = run.data("x"), y = run.data("y"), x_val = run.data("x_val"), y_val = run.data("y_val"), weights = run.data("sample_weight");
  std::vector<Tensor> final;
  for (const auto& w : j.at("final_weights")) final.push_back(run.tensors->get(w.at("key").get<std::string>()));
  model.compile(compile_options(j.at("compile")));

  const TemporaryFolder folder;
  const json& fit = j.at("fit");
  FitOptions options{.epochs = fit.at("epochs"), .batch_size = fit.at("batch_size"), .validation_split = fit.value("validation_split", 0.0), .shuffle = fit.at("shuffle"), .verbose = 0};
  if (!x_val.empty()) options.validation_data = ValidationData(x_val, y_val);
  if (!weights.empty()) options.sample_weight = weights;
  options.steps_per_epoch = fit.value("steps_per_epoch", 0);
  options.validation_steps = fit.value("validation_steps", 0);
  options.validation_freq = fit.value("validation_freq", 1);
  options.initial_epoch = fit.value("initial_epoch", 0);
  if (fit.contains("class_weight")) {
    for (const auto& [name, weight] : fit.at("class_weight").items()) {
      const auto number = static_cast<std::size_t>(std::stoi(name));
      options.class_weight.resize(std::max(options.class_weight.size(), number + 1), 1);
      options.class_weight[number] = weight;
    }
  }
  for (const auto& c : j.at("callbacks")) options.callbacks.push_back(callback_of(c, folder / ""));
  const std::vector<Callback> own = options.callbacks;
  Seen seen;
  options.callbacks.push_back(LambdaCallback{.on_epoch_begin = [&](TrainState&) { seen.batches.push_back(0), seen.running.emplace_back(); },
                                             .on_epoch_end =
                                                 [&](TrainState& state, Scores&) {
                                                   seen.rates.push_back(state.optimizer.learning_rate());
                                                   seen.files.push_back(files_in(folder / ""));
                                                   seen.states.emplace_back();
                                                   for (const Callback& callback : own) callback->save_state(seen.states.back()[callback->kind()]);
                                                 },
                                             .on_train_batch_end =
                                                 [&](TrainState& state, std::int64_t, double) {
                                                   ++seen.batches.back();
                                                   seen.running.back().push_back(state.so_far());
                                                 }});
  const History history = model.fit(x, y, options);

  // What each epoch says of the outputs' losses on TensorFlow.
  const std::vector<std::string> outputs = model.output_names();
  std::vector<std::int64_t> rows;
  for (std::int64_t left = x[0].shape(0); left > 0; left -= rows.back()) rows.push_back(std::min<std::int64_t>(left, options.batch_size));
  std::vector<Scores> epochs;
  for (const std::vector<Scores>& running : seen.running) {
    epochs.push_back(running.size() == rows.size() ? means_over_batches(running, rows, outputs) : running.back());
  }
  for (const auto& [name, values] : j.at("history").items()) {
    std::vector<double> got = history[name];
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (const double* mean = epochs[i].find(name); mean && outputs.size() > 1) got[i] = *mean;
    }
    ASSERT_EQ(got.size(), values.size()) << name;
    for (std::size_t i = 0; i < got.size(); ++i) expect_near(got[i], values[i], i == 0 ? std::max(1e-4, j.value("rtol", 0.0)) : later, name + " of epoch " + std::to_string(i + 1));
  }
  EXPECT_EQ(history.epochs().size(), j.at("epochs_run").size());
  EXPECT_EQ(json(seen.batches), j.at("batches_per_epoch"));
  const std::vector<Scores>& first_epoch = seen.running.front();
  ASSERT_EQ(first_epoch.size(), j.at("first_epoch_batches").size());
  for (std::size_t i = 0; i < first_epoch.size(); ++i) {
    const std::vector<Scores> until(first_epoch.begin(), first_epoch.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    const Scores scores = i < rows.size() ? means_over_batches(until, rows, outputs) : until.back();
    for (const auto& [name, value] : j.at("first_epoch_batches")[i].items()) expect_near(scores[name], value, 1e-4, name + " after batch " + std::to_string(i + 1));
  }
  ASSERT_EQ(seen.rates.size(), j.at("per_epoch").size());
  for (std::size_t i = 0; i < seen.rates.size(); ++i) {
    const json& epoch = j.at("per_epoch")[i];
    const std::string where = " after epoch " + std::to_string(i + 1);
    expect_near(seen.rates[i], epoch.at("learning_rate"), 1e-6, "the learning rate" + where);
    EXPECT_EQ(json(seen.files[i]), epoch.at("files")) << where;
    const auto expect_state = [&](const char* key, const char* kind, const char* option, const char* own_name) {
      if (!epoch.contains(key) || !epoch.at(key).contains(option)) return;
      const SavedState& state = seen.states[i].at(kind);
      const bool is_real = std::string(option) == "best";
      expect_near(is_real ? state.number(own_name) : static_cast<double>(state.integer(own_name)), epoch.at(key).at(option), later, std::string(kind) + " " + option + where);
    };
    expect_state("early_stopping", "EarlyStopping", "best", "best");
    expect_state("early_stopping", "EarlyStopping", "wait", "wait");
    expect_state("early_stopping", "EarlyStopping", "best_epoch", "best_epoch");
    expect_state("reduce_lr", "ReduceLROnPlateau", "best", "best");
    expect_state("reduce_lr", "ReduceLROnPlateau", "wait", "wait");
    expect_state("reduce_lr", "ReduceLROnPlateau", "cooldown_counter", "cooling");
    if (epoch.contains("checkpoint_best")) expect_near(seen.states[i].at("ModelCheckpoint").number("best"), epoch.at("checkpoint_best"), later, "checkpoint_best" + where);
  }
  EXPECT_EQ(json(files_in(folder / "")), j.at("checkpoint_files"));
  if (!j.at("stopped_epoch").is_null()) {
    EXPECT_EQ(history.epochs().size(), j.at("stopped_epoch").get<std::size_t>() + 1);
  }
  EXPECT_EQ(model.compile_options().optimizer.iterations(), j.at("optimizer_iterations").get<std::int64_t>());

  const std::vector<NamedVariable> own_weights = model.named_variables();
  ASSERT_EQ(own_weights.size(), final.size());
  for (std::size_t i = 0; i < final.size(); ++i) {
    if (i == 0 && squares_slices(j)) continue;  // SquaresOfSlices has them
    EXPECT_EQ(difference(own_weights[i].second.tensor().to(DType::f64), final[i].to(DType::f64), 1e-2, 1e-5 * std::max(1.0, largest_entry(final[i]))), "") << own_weights[i].first;
  }
  const bool on_validation = j.at("evaluated_on") == "x_val";
  const std::vector<Tensor>&x_seen = on_validation ? x_val : x, &y_seen = on_validation ? y_val : y;
  Scores scores = model.evaluate(x_seen, y_seen, {.batch_size = fit.at("batch_size")});
  if (outputs.size() > 1) {
    std::map<std::string, double> sums;
    int batches = 0;
    for (std::int64_t from = 0; from < x_seen[0].shape(0); from += options.batch_size, ++batches) {
      const auto part = [&](const std::vector<Tensor>& all) {
        std::vector<Tensor> out;
        for (const Tensor& t : all) out.push_back(t.view_slice(0, from, std::min(from + options.batch_size, t.shape(0))).contiguous());
        return out;
      };
      const Scores one = model.evaluate(part(x_seen), part(y_seen), {.batch_size = fit.at("batch_size")});
      for (const std::string& output : outputs) sums[output + "_loss"] += one[output + "_loss"];
    }
    for (const auto& [name, sum] : sums) scores.set(name, sum / batches);
  }
  for (const auto& [name, value] : j.at("evaluate").items()) expect_near(scores[name], value, later, "evaluate: " + name);
  const std::vector<Tensor> predicted = model.predict(on_validation ? x_val : x, {});
  ASSERT_EQ(predicted.size(), j.at("predict").size());
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const Tensor want = run.tensors->get(j.at("predict")[i].get<std::string>());
    const std::int64_t seen_rows = std::min(want.shape(0), predicted[i].shape(0));
    EXPECT_EQ(difference(predicted[i].view_slice(0, 0, seen_rows).contiguous().to(DType::f64), want.to(DType::f64), 1e-2, 1e-5 * std::max(1.0, largest_entry(want))), "") << "predict " << i;
  }
}

// The proof of why the embeddings are left out above: trained as TensorFlow does it, they are its.
TEST_P(KerasTraining, SquaresOfSlices) {
  const TrainingRun& run = GetParam();
  if (!squares_slices(run.j)) return;
  const Model model = model_of(run);
  const json& optimizer = run.j.at("compile").at("optimizer").at("config");
  train_by_slices(model, run.data("x")[0], run.data("y")[0], run.j.at("fit").at("epochs"), run.j.at("fit").at("batch_size"), optimizer.at("learning_rate"),
                  optimizer.at("initial_accumulator_value"), optimizer.at("epsilon"));
  const std::vector<Tensor> own = model.weights();
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Tensor want = run.tensors->get(run.j.at("final_weights")[i].at("key").get<std::string>());
    EXPECT_EQ(difference(own[i].to(DType::f64), want.to(DType::f64), 1e-2, 1e-5 * std::max(1.0, largest_entry(want))), "") << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasTraining, ::testing::ValuesIn(read_runs()), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasTraining);

}  // namespace
}  // namespace candor::testing
