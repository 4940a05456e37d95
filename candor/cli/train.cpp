#include <chrono>
#include <cmath>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/cli/forecast.h"
#include "candor/cli/model_data.h"
#include "candor/pipeline/network.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/data/split.h"
#include "candor/train/callbacks.h"
#include "candor/train/evaluate.h"
#include "candor/train/fit.h"

namespace candor::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  DataOptions data;
  pipeline::NetworkOptions network;
  std::string out = ".";
  std::int64_t epochs = 0, batch_size = 0;
  double lr = 0, test = 0.2;  // lr 0: the default of the data and network
  std::string resume;         // file of the resume point
  double resume_every = 60;
  ForecastOptions forecast;   // --horizon: DATA is a series
};

/// The three parts of the data. The test part is looked at once, after training; validation picks the epoch and may be empty.
struct Parts {
  data::Dataset train, validation, test;
  Config preprocessing;
};

Parts load_parts(const Options& o, std::uint64_t seed) {
  const data::Loaded loaded = data::load(o.data.data, load_options(o.data, seed));
  data::require_trainable(loaded.train);
  Parts parts{loaded.train, {}, loaded.test, Config::map()};
  if (!loaded.has_test()) {
    const data::Split split = data::split(loaded.train, {.test = o.test, .seed = seed});
    parts.train = split.train;
    parts.test = split.test;
  }
  const double share = pipeline::training_defaults(parts.train, o.network.model).validation;
  if (share > 0) {
    const data::Split split = data::split(parts.train, {.test = share, .seed = seed + 1});
    parts.train = split.train;
    parts.validation = split.test;
  }
  parts.preprocessing.set("kind", data::to_string(loaded.kind));
  if (loaded.kind == data::SourceKind::images) {
    const Shape shape = parts.train.row_shape();
    parts.preprocessing.set("height", shape[0]).set("width", shape[1]).set("channels", shape[2]).set("fit", data::to_string(load_options(o.data, seed).images.fit));
  }
  return parts;
}

void compile_for(const Model& model, const Parts& parts, double rate, std::int64_t epochs, std::int64_t batch) {
  const std::int64_t steps = epochs * ((parts.train.rows() + batch - 1) / batch);
  const Adam adam{CosineDecay{.initial_learning_rate = rate, .decay_steps = static_cast<double>(std::max<std::int64_t>(steps, 1)), .alpha = 0.01}};
  if (parts.train.is_classification()) {
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = adam, .metrics = {Accuracy{}}});
  } else {
    model.compile({.loss = MeanSquaredError{}, .optimizer = adam, .metrics = {MeanAbsoluteError{}}});
  }
}

candid::Baseline baseline_of(const Parts& parts) {
  if (parts.train.is_classification()) {
    return candid::majority(parts.train.targets.to_vector<std::int32_t>(), parts.test.targets.to_vector<std::int32_t>(), static_cast<int>(parts.train.class_names.size()));
  }
  return candid::mean(parts.train.targets.to_vector(), parts.test.targets.to_vector());
}

// A column of targets is what a network with one output is compared with.
data::Dataset as_trained(data::Dataset set) {
  if (!set.is_classification() && set.has_targets() && set.targets.rank() == 1) set.targets = set.targets.contiguous().view_reshape({set.rows(), 1});
  return set;
}

struct Report {
  Score score;
  candid::Baseline baseline;
  std::vector<candid::Finding> findings;
  History history;
  double seconds = 0;
  std::int64_t parameters = 0;
  std::string model;
};

void print_text(const Report& r) {
  std::printf("%s\n", score_line(r.score, r.baseline).c_str());
  if (r.score.task == "regression") std::printf("mean absolute error %s\n", short_number(r.score.mean_absolute_error).c_str());
  for (const candid::Finding& f : r.findings) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  std::printf("%s parameters, %.1f s; saved in %s\n", with_thousands(r.parameters).c_str(), r.seconds, r.model.c_str());
}

void print_object(const Report& r, const Common& common) {
  Json epochs = Json::array();
  for (std::size_t i = 0; i < r.history.epochs().size(); ++i) {
    Json epoch = {{"epoch", i + 1}, {"seconds", number(r.history.seconds()[i])}};
    for (const auto& [name, value] : r.history.epochs()[i].items()) epoch[name] = number(value);
    epochs.push_back(epoch);
  }
  print_json({{"task", r.score.task}, {"metric", r.score.metric}, {"test", score_json(r.score)}, {"baseline", baseline_json(r.baseline)},
              {"epochs", epochs}, {"seconds", number(r.seconds)}, {"parameters", r.parameters}, {"seed", common.seed}, {"threads", threads()},
              {"findings", findings_json(r.findings)}, {"model", r.model}});
}

