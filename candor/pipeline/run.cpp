#include "candor/pipeline/run.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/candid/check.h"
#include "candor/candid/check_baselines.h"
#include "candor/candid/result/export.h"
#include "candor/candid/result/ranking.h"
#include "candor/candid/result/test_reused.h"
#include "candor/pipeline/card.h"
#include "candor/pipeline/model_rows.h"
#include "candor/pipeline/report_files.h"
#include "candor/pipeline/run_store.h"
#include "candor/pipeline/test_rows.h"
#include "candor/pipeline/training_findings.h"

namespace candor::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string in_folder(const std::string& folder, const std::string& name) { return folder == "." ? name : folder + (folder.back() == '/' ? "" : "/") + name; }

formats::ModelFile file_of(const Prepared& p) {
  formats::ModelFile file;
  file.task = p.train.is_classification() ? "classification" : "regression";
  file.class_names = p.train.class_names;
  file.feature_names = p.train.feature_names;
  file.target_names = p.train.target_names;
  file.preprocessing = p.preprocessing;
  return file;
}

candid::Baseline guess_of(const Prepared& p) {
  if (p.train.is_classification())
    return candid::majority(p.train.targets.to_vector<std::int32_t>(), p.test.targets.to_vector<std::int32_t>(), static_cast<int>(p.train.class_names.size()));
  return candid::mean(p.train.targets.to_vector(), p.test.targets.to_vector());
}

// The file that was written, read back and asked for some rows.
std::vector<candid::Finding> check_saved(const std::string& path, const formats::ModelFile& trained, const data::Dataset& rows) {
  candid::Checkup checkup;
  candid::run_check(checkup, "result.export", [&] {
    const formats::ModelFile back = formats::read_model_file(path);
    return candid::check_export(answers(trained, rows), answers(back, rows), path);
  });
  return checkup.findings;
}

// The score of this training counts as one look, unless the record holds it already: the same training again.
std::int64_t looks(const std::string& runs, const std::string& test_rows, double value) {
  return std::max<std::int64_t>(1, different_scores(runs, test_rows, value) + 1);
}

// The same choice trained with further seeds on the same rows.
void add_seeds(RunResult& result, const Prepared& data, const RunOptions& o) {
  candid::Report& r = result.report;
  result.seeds = {r.score.value};
  for (int s = 1; s < o.seeds && !result.trained.interrupted; ++s) {
    TrainOptions options = o.train;
    options.seed += static_cast<std::uint64_t>(s);
    options.verbose = 0;
    options.resume.clear();
    options.planned = {};
    const TrainedModel other = train(data, options);
    if (other.interrupted) break;
    const bool logits = data.train.is_classification() && other.model.compile_options().loss[0].from_logits();
    result.seeds.push_back(candid::judge(answers(other.model, logits, data.test), data.test, o.assess.seed).value);
  }
  const candid::SeedSummary all = candid::summarise_seeds(result.seeds, r.score.metric, r.score.n);
  r.more_scores.push_back({"median of " + std::to_string(result.seeds.size()) + " seeds, with the interval of their mean", all.median, all.interval});
  const candid::BaselineScore* best = nullptr;
  for (const candid::BaselineScore& b : r.baselines)
    if (!best || b.value > best->value) best = &b;
  if (best && result.seeds.size() >= 2 && best->value >= all.interval.low)
    r.findings.push_back({"result.interval", candid::Severity::note,
                          "over " + std::to_string(result.seeds.size()) + " seeds the network has a median " + r.score.metric + " of " + candid::score_text(all.median) + " (mean 95 % interval " + candid::score_text(all.interval.low) + " to " +
                              candid::score_text(all.interval.high) + "), and " + best->name + " " + candid::score_text(best->value) + ": " + (best->value > all.interval.high ? "the simple method is better" : "no difference shown")});
}

std::string mark_of(const Prepared& data) { return source_mark(data.train, data.train_cells, data.test, data.test_cells, !data.train_rows.empty()); }

// A training that ended without a score belongs into the record, too: what was tried and failed.
RunEntry started_entry(const std::string& name, const Prepared& data, const RunOptions& o) {
  RunEntry e;
  e.started = utc_now(), e.kind = o.kind, e.command = o.assess.command;
  for (const auto& [part, version] : o.versions)
    if (part == "candor") e.version = version;
  e.data = data::without_password(name), e.data_digest = mark_of(data), e.test_rows = test_rows_mark(data.test, data.test_cells), e.split = data.split, e.seed = std::to_string(o.train.seed), e.options = o.asked;
  e.task = data.train.is_classification() ? "classification" : "regression", e.metric = data.train.is_classification() ? "accuracy" : "r2";
  e.value = std::nan(""), e.interval = {e.value, e.value};
  return e;
}

