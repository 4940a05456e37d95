#include <cmath>
#include <cstdio>

#include "candor/cli/fitting.h"
#include "candor/cli/forecast.h"
#include "candor/cli/train_options.h"
#include "candor/pipeline/run_store.h"

namespace candor::cli {
namespace {

struct TrainFlags : TrainingOptions {
  ForecastOptions forecast;  // --horizon: DATA is a series
};

int train(const TrainFlags& o, const Common& common) {
  const pipeline::RunResult result = pipeline::run(o.data.data, run_options(o, common));
  if (!result.note.empty() && !common.quiet) std::fprintf(stderr, "note: %s\n", result.note.c_str());
  if (common.json) print_json(train_object(result, common));
  else print_text(result);
  return 0;
}

void check_options(const TrainFlags& o, bool rate_given, bool resuming) {
  if (resuming && o.resume.empty()) bad_option("--resume", "the name of a file is expected");
  if (!(o.resume_every >= 0)) bad_option("--resume-every", "a number of seconds from 0 is expected, and " + std::to_string(o.resume_every) + " came");
  if (rate_given && (!(o.lr > 0) || !std::isfinite(o.lr))) bad_option("--lr", "a positive number is expected, and " + std::to_string(o.lr) + " came");
  if (!(o.test > 0 && o.test < 1)) bad_option("--test", "a share between 0 and 1 is expected, and " + std::to_string(o.test) + " came");
  if (o.budget && (!(*o.budget > 0) || *o.budget > 1e7)) bad_option("--budget", "a positive number of seconds is expected, and " + std::to_string(*o.budget) + " came");
  if (const double dropped = o.network.dropout.value_or(0); !(dropped >= 0 && dropped <= 0.95)) {
    bad_option("--dropout", "a share from 0 to 0.95 is expected, and " + std::to_string(dropped) + " came");
  }
}

// What says nothing of a series is not taken in silence.
void check_series_options(const CLI::App& command, const TrainFlags& o) {
  refuse_given(command, {"--model", "--bins", "--batch-size", "--memory", "--dropout", "--test-data", "--seeds", "--resume", "--no-report", "--augment", "--swap-labels", "--task", "--split", "--order", "--role", "--schema", "--keep-units"},
               "it says nothing of a series (--horizon); docs/cli.md lists what does");
  if (o.network.layers.size() > 1) bad_option("--layers", "the networks of a forecast (--horizon) have layers of one width, as --layers 64, and " + std::to_string(o.network.layers.size()) + " widths came");
}

// Boosted trees have no layers and no epochs; rows that are named to test on are not drawn.
void check_fitting(const CLI::App& command, const TrainFlags& o) {
  refuse_unfit(command, o.data.data);
  if (o.network.model == "trees")
    refuse_given(command, {"--layers", "--bins", "--members", "--epochs", "--memory", "--batch-size", "--lr", "--dropout", "--resume", "--augment", "--swap-labels"}, "it is about networks, and --model trees trains none");
  if (!o.test_data.empty()) refuse_given(command, {"--test", "--split"}, "the test part is what --test-data names, so none is drawn");
}

// What was said of the training, for forecasts.
void add_to(ForecastOptions& forecast, const TrainFlags& o) {
  forecast.runs = o.no_record ? "" : pipeline::runs_path();
  forecast.silences = silences_of(o.silence);
  forecast.epochs = o.epochs;
  forecast.members = o.members;
  forecast.lr = o.lr;
  forecast.budget = o.budget.value_or(0);
  if (!o.network.layers.empty()) forecast.width = o.network.layers.front();
}

}  // namespace

void add_train(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<TrainFlags>();
  CLI::App* command = add_command(app, common, "train", "train a network, test it on rows held out, write model.candor and report.html", "candor train customers.csv --target group --budget 60s --out models");
  add_data_options(*command, o->data, true);
  command->add_option("--out", o->out, "the folder that model.candor, report.html and report.json go to (default: here)");
  command->add_option("--model", o->network.model, "mlp (dense layers), cnn (convolutions; pictures only), trees (boosted trees; tables only) or mixed (mlp and trees); default: cnn for files of pictures, mixed for tables unless something is said of the network, else mlp")->check(CLI::IsMember({"mlp", "cnn", "trees", "mixed"}));
  add_augment_options(*command, o->augment);
  command->add_option("--layers", o->network.layers, "widths of the hidden dense layers, as 128,64")->delimiter(',')->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}));
  command->add_option("--bins", o->network.bins, "tables: quantiles that a number is also given by (default: by the rows; 0: none)")->check(CLI::Range(std::int64_t{0}, std::int64_t{1024}));
  command->add_option("--members", o->members, "networks that are trained on other parts of the rows and averaged (default: by data and budget)")->check(CLI::Range(1, 100));
  command->add_option("--budget", o->budget, "seconds that training may take, as 60 or 60s (default 60; none where --epochs is given)")->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"min", 60}, {"h", 3600}}));
  command->add_option("--epochs", o->epochs, "passes over the training rows, at most, however long they take unless --budget is given, too")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  add_bytes(*command, "--memory", o->memory, "what a step of training may take for weights, optimizer and activations, as 500MB: what does not fit is computed twice (default: any)");
  command->add_option("--batch-size", o->batch_size, "rows a step")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  CLI::Option* rate = command->add_option("--lr", o->lr, "learning rate of Adam at the start; it falls along a cosine (default: 0.001 for tables, 0.004 for pictures, 0.002 with convolutions, 0.005 with these on few pictures)");
  command->add_option("--dropout", o->network.dropout, "share of hidden units dropped in training");
  command->add_option("--test", o->test, "share of rows held out for the test (default 0.2)");
  command->add_option("--test-data", o->test_data, "rows of a source of their own to test on, in place of a share of DATA");
  command->add_flag("--no-report", o->no_report, "write model.candor alone");
  command->add_option("--seeds", o->seeds, "trainings on the same rows with seeds that follow each other: their median and its interval beside the score (default 1)")->check(CLI::Range(1, 1000));
  add_record_options(*command, o->no_record, o->silence);
  add_forecast_options(*command, o->forecast);
  CLI::Option* resume = command->add_option("--resume", o->resume, "a file that training goes on from when it is there, and that is written as it goes; removed once the model is saved");
  CLI::Option* every = command->add_option("--resume-every", o->resume_every, "seconds between two writes of that file, at least (default 60; 0: after every step)");
  every->needs(resume);
  command->callback([o, command, rate, resume, &common, &run] {
    run = [o, command, given = rate->count() > 0, resuming = resume->count() > 0, &common] {
      check_options(*o, given, resuming);
      check_fitting(*command, *o);
      o->test_given = command->get_option("--test")->count() > 0;
      if (o->forecast.horizon > 0) {
        check_series_options(*command, *o);
        add_to(o->forecast, *o);
        return train_forecaster(o->data, o->forecast, o->test, o->out, common);
      }
      return train(*o, common);
    };
  });
}

}  // namespace candor::cli
