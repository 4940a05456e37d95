#include <cstdio>
#include <optional>

#include "candor/base/clock.h"
#include "candor/base/text.h"
#include "candor/candid/check_baselines.h"
#include "candor/candid/check.h"
#include "candor/candid/finding.h"
#include "candor/candid/result/test_reused.h"
#include "candor/candid/uncertainty/uncertainty.h"
#include "candor/cli/fitting.h"
#include "candor/cli/forecast.h"
#include "candor/cli/model_data.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/cli/train_options.h"
#include "candor/pipeline/card.h"
#include "candor/pipeline/check_results.h"
#include "candor/pipeline/judge_rows.h"
#include "candor/pipeline/run_store.h"

namespace candor::cli {
namespace {

struct EvaluateFlags {
  std::string model;
  DataOptions data;
  bool no_record = false, strict = false;
  std::vector<std::string> silence;
};

// The baseline of the training rows, judged on these.
candid::Baseline stored_baseline(const formats::ModelFile& file, const data::Dataset& set) {
  const Config* stored = file.record.find("baseline");
  const double guess = stored ? stored->get("guess", 0.0) : 0;
  if (set.is_classification()) {
    const std::vector<std::int32_t> one{static_cast<std::int32_t>(guess)}, truth = set.targets.to_vector<std::int32_t>();
    return candid::majority(stored ? one : truth, truth, static_cast<int>(set.class_names.size()));
  }
  const std::vector<float> one{static_cast<float>(guess)}, truth = set.targets.to_vector();
  return candid::mean(stored ? one : truth, truth);
}

double share(std::int64_t part, std::int64_t whole) { return whole ? static_cast<double>(part) / static_cast<double>(whole) : 0; }

void print_score(const Score& score, const candid::Baseline& baseline, const std::vector<candid::Finding>& findings) {
  std::printf("%s\n", score_line(score, baseline).c_str());
  if (score.task == "regression") std::printf("mean absolute error %s\n", short_number(score.mean_absolute_error).c_str());
  if (!score.classes.empty()) {
    std::printf("\n%-20s %8s %8s %10s\n", "class", "rows", "recall", "precision");
    for (const ClassScore& c : score.classes) {
      std::printf("%-20s %8lld %8s %10s\n", c.name.c_str(), static_cast<long long>(c.rows), c.rows ? short_number(share(c.hits, c.rows)).c_str() : "-",
                  c.predicted ? short_number(share(c.hits, c.predicted)).c_str() : "-");
    }
  }
  std::size_t shown = 0;
  for (const candid::Severity severity : {candid::Severity::error, candid::Severity::warning, candid::Severity::note})
    for (const candid::Finding& f : findings)
      if (f.severity == severity && ++shown <= 5) std::fprintf(stderr, "%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  if (shown > 5) std::fprintf(stderr, "%s: --json shows all\n", more_findings(shown - 5).c_str());
}

void print_object(const EvaluateFlags& o, const Score& score, const candid::Baseline& baseline, const std::vector<candid::Finding>& findings) {
  Json out = {{"task", score.task}, {"metric", score.metric}, {"test", score_json(score)}, {"baseline", baseline_json(baseline)}};
  if (score.task == "classification") {
    Json classes = Json::array();
    for (const ClassScore& c : score.classes) {
      classes.push_back({{"class", c.name}, {"n", c.rows}, {"predicted", c.predicted}, {"recall", c.rows ? Json(share(c.hits, c.rows)) : Json(nullptr)},
                         {"precision", c.predicted ? Json(share(c.hits, c.predicted)) : Json(nullptr)}});
    }
    out["classes"] = classes;
    out["confusion"] = score.confusion;
  } else {
    out["mae"] = number(score.mean_absolute_error);
  }
  out["findings"] = findings_json(findings);
  out["model"] = o.model;
  print_json(out);
}

pipeline::RunEntry entry_of(const EvaluateFlags& o, const Common& common, const pipeline::JudgedRows& rows, const std::string& started) {
  const Score& score = rows.score;
  pipeline::RunEntry e;
  e.started = started, e.kind = "evaluate", e.command = common.command, e.version = CANDOR_VERSION, e.data = rows.set.source, e.data_digest = rows.digest;
  e.test_rows = rows.mark, e.seed = std::to_string(common.seed), e.options = asked(), e.task = score.task, e.metric = score.metric;
  e.value = score.value, e.interval = score.interval, e.rows = score.n, e.model = o.model;
  e.options.emplace_back("model", o.model);
  return e;
}

int evaluate(const EvaluateFlags& o, const CLI::App& command, const Common& common) {
  const std::string started = utc_now();
  const formats::ModelFile file = formats::read_model_file(o.model);
  refuse_unfit(command, o.data.data);
  refuse_for_model(command, o.model, file);
  std::vector<candid::Silence> silences = pipeline::find_project(o.data.data).silences;
  for (const candid::Silence& s : silences_of(o.silence)) silences.push_back(s);
  if (o.strict) {
    if (const std::vector<std::string> gaps = pipeline::strict_gaps(pipeline::read_card(file)); !gaps.empty()) {
      std::fprintf(stderr, "candor evaluate: --strict: the card of %s does not say %s; `candor card %s --set %s=...` fills it\n", o.model.c_str(), strict_text(gaps).c_str(), o.model.c_str(), gaps[0].c_str());
      return 3;
    }
  }
  if (is_forecaster(file)) return evaluate_series(file, o.data, {.model = o.model, .runs = o.no_record ? "" : pipeline::runs_path(), .silences = silences, .strict = o.strict}, common);
  const pipeline::JudgedRows rows = pipeline::judge_rows(o.data.data, file, model_rows_options(o.data, true, common.seed), common.seed);
  const Score& score = rows.score;
  if (!common.quiet) print_differences(rows.differences);
  if (rows.checked.rows() < score.n && !common.quiet)
    std::fprintf(stderr, "note: the score is of all %s rows; its checks looked at %s of them, drawn evenly\n", with_thousands(score.n).c_str(), with_thousands(rows.checked.rows()).c_str());
  const candid::Baseline baseline = stored_baseline(file, rows.set);
  std::vector<candid::Finding> findings = candid::check_guessing(score, baseline);
  if (!rows.seen_text.empty()) findings.push_back({"result.test-reused", candid::Severity::warning, rows.seen_text});
  candid::Checkup checkup = pipeline::check_answers(score, rows.outputs, rows.checked, rows.cells, rows.columns, candid::stored_uncertainty(file.record).temperature, common.seed);
  checkup.findings.insert(checkup.findings.begin(), findings.begin(), findings.end());
  pipeline::RunEntry entry = entry_of(o, common, rows, started);
  if (const std::int64_t others = o.no_record ? 0 : pipeline::different_scores(pipeline::runs_path(), entry.test_rows, score.value); others > 0)
    candid::run_check(checkup, "result.test-reused", [&] { return candid::check_test_use({.rows = rows.set.rows(), .looks = others + 1}); });
  candid::silence(checkup, silences);
  findings = checkup.findings;
  entry.findings = findings;
  if (!o.no_record)
    if (const std::string note = pipeline::record_run(pipeline::runs_path(), entry); !note.empty() && !common.quiet) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (common.json) print_object(o, score, baseline, findings);
  else print_score(score, baseline, findings);
  return o.strict && checkup.has(candid::Severity::error) ? 3 : 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<EvaluateFlags>();
  CLI::App* command = add_command(app, common, "evaluate", "the score of a model on rows it was not trained on", "candor evaluate model.candor customers-2024.csv");
  command->add_option("MODEL", o->model, "a model file that `candor train` or Model::save wrote")->required();
  add_data_options(*command, o->data, false);
  command->add_flag("--strict", o->strict, "exit code 3 when the model's card lacks how labels were made or what it must not be used for, or an error-level finding is open");
  add_record_options(*command, o->no_record, o->silence);
  command->callback([o, command, &common, &run] {
    run = [o, command, &common] { return evaluate(*o, *command, common); };
  });
}

}  // namespace candor::cli