RunEntry entry_of(const RunResult& result, const Prepared& data, const RunOptions& o, const std::string& test_rows) {
  const candid::Report& r = result.report;
  RunEntry e;
  e.started = r.started, e.seconds = r.seconds, e.kind = o.kind, e.command = r.command;
  for (const auto& [name, version] : o.versions)
    if (name == "candor") e.version = version;
  e.data = r.data.source, e.data_digest = mark_of(data), e.test_rows = test_rows, e.split = data.split, e.seed = std::to_string(o.train.seed), e.options = o.asked;
  e.task = r.task, e.metric = r.score.metric, e.value = r.score.value, e.interval = r.score.interval, e.rows = r.score.n;
  for (const candid::FurtherScore& s : r.more_scores) e.scores.emplace_back(s.name, s.value);
  e.seeds = result.seeds, e.findings = r.findings, e.model = result.model_path;
  return e;
}

}  // namespace

RunResult run(const std::string& name, const RunOptions& o) {
  const Clock::time_point start = Clock::now();
  const Prepared data = prepare(name, o.prepare);
  const double reading = since(start);
  Project project = find_project(name);
  for (const candid::Silence& s : o.silences) project.silences.push_back(s);
  RunResult result;
  result.file = file_of(data);
  make_folders(o.out);
  result.model_path = in_folder(o.out, "model.candor");

  Model partial;
  const Clock::time_point begin = Clock::now();
  try {
    TrainOptions options = o.train;
    if (o.planned) options.planned = [&](const Model& network, const std::vector<std::string>& choices) { o.planned(data, network, choices); };
    result.trained = train(data, options, &partial);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::numeric) throw;
    // fit has put the last good weights back; they are worth keeping.
    result.file.model = partial;
    result.file.record = training_record(data.train, o.train.seed, o.versions, {}, nullptr, nullptr);
    formats::write_model_file(result.model_path, result.file);
    RunEntry entry = started_entry(name, data, o);
    entry.seconds = since(start), entry.model = result.model_path;
    entry.findings = {{"train.nan", Severity::error, e.message()}};
    record_run(o.runs, entry);
    throw;
  }
  const double training = since(begin);
  result.file.model = result.trained.model;

  AssessOptions assess_options = o.assess;
  // Who has three seconds for training does not wait ten for what stands beside it.
  if (o.train.seconds() > 0) assess_options.baseline_seconds = std::min(assess_options.baseline_seconds, std::max(2.0, o.train.seconds()));
  assess_options.timings = {{"reading", reading}, {"training", training}};
  candid::Report& report = result.report = assess(data, result.trained, assess_options);
  report.versions = o.versions;
  report.model = result.model_path;
  for (Finding& f : training_findings(result.trained.histories, !result.trained.answering().empty())) report.findings.push_back(std::move(f));
  if (result.trained.interrupted) {
    report.findings.push_back({"train.interrupted", candid::Severity::note,
                               "training was stopped by the user after epoch " + std::to_string(result.trained.histories.back().epochs().size()) + " of " +
                                   std::to_string(result.trained.epochs)});
  }
  if (o.seeds > 1) add_seeds(result, data, o);
  const std::string test_rows = test_rows_mark(data.test, data.test_cells);
  candid::Checkup looked;
  candid::run_check(looked, "result.test-reused", [&] { return candid::check_test_use({.rows = data.test.rows(), .looks = looks(o.runs, test_rows, report.score.value)}); });
  for (candid::Finding& f : looked.findings) report.findings.push_back(std::move(f));
  silence(report, project.silences);
  const candid::Baseline guess = guess_of(data);
  result.file.record = training_record(data.train, o.train.seed, o.versions, report.findings, &report.score, &guess);
  if (report.reach) result.file.record.set("conformal_distance", *report.reach);
  result.file.record.set("uncertainty", result.trained.uncertainty.config());
  report.seconds = since(start);
  if (o.report) result.file.record.set("report", candid::report_config(report));
  result.file.record.set("silenced", silenced_config(report));
  write_card(result.file, project.card);
  if (o.report) report.card = candid::report_from_config(result.file.record.at("report")).card;
  formats::write_model_file(result.model_path, result.file);
  if (std::vector<candid::Finding> lost = check_saved(result.model_path, result.file, data.test.slice(0, std::min<std::int64_t>(data.test.rows(), 64))); !lost.empty()) {
    // The file says so itself, for whoever gets it without the report.
    for (candid::Finding& f : lost) report.findings.push_back(std::move(f));
    result.file.record.set("findings", training_record(data.train, o.train.seed, o.versions, report.findings, &report.score, &guess).at("findings"));
    if (o.report) result.file.record.set("report", candid::report_config(report));
    formats::write_model_file(result.model_path, result.file);
  }
  RunEntry entry = entry_of(result, data, o, test_rows);
  result.note = record_run(o.runs, entry);
  // The model is safe: what was kept to go on from has done its work, unless the user stopped and may want to.
  if (!o.train.resume.empty() && !result.trained.interrupted) remove_resume_points(o.train.resume);
  if (o.report) {
    result.report_path = write_report_beside(report, o.out, result.model_path).html;
  }
  return result;
}

}  // namespace candor::pipeline
