#include <cmath>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/candid/check_baselines.h"
#include "candor/cli/data_options.h"
#include "candor/cli/forecast.h"
#include "candor/cli/score.h"
#include "candor/pipeline/run.h"

namespace candor::cli {
namespace {

struct Options {
  DataOptions data;
  pipeline::NetworkOptions network;
  std::string out = ".", test_data;
  std::int64_t epochs = 0, batch_size = 0;
  double lr = 0, test = 0.2, budget = 60;  // lr 0: the default of the data and network
  int members = 0;
  bool no_report = false;
  std::string resume;                      // file of the resume point
  double resume_every = 60;
  ForecastOptions forecast;                // --horizon: DATA is a series
};

pipeline::RunOptions run_options(const Options& o, const Common& common) {
  pipeline::RunOptions run;
  run.prepare = {.load = load_options(o.data, common.seed), .table = table_options(o.data), .schema = schema_options(o.data), .recipe = {}, .test_data = o.test_data, .test = o.test, .seed = common.seed, .split = data::split_way_from(o.data.split), .split_column = {}};
  run.train.network = o.network;
  run.train.epochs = o.epochs;
  run.train.batch_size = o.batch_size;
  run.train.learning_rate = o.lr;
  run.train.members = o.members;
  run.train.budget = o.budget;
  run.train.seed = common.seed;
  run.train.verbose = common.quiet ? 0 : 1;
  run.train.resume = o.resume;
  run.train.resume_every = o.resume_every;
  run.assess.seed = common.seed;
  run.assess.command = common.command;
  run.out = o.out;
  run.report = !o.no_report;
  run.versions = {{"candor", CANDOR_VERSION}, {"compiler", CANDOR_COMPILER}};
  if (!common.quiet) {
    run.planned = [](const pipeline::Prepared& p, const Model& network, const std::vector<std::string>& choices) {
      if (p.is_table()) std::fprintf(stderr, "%s", data::to_string(p.recipe->schema()).c_str());
      for (const std::string& remark : p.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
      std::fprintf(stderr, "%s: %s to train on, %s to test (%s)\n", p.train.source.c_str(), with_thousands(p.train.rows()).c_str(), with_thousands(p.test.rows()).c_str(), p.split.c_str());
      for (const std::string& choice : choices) std::fprintf(stderr, "%s\n", choice.c_str());
      std::fprintf(stderr, "%s parameters each network\n", with_thousands(network.count_parameters()).c_str());
    };
  }
  return run;
}

void print_baselines(const candid::Report& r) {
  if (r.baselines.size() < 2) return;
  std::printf("\n%-26s %10s   %s\n", "simple methods", r.score.metric.c_str(), "the network minus this, on the same rows");
  for (const candid::BaselineScore& b : r.baselines) {
    std::printf("%-26s %10s", b.name.c_str(), short_number(b.value).c_str());
    if (b.difference) std::printf("   %s to %s%s", short_number(b.difference->low).c_str(), short_number(b.difference->high).c_str(), b.difference->high < 0 ? "   better than the network" : b.difference->low > 0 ? "" : "   no difference shown");
    std::printf("\n");
  }
  std::printf("\n");
}

void print_text(const pipeline::RunResult& result) {
  const candid::Report& r = result.report;
  const candid::BaselineScore* guess = candid::guessing(r.baselines);
  candid::Baseline plain;
  if (guess) plain.name = guess->name, plain.value = guess->value;
  std::printf("%s\n", score_line(r.score, plain).c_str());
  if (r.task == "regression") std::printf("mean absolute error %s\n", short_number(r.score.mean_absolute_error).c_str());
  print_baselines(r);
  std::size_t shown = 0;
  for (const candid::Finding& f : r.findings) {
    if (++shown <= 5) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  }
  if (shown > 5) std::printf("%zu more findings stand in the report\n", shown - 5);
  std::printf("%s parameters, %.1f s; saved in %s%s%s\n", with_thousands(r.parameters).c_str(), r.seconds, result.model_path.c_str(), result.report_path.empty() ? "" : ", report in ", result.report_path.c_str());
}

void print_object(const pipeline::RunResult& result, const Common& common) {
  const candid::Report& r = result.report;
  const History& history = result.trained.histories.front();
  Json epochs = Json::array(), baselines = Json::array();
  for (std::size_t i = 0; i < history.epochs().size(); ++i) {
    Json epoch = {{"epoch", i + 1}, {"seconds", number(history.seconds()[i])}};
    for (const auto& [name, value] : history.epochs()[i].items()) epoch[name] = number(value);
    epochs.push_back(epoch);
  }
  for (const candid::BaselineScore& b : r.baselines) {
    Json one = {{"name", b.name}, {"value", number(b.value)}, {"interval", {number(b.interval.low), number(b.interval.high)}}, {"seconds", number(b.seconds)}, {"difference", nullptr}};
    if (b.difference) one["difference"] = {number(b.difference->low), number(b.difference->high)};
    baselines.push_back(one);
  }
  const candid::BaselineScore* guess = candid::guessing(r.baselines);
  Json scores = Json::object();
  for (const candid::FurtherScore& s : r.more_scores) scores[s.name] = number(s.value);
  print_json({{"task", r.score.task}, {"metric", r.score.metric}, {"test", score_json(r.score)},
              {"baseline", {{"name", guess ? Json(guess->name) : Json(nullptr)}, {"value", guess ? number(guess->value) : Json(nullptr)}}},
              {"epochs", epochs}, {"seconds", number(r.seconds)}, {"parameters", r.parameters}, {"seed", common.seed}, {"threads", threads()},
              {"findings", findings_json(r.findings)}, {"model", result.model_path},
              {"report", result.report_path.empty() ? Json(nullptr) : Json(result.report_path)}, {"baselines", baselines}, {"scores", scores}, {"members", result.trained.histories.size()}, {"choices", r.choices}});
}

int train(const Options& o, const Common& common) {
  const pipeline::RunResult result = pipeline::run(o.data.data, run_options(o, common));
  if (common.json) print_object(result, common);
  else print_text(result);
  return 0;
}

void check_options(const Options& o, bool rate_given, bool resuming) {
  if (resuming && o.resume.empty()) bad_option("--resume", "the name of a file is expected");
  if (!(o.resume_every >= 0)) bad_option("--resume-every", "a number of seconds from 0 is expected, and " + std::to_string(o.resume_every) + " came");
  if (rate_given && (!(o.lr > 0) || !std::isfinite(o.lr))) bad_option("--lr", "a positive number is expected, and " + std::to_string(o.lr) + " came");
  if (!(o.test > 0 && o.test < 1)) bad_option("--test", "a share between 0 and 1 is expected, and " + std::to_string(o.test) + " came");
  if (!(o.budget > 0) || o.budget > 1e7) bad_option("--budget", "a positive number of seconds is expected, and " + std::to_string(o.budget) + " came");
  if (const double dropped = o.network.dropout.value_or(0); !(dropped >= 0 && dropped <= 0.95)) {
    bad_option("--dropout", "a share from 0 to 0.95 is expected, and " + std::to_string(dropped) + " came");
  }
}

}  // namespace

void add_train(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<Options>();
  CLI::App* command = add_command(app, common, "train", "train a network, test it on rows held out, write model.candor and report.html", "candor train customers.csv --target group --budget 60s --out models");
  add_data_options(*command, o->data, true);
  command->add_option("--out", o->out, "the folder that model.candor, report.html and report.json go to (default: here)");
  command->add_option("--model", o->network.model, "mlp (dense layers) or cnn (convolutions; pictures only)")->check(CLI::IsMember({"mlp", "cnn"}));
  command->add_option("--layers", o->network.layers, "widths of the hidden dense layers, as 128,64")->delimiter(',')->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}));
  command->add_option("--bins", o->network.bins, "tables: quantiles that a number is also given by (default: by the rows; 0: none)")->check(CLI::Range(std::int64_t{0}, std::int64_t{1024}));
  command->add_option("--members", o->members, "networks that are trained on other parts of the rows and averaged (default: by data and budget)")->check(CLI::Range(1, 100));
  command->add_option("--budget", o->budget, "seconds that training may take, as 60 or 60s (default 60)")->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"min", 60}, {"h", 3600}}));
  command->add_option("--epochs", o->epochs, "passes over the training rows, at most")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->add_option("--batch-size", o->batch_size, "rows a step")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  CLI::Option* rate = command->add_option("--lr", o->lr, "learning rate of Adam at the start; it falls along a cosine (default: 0.001 for tables, 0.004 for pictures, 0.002 with convolutions)");
  command->add_option("--dropout", o->network.dropout, "share of hidden units dropped in training");
  command->add_option("--test", o->test, "share of rows held out for the test (default 0.2)");
  command->add_option("--test-data", o->test_data, "rows of a source of their own to test on, in place of a share of DATA");
  command->add_flag("--no-report", o->no_report, "write model.candor alone");
  add_forecast_options(*command, o->forecast);
  CLI::Option* resume = command->add_option("--resume", o->resume, "a file that training goes on from when it is there, and that is written as it goes; removed once the model is saved");
  CLI::Option* every = command->add_option("--resume-every", o->resume_every, "seconds between two writes of that file, at least (default 60; 0: after every step)");
  every->needs(resume);
  command->callback([o, rate, resume, &common, &run] {
    run = [o, given = rate->count() > 0, resuming = resume->count() > 0, &common] {
      check_options(*o, given, resuming);
      if (o->forecast.horizon > 0) return train_forecaster(o->data, o->forecast, o->test, o->out, common);
      return train(*o, common);
    };
  });
}

}  // namespace candor::cli
