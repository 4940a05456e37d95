#include "candor/pipeline/check_results.h"

#include <algorithm>
#include <numeric>

#include "candor/candid/check.h"
#include "candor/candid/result/bayes.h"
#include "candor/candid/result/calibration.h"
#include "candor/candid/result/matrix.h"
#include "candor/candid/result/metric.h"
#include "candor/candid/result/slices.h"
#include "candor/candid/result/too_good.h"
#include "candor/candid/uncertainty/reject.h"

namespace candor::pipeline {
namespace {

// How sure the model is of each row, and whether it is right.
struct Sureness {
  std::vector<double> confidence;
  std::vector<std::int32_t> hits;
};

Sureness sureness_of(const Tensor& probabilities, const std::vector<std::int32_t>& truth) {
  const std::vector<double> p = probabilities.to_vector<double>();
  const std::size_t width = p.size() / truth.size();
  Sureness out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto row = p.begin() + static_cast<std::ptrdiff_t>(i * width);
    const auto best = std::max_element(row, row + static_cast<std::ptrdiff_t>(width));
    out.confidence.push_back(*best);
    out.hits.push_back(best - row == truth[i]);
  }
  return out;
}

double mean_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(std::max<std::size_t>(values.size(), 1)); }

void check_probabilities(candid::Checkup& into, candid::Report& r, const Prepared& p, const TrainedModel& trained, const Tensor& outputs, std::uint64_t seed) {
  const std::vector<std::int32_t> truth = p.test.targets.to_vector<std::int32_t>();
  const Sureness sure = sureness_of(outputs, truth);
  const std::vector<candid::RejectPoint> points = candid::reject_curve(sure.confidence, sure.hits);
  r.temperature = trained.uncertainty.temperature.value;
  if (trained.uncertainty.temperature.rows > 0) r.choices.push_back(candid::temperature_text(trained.uncertainty.temperature));  // else the plan has said why
  r.rejection = {candid::accuracy_curve(points, p.test.rows()), candid::cost_curve(points)};
  r.rejection[0].name = "right among the answered", r.rejection[1].name = "cost of a row";
  candid::run_check(into, "result.calibration", [&] {
    const candid::CalibrationError error = candid::calibration_error(outputs, truth, seed);
    r.more_scores.push_back({"calibration error beyond chance (ECE)", error.real, error.interval});
    return candid::check_calibration(error, p.test.rows(), mean_of(sure.confidence), r.score.value, trained.uncertainty.temperature);
  });
}

}  // namespace

std::vector<std::string> columns_to_cut(const data::Table& cells, const data::Schema& schema) {
  std::vector<std::string> names;
  for (const data::Column& column : cells.columns) {
    const data::ColumnRole* role = schema.find(column.name);
    if (role && (role->role == data::Role::number || role->role == data::Role::category || role->role == data::Role::group)) names.push_back(column.name);
  }
  return names;
}

candid::Checkup check_answers(const candid::Score& score, const Tensor& outputs, const data::Dataset& rows, const data::Table& cells, const std::vector<std::string>& columns, const candid::Temperature& temperature,
                              std::uint64_t seed) {
  candid::Checkup checkup;
  if (rows.is_classification() && rows.rows() > 0) {
    candid::run_check(checkup, "result.calibration", [&] {
      const std::vector<std::int32_t> truth = rows.targets.to_vector<std::int32_t>();
      return candid::check_calibration(candid::calibration_error(outputs, truth, seed), rows.rows(), mean_of(sureness_of(outputs, truth).confidence), score.value, temperature, false);
    });
  }
  candid::run_check(checkup, "result.slices", [&] { return candid::check_slices(candid::slice_tests(outputs, rows, cells, columns), score); });
  candid::run_check(checkup, "result.metric", [&] { return candid::check_metric(score); });
  candid::run_check(checkup, "result.matrix", [&] { return candid::check_matrix(score); });
  candid::run_check(checkup, "result.bayes", [&] { return candid::check_bayes(score, rows.source); });
  return checkup;
}

void check_results(candid::Report& r, const Prepared& p, const TrainedModel& trained, const Tensor& outputs, std::uint64_t seed) {
  candid::Checkup checkup;
  if (r.task == "classification" && p.test.rows() > 0) check_probabilities(checkup, r, p, trained, outputs, seed);
  candid::run_check(checkup, "result.slices", [&] {
    const candid::SliceTests tests = candid::slice_tests(outputs, p.test, p.test_cells, p.is_table() ? columns_to_cut(p.test_cells, p.recipe->schema()) : std::vector<std::string>{});
    r.slices.assign(tests.slices.begin(), tests.slices.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(tests.slices.size(), 40)));
    return candid::check_slices(tests, r.score);
  });
  candid::run_check(checkup, "result.metric", [&] { return candid::check_metric(r.score); });
  candid::run_check(checkup, "result.matrix", [&] { return candid::check_matrix(r.score); });
  candid::run_check(checkup, "result.bayes", [&] { return candid::check_bayes(r.score, p.kind == data::SourceKind::generator ? p.train.source : ""); });
  for (const std::string& id : checkup.checked) r.checked.push_back(id);
  for (const candid::SkippedCheck& s : checkup.skipped) r.skipped.push_back(s);
  for (candid::Finding& f : checkup.findings) r.findings.push_back(std::move(f));
  candid::Checkup last;
  candid::run_check(last, "result.too-good", [&] { return candid::check_too_good(r.score, r.baselines, r.importances, r.findings, r.checked, r.skipped); });
  for (const std::string& id : last.checked) r.checked.push_back(id);
  for (const candid::SkippedCheck& s : last.skipped) r.skipped.push_back(s);
  for (candid::Finding& f : last.findings) r.findings.push_back(std::move(f));
}

}  // namespace candor::pipeline