int train(const Options& o, const Common& common) {
  const auto start = Clock::now();
  const Parts parts = load_parts(o, common.seed);
  const pipeline::TrainingDefaults defaults = pipeline::training_defaults(parts.train, o.network.model);
  const std::int64_t epochs = o.epochs ? o.epochs : defaults.epochs, batch = o.batch_size ? o.batch_size : defaults.batch_size;

  formats::ModelFile file;
  file.task = parts.train.is_classification() ? "classification" : "regression";
  file.class_names = parts.train.class_names;
  file.feature_names = parts.train.feature_names;
  file.target_names = parts.train.target_names;
  file.preprocessing = parts.preprocessing;

  Report report;
  report.findings = candid::check_data(parts.train);
  set_random_seed(common.seed);
  const Model model = pipeline::make_network(parts.train, o.network);
  compile_for(model, parts, o.lr > 0 ? o.lr : defaults.learning_rate, epochs, batch);
  file.model = model;
  report.parameters = model.count_parameters();
  report.baseline = baseline_of(parts);
  make_folders(o.out);
  report.model = o.out == "." ? "model.candor" : o.out + (o.out.back() == '/' ? "" : "/") + "model.candor";
  if (!common.quiet) {
    std::fprintf(stderr, "%s: %s to train on, %s to test; %s parameters\n", parts.train.source.c_str(), with_thousands(parts.train.rows()).c_str(),
                 with_thousands(parts.test.rows()).c_str(), with_thousands(report.parameters).c_str());
    for (const std::string& note : parts.train.notes) std::fprintf(stderr, "%s\n", note.c_str());
    if (parts.train.skipped > 0) std::fprintf(stderr, "%s left out: they cannot be read\n", with_thousands(parts.train.skipped).c_str());
  }

  FitOptions fit;
  fit.epochs = static_cast<int>(epochs);
  fit.batch_size = batch;
  fit.seed = common.seed;
  fit.verbose = common.quiet ? 0 : 1;
  fit.resume = o.resume;
  fit.resume_every = o.resume_every;
  if (parts.validation.rows() > 0) {
    fit.validation_data = as_trained(parts.validation);
    fit.callbacks = {EarlyStopping{.patience = static_cast<int>(std::max<std::int64_t>(epochs / 3, 5)), .restore_best_weights = true}};
  }
  try {
    report.history = model.fit(as_trained(parts.train), fit);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::numeric) throw;
    // fit has put the last good weights back; they are worth keeping.
    file.record = training_record(parts.train, common.seed, {}, nullptr, nullptr);
    formats::write_model_file(report.model, file);
    throw;
  }

  report.score = judge(answers(file, parts.test), parts.test, common.seed);
  for (candid::Finding& f : candid::check_result(report.score.value, report.score.interval, report.baseline)) report.findings.push_back(std::move(f));
  if (report.history.interrupted()) {
    report.findings.push_back({"train.interrupted", candid::Severity::note,
                               "training was stopped by the user after epoch " + std::to_string(report.history.epochs().size()) + " of " + std::to_string(epochs)});
  }
  file.record = training_record(parts.train, common.seed, report.findings, &report.score, &report.baseline);
  if (!parts.train.is_classification() && parts.validation.rows() > 0) {
    const double distance = candid::conformal_distance(parts.validation.targets.to_vector(), answers(file, parts.validation).to_vector());
    if (std::isfinite(distance)) file.record.set("conformal_distance", distance);
  }
  formats::write_model_file(report.model, file);
  // The model is safe: what was kept to go on from has done its work, unless the user stopped and may want to.
  if (!o.resume.empty() && !report.history.interrupted()) std::remove(o.resume.c_str());
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (common.json) print_object(report, common);
  else print_text(report);
  return 0;
}

}  // namespace

void add_train(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<Options>();
  CLI::App* command = add_command(app, common, "train", "train a network, test it on rows held out, write model.candor", "candor train customers.csv --target group --layers 128,64 --out models");
  add_data_options(*command, o->data, true);
  command->add_option("--out", o->out, "the folder that model.candor goes to (default: here)");
  command->add_option("--model", o->network.model, "mlp (dense layers) or cnn (convolutions; pictures only)")->check(CLI::IsMember({"mlp", "cnn"}));
  command->add_option("--layers", o->network.layers, "widths of the hidden dense layers, as 128,64")->delimiter(',')->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}));
  command->add_option("--epochs", o->epochs, "passes over the training rows, at most")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->add_option("--batch-size", o->batch_size, "rows a step")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  CLI::Option* rate = command->add_option("--lr", o->lr, "learning rate of Adam at the start; it falls along a cosine (default: 0.001 for tables, 0.004 for pictures, 0.002 with convolutions)");
  command->add_option("--dropout", o->network.dropout, "share of hidden units dropped in training");
  command->add_option("--test", o->test, "share of rows held out for the test (default 0.2)");
  add_forecast_options(*command, o->forecast);
  CLI::Option* resume = command->add_option("--resume", o->resume, "a file that training goes on from when it is there, and that is written as it goes; removed once the model is saved");
  CLI::Option* every = command->add_option("--resume-every", o->resume_every, "seconds between two writes of that file, at least (default 60; 0: after every step)");
  every->needs(resume);
  command->callback([o, rate, resume, &common, &run] {
    run = [o, given = rate->count() > 0, resuming = resume->count() > 0, &common] {
      if (resuming && o->resume.empty()) bad_option("--resume", "the name of a file is expected");
      if (!(o->resume_every >= 0)) bad_option("--resume-every", "a number of seconds from 0 is expected, and " + std::to_string(o->resume_every) + " came");
      if (given && (!(o->lr > 0) || !std::isfinite(o->lr))) bad_option("--lr", "a positive number is expected, and " + std::to_string(o->lr) + " came");
      if (!(o->test > 0 && o->test < 1)) bad_option("--test", "a share between 0 and 1 is expected, and " + std::to_string(o->test) + " came");
      if (const double rate_dropped = o->network.dropout.value_or(0); !(rate_dropped >= 0 && rate_dropped <= 0.95)) {
        bad_option("--dropout", "a share from 0 to 0.95 is expected, and " + std::to_string(rate_dropped) + " came");
      }
      if (o->forecast.horizon > 0) return train_forecaster(o->data, o->forecast, o->test, o->out, common);
      return train(*o, common);
    };
  });
}

}  // namespace candor::cli
