#include <cstdio>

#include "candor/candid/finding.h"
#include "candor/cli/forecast.h"
#include "candor/cli/model_data.h"
#include "candor/cli/score.h"

namespace candor::cli {
namespace {

struct Options {
  std::string model;
  DataOptions data;
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

void print_text(const Score& score, const candid::Baseline& baseline, const std::vector<candid::Finding>& findings) {
  std::printf("%s\n", score_line(score, baseline).c_str());
  if (score.task == "regression") std::printf("mean absolute error %s\n", short_number(score.mean_absolute_error).c_str());
  if (!score.classes.empty()) {
    std::printf("\n%-20s %8s %8s %10s\n", "class", "rows", "recall", "precision");
    for (const ClassScore& c : score.classes) {
      std::printf("%-20s %8lld %8s %10s\n", c.name.c_str(), static_cast<long long>(c.rows), c.rows ? short_number(share(c.hits, c.rows)).c_str() : "-",
                  c.predicted ? short_number(share(c.hits, c.predicted)).c_str() : "-");
    }
  }
  for (const candid::Finding& f : findings) std::fprintf(stderr, "%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
}

void print_object(const Options& o, const Score& score, const candid::Baseline& baseline, const std::vector<candid::Finding>& findings) {
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

int evaluate(const Options& o, const Common& common) {
  const formats::ModelFile file = formats::read_model_file(o.model);
  if (is_forecaster(file)) return evaluate_series(file, o.data, common);
  const pipeline::ModelRows rows = load_model_rows(o.data, file, true, common.seed);
  const data::Dataset& set = rows.set;
  if (!common.quiet) print_differences(rows.differences);
  const Score score = judge(answers(file, set), set, common.seed);
  const candid::Baseline baseline = stored_baseline(file, set);
  std::vector<candid::Finding> findings = candid::check_result(score.value, score.interval, baseline);
  if (!rows.seen_text.empty()) findings.push_back({"result.test-reused", candid::Severity::warning, rows.seen_text});
  if (common.json) print_object(o, score, baseline, findings);
  else print_text(score, baseline, findings);
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<Options>();
  CLI::App* command = add_command(app, common, "evaluate", "the score of a model on rows it was not trained on", "candor evaluate model.candor customers-2024.csv");
  command->add_option("MODEL", o->model, "a model file that `candor train` or Model::save wrote")->required();
  add_data_options(*command, o->data, false);
  command->callback([o, &common, &run] { run = [o, &common] { return evaluate(*o, common); }; });
}

}  // namespace candor::cli
