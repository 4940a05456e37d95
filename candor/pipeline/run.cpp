#include "candor/pipeline/run.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/candid/check.h"
#include "candor/candid/check_baselines.h"
#include "candor/candid/result/export.h"
#include "candor/pipeline/model_rows.h"
#include "candor/pipeline/report_files.h"
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

}  // namespace

RunResult run(const std::string& name, const RunOptions& o) {
  const Clock::time_point start = Clock::now();
  const Prepared data = prepare(name, o.prepare);
  const double reading = since(start);
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
    throw;
  }
  const double training = since(begin);
  result.file.model = result.trained.model;

  AssessOptions assess_options = o.assess;
  assess_options.timings = {{"reading", reading}, {"training", training}};
  candid::Report& report = result.report = assess(data, result.trained, assess_options);
  report.versions = o.versions;
  report.model = result.model_path;
  for (Finding& f : training_findings(result.trained.histories)) report.findings.push_back(std::move(f));
  if (result.trained.interrupted) {
    report.findings.push_back({"train.interrupted", candid::Severity::note,
                               "training was stopped by the user after epoch " + std::to_string(result.trained.histories.back().epochs().size()) + " of " +
                                   std::to_string(result.trained.epochs)});
  }
  const candid::Baseline guess = guess_of(data);
  result.file.record = training_record(data.train, o.train.seed, o.versions, report.findings, &report.score, &guess);
  if (report.reach) result.file.record.set("conformal_distance", *report.reach);
  result.file.record.set("uncertainty", result.trained.uncertainty.config());
  report.seconds = since(start);
  if (o.report) result.file.record.set("report", candid::report_config(report));
  formats::write_model_file(result.model_path, result.file);
  if (std::vector<candid::Finding> lost = check_saved(result.model_path, result.file, data.test.slice(0, std::min<std::int64_t>(data.test.rows(), 64))); !lost.empty()) {
    // The file says so itself, for whoever gets it without the report.
    for (candid::Finding& f : lost) report.findings.push_back(std::move(f));
    result.file.record.set("findings", training_record(data.train, o.train.seed, o.versions, report.findings, &report.score, &guess).at("findings"));
    if (o.report) result.file.record.set("report", candid::report_config(report));
    formats::write_model_file(result.model_path, result.file);
  }
  // The model is safe: what was kept to go on from has done its work, unless the user stopped and may want to.
  if (!o.train.resume.empty() && !result.trained.interrupted) remove_resume_points(o.train.resume);
  if (o.report) {
    result.report_path = write_report_files(report, o.out).html;
  }
  return result;
}

}  // namespace candor::pipeline
