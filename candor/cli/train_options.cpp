#include "candor/cli/train_options.h"

#include <cstdio>

#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/candid/check_baselines.h"
#include "candor/candid/result/ranking.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/pipeline/card.h"
#include "candor/pipeline/run_store.h"

namespace candor::cli {
namespace {

void print_baselines(const candid::Report& r) {
  if (r.baselines.size() < 2) return;
  std::printf("\n%-26s %10s   %s\n", "simple methods", r.score.metric.c_str(), "the model minus this, on the same rows");
  for (const candid::BaselineScore& b : r.baselines) {
    std::printf("%-26s %10s", b.name.c_str(), short_number(b.value).c_str());
    if (b.difference) std::printf("   %s to %s%s", short_number(b.difference->low).c_str(), short_number(b.difference->high).c_str(), b.difference->high < 0 ? "   better than the model" : b.difference->low > 0 ? "" : "   no difference shown");
    std::printf("\n");
  }
  std::printf("\n");
}

// Who answers. Trees that were asked for need no word.
void print_share(const pipeline::TrainedModel& trained) {
  if (!trained.trees_weighed) return;
  if (trained.tree_share >= 1) std::printf("boosted trees alone answer: on rows left out, networks beside them did not make it better (--model mlp: networks alone)\n");
  else if (trained.tree_share <= 0) std::printf("networks alone answer: on rows left out, boosted trees beside them did not make it better (--model trees: trees alone)\n");
  else std::printf("%.0f %% of the answer by boosted trees, the rest by networks (--model mlp or --model trees: one of them alone)\n", 100 * trained.tree_share);
}

// Where a tree is better beyond chance, that is the last word, with the command that makes one.
void print_advice(const candid::Report& r, const pipeline::TrainedModel& trained) {
  if (trained.tree_share >= 1 || !candid::takes_trees(r.data)) return;
  for (const candid::BaselineScore& b : r.baselines) {
    if (b.name != "boosted trees" || !b.difference || !(b.difference->high < 0)) continue;
    std::printf("boosted trees are better for these data: %s\n", candid::trees_command(r.command).c_str());
  }
}

}  // namespace

void add_record_options(CLI::App& command, bool& no_record, std::vector<std::string>& silence) {
  command.add_flag("--no-record", no_record, "this run does not go into the record of runs (`candor runs list`)");
  command.add_option("--silence", silence, "a finding not to show, with the reason, which stays in the card: data.few=\"more rows come in May\"; may be given several times")->allow_extra_args(false);
}

std::vector<candid::Silence> silences_of(const std::vector<std::string>& said) {
  std::vector<candid::Silence> out;
  for (const std::string& one : said) out.push_back(pipeline::silence_from(one));
  return out;
}

pipeline::RunOptions run_options(const TrainingOptions& o, const Common& common) {
  pipeline::RunOptions run;
  run.prepare = prepare_options(o.data, common.seed);
  run.prepare.test_data = o.test_data, run.prepare.test = o.test, run.prepare.test_given = o.test_given;
  run.train.network = o.network;
  run.train.augment = augment_options(o.augment);
  run.train.epochs = o.epochs;
  run.train.batch_size = o.batch_size;
  run.train.memory = static_cast<std::int64_t>(o.memory);
  run.train.learning_rate = o.lr;
  run.train.members = o.members;
  run.train.budget = o.budget;
  run.train.seed = common.seed;
  run.train.verbose = common.quiet ? 0 : 1;
  run.train.resume = o.resume;
  run.train.resume_every = o.resume_every;
  run.assess.seed = common.seed;
  run.assess.command = common.command;
  run.seeds = o.seeds;
  run.runs = o.no_record ? "" : pipeline::runs_path();
  run.asked = asked();
  run.silences = silences_of(o.silence);
  run.out = o.out;
  run.report = !o.no_report;
  run.versions = {{"candor", CANDOR_VERSION}, {"compiler", CANDOR_COMPILER}};
  if (!common.quiet) {
    run.planned = [trees = o.network.model == "trees"](const pipeline::Prepared& p, const Model& network, const std::vector<std::string>& choices) {
      if (p.is_table()) std::fprintf(stderr, "%s", data::to_string(p.recipe->schema()).c_str());
      for (const std::string& remark : p.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
      std::fprintf(stderr, "%s: %s to train on, %s to test (%s)\n", p.train.source.c_str(), with_thousands(p.train.rows()).c_str(), with_thousands(p.test.rows()).c_str(), p.split.c_str());
      for (const std::string& choice : choices) std::fprintf(stderr, "%s\n", choice.c_str());
      if (trees) return;
      std::fprintf(stderr, "%s parameters each network\n", with_thousands(network.count_parameters()).c_str());
    };
  }
  return run;
}

void print_text(const pipeline::RunResult& result) {
  const candid::Report& r = result.report;
  const candid::BaselineScore* guess = candid::guessing(r.baselines);
  candid::Baseline plain;
  if (guess) plain.name = guess->name, plain.value = guess->value;
  std::printf("%s\n", score_line(r.score, plain).c_str());
  if (r.task == "regression") std::printf("mean absolute error %s\n", short_number(r.score.mean_absolute_error).c_str());
  print_share(result.trained);
  print_baselines(r);
  std::size_t shown = 0;
  for (const candid::Finding& f : r.findings) {
    if (++shown <= 5) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  }
  if (!result.seeds.empty()) {
    std::printf("seeds:");
    for (const double s : result.seeds) std::printf(" %s", short_number(s).c_str());
    const candid::SeedSummary all = candid::summarise_seeds(result.seeds, r.score.metric, r.score.n);
    std::printf("; median %s, 95 %% interval of their mean %s to %s\n", short_number(all.median).c_str(), short_number(all.interval.low).c_str(), short_number(all.interval.high).c_str());
  }
  if (shown > 5) std::printf("%s\n", (more_findings(shown - 5) + (result.report_path.empty() ? ": candor card " + result.model_path + " shows all" : " in the report")).c_str());
  print_advice(r, result.trained);
  std::printf("%s parameters, %.1f s; saved in %s%s%s\n", with_thousands(r.parameters).c_str(), r.seconds, result.model_path.c_str(), result.report_path.empty() ? "" : ", report in ", result.report_path.c_str());
}

Json train_object(const pipeline::RunResult& result, const Common& common) {
  const candid::Report& r = result.report;
  const History history = result.trained.answering().empty() ? History() : result.trained.answering().front();
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
  Json out = {{"task", r.score.task}, {"metric", r.score.metric}, {"test", score_json(r.score)},
              {"baseline", {{"name", guess ? Json(guess->name) : Json(nullptr)}, {"value", guess ? number(guess->value) : Json(nullptr)}}},
              {"epochs", epochs}, {"seconds", number(r.seconds)}, {"parameters", r.parameters}, {"seed", common.seed}, {"threads", threads()},
              {"findings", findings_json(r.findings)}, {"model", result.model_path},
              {"report", result.report_path.empty() ? Json(nullptr) : Json(result.report_path)}, {"baselines", baselines}, {"scores", scores}, {"members", result.trained.answering().size()}, {"tree_share", number(result.trained.tree_share)}, {"choices", r.choices}};
  if (!result.seeds.empty()) {
    const candid::SeedSummary all = candid::summarise_seeds(result.seeds, r.score.metric, r.score.n);
    Json each = Json::array();
    for (const double s : result.seeds) each.push_back(number(s));
    out["seeds"] = {{"scores", each}, {"median", number(all.median)}, {"interval", {number(all.interval.low), number(all.interval.high)}}};
  }
  return out;
}

}  // namespace candor::cli
