#include <cmath>
#include <cstdio>

#include "candor/cli/fitting.h"
#include "candor/cli/train_options.h"
#include "candor/pipeline/tune.h"

namespace candor::cli {
namespace {

struct TuneFlags : TrainingOptions {
  std::string method = "tpe";
  int trials = 30;
  double search = 300;
};

int tune(const TuneFlags& o, const Common& common) {
  pipeline::TuneOptions options;
  options.run = run_options(o, common);
  options.run.train.verbose = 0;
  options.run.kind = "tune";
  options.method = search_method_from(o.method);
  options.trials = o.trials;
  options.seconds = o.search;
  options.record = o.out == "." ? "tune.jsonl" : o.out + (o.out.back() == '/' ? "" : "/") + "tune.jsonl";
  if (!common.quiet) options.say = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  const pipeline::TuneResult result = pipeline::tune(o.data.data, options);
  if (!result.run.note.empty() && !common.quiet) std::fprintf(stderr, "note: %s\n", result.run.note.c_str());
  if (common.json) {
    Json object = train_object(result.run, common), trials = Json::array(), best = Json::object();
    for (std::size_t p = 0; p < result.space.size(); ++p) {
      if (result.space[p].words.empty()) best[result.space[p].name] = number(result.best[p]);
      else best[result.space[p].name] = result.space[p].words[static_cast<std::size_t>(result.best[p])];
    }
    for (const Trial& t : result.trials) trials.push_back({{"choice", to_string(result.space, t.choice)}, {"share", t.share}, {"loss", number(t.loss)}, {"seconds", number(t.seconds)}});
    object["best"] = best;
    object["default_loss"] = number(result.default_loss);
    object["best_loss"] = number(result.best_loss);
    object["trials"] = trials;
    print_json(object);
    return 0;
  }
  const bool answer = !result.run.trained.answering().empty();
  std::printf("%zu trials%s; best: %s\nloss on rows left out: %s, of the default %s\n\n", result.trials.size(), answer ? "" : " of networks, which are not in the model (boosted trees alone answer)", to_string(result.space, result.best).c_str(), short_number(result.best_loss).c_str(),
              short_number(result.default_loss).c_str());
  print_text(result.run);
  return 0;
}

}  // namespace

void add_tune(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<TuneFlags>();
  CLI::App* command = add_command(app, common, "tune", "search the network and its training for DATA, then train the best", "candor tune customers.csv --target group --trials 40 --search 10min --out models");
  add_data_options(*command, o->data, true);
  command->add_option("--out", o->out, "the folder for model.candor, the report and tune.jsonl, the finished trials: the same command goes on from them (default: here)");
  command->add_option("--method", o->method, "tpe (learns from the trials), hyperband (many short trainings, few long ones) or random")->check(CLI::IsMember({"tpe", "hyperband", "random"}));
  command->add_option("--trials", o->trials, "trainings (default 30)")->check(CLI::Range(1, 100'000));
  command->add_option("--search", o->search, "seconds after which no trial is begun, as 300, 5min or 1h (default 5min)")->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"min", 60}, {"h", 3600}}));
  command->add_option("--budget", o->budget, "seconds that training the best may take (default 60)")->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"min", 60}, {"h", 3600}}));
  command->add_option("--epochs", o->epochs, "passes over the training rows, at most")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->add_option("--test", o->test, "share of rows held out for the test (default 0.2)");
  add_record_options(*command, o->no_record, o->silence);
  command->add_option("--test-data", o->test_data, "rows of a source of their own to test on, in place of a share of DATA");
  command->callback([o, command, &common, &run] {
    run = [o, command, &common] {
      if (!(o->test > 0 && o->test < 1)) bad_option("--test", "a share between 0 and 1 is expected, and " + std::to_string(o->test) + " came");
      if (!(o->search > 0) || !(o->budget.value_or(60) > 0)) bad_option(o->search > 0 ? "--budget" : "--search", "a positive number of seconds is expected");
      refuse_unfit(*command, o->data.data);
      if (!o->test_data.empty()) refuse_given(*command, {"--test", "--split"}, "the test part is what --test-data names, so none is drawn");
      o->test_given = command->get_option("--test")->count() > 0;
      return tune(*o, common);
    };
  });
}

}  // namespace candor::cli
