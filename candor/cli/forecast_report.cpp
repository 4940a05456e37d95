#include "candor/cli/forecast_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "candor/base/text.h"
#include "candor/base/clock.h"
#include "candor/base/threads.h"
#include "candor/data/series/windows.h"
#include "candor/nn/plot_model.h"

namespace candor::cli {
namespace {

candid::ColumnOverview overview_of(const data::Series& series, std::size_t c, const candid::ForecastInputs& in) {
  candid::ColumnOverview out;
  out.name = series.columns[c];
  const bool seen = std::find(in.others.begin(), in.others.end(), out.name) != in.others.end();
  out.role = out.name == in.target ? "target" : seen ? "number" : "ignore";
  out.why = out.role == "ignore" ? "not asked for (--inputs)" : "as asked";
  if (out.name == in.target) out.treatment = std::string(in.logarithm ? "logarithms, " : "") + "relative to the level of the window";
  std::vector<double> values;
  for (const double v : series.values[c]) {
    if (std::isfinite(v)) values.push_back(v);
  }
  out.missing = series.rows() - static_cast<std::int64_t>(values.size());
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  out.distinct = static_cast<std::int64_t>(std::set<double>(values.begin(), values.end()).size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
  out.mean = mean;
  out.deviation = std::sqrt(squares);
  out.minimum = values.front();
  out.median = values[values.size() / 2];
  out.maximum = values.back();
  constexpr int bins = 30;
  const double low = values.front(), width = (values.back() - low) / bins;
  if (!(width > 0)) return out;
  for (int i = 0; i <= bins; ++i) out.edges.push_back(low + width * i);
  out.counts.assign(bins, 0);
  for (const double v : values) ++out.counts[static_cast<std::size_t>(std::clamp(static_cast<int>((v - low) / width), 0, bins - 1))];
  return out;
}

void add_data(candid::Report& r, const ForecastRun& run) {
  const candid::ForecastInputs& in = run.forecaster.inputs();
  const data::Series& series = run.series;
  r.data.source = series.source;
  r.data.kind = "series";
  r.data.train = std::count_if(series.times.begin(), series.times.end(), [&](double t) { return t < run.border; });
  r.data.test = series.rows() - r.data.train;
  r.data.split = "by time: steps from " + series.time_text(run.border) + " on are the test part; a step is " + series.step.text();
  for (const data::Remark& remark : series.remarks) r.data.remarks.push_back(remark.message);
  for (std::size_t c = 0; c < series.columns.size(); ++c) r.data.columns.push_back(overview_of(series, c, in));
}

void add_network(candid::Report& r, const ForecastRun& run) {
  const Model& model = run.forecaster.model();
  for (const Layer& layer : model.layers()) r.layers.push_back({layer.name(), layer.kind(), "", layer.count_parameters()});
  r.network_svg = model_to_svg(model, {.show_shapes = true});
  r.parameters = model.count_parameters();
  int member = 0;
  for (const History& history : run.forecaster.answering()) {
    const std::string suffix = run.forecaster.answering().size() > 1 ? " of network " + std::to_string(++member) : "";
    std::map<std::string, candid::Curve> curves;
    for (std::size_t epoch = 0; epoch < history.epochs().size(); ++epoch) {
      for (const auto& [name, value] : history.epochs()[epoch].items()) {
        candid::Curve& curve = curves[name];
        curve.name = name + suffix;
        curve.x.push_back(static_cast<double>(epoch + 1));
        curve.y.push_back(value);
      }
    }
    for (auto& [name, curve] : curves) r.losses.push_back(std::move(curve));
    if (r.layer_records.empty()) r.layer_records = history.layers(), r.looked_at = history.looked_at();
  }
}

// Errors of what the curves show: forecasts that follow each other without overlap.
void add_errors(candid::Report& r, const candid::ForecastAssessment& judged) {
  std::vector<double> errors;
  r.predicted.name = "test windows";
  for (std::size_t c = 0; c + 1 < judged.curves.size(); c += 2) {
    const candid::Curve &truth = judged.curves[c], &said = judged.curves[c + 1];
    for (std::size_t i = 0; i < truth.y.size(); ++i) {
      errors.push_back(said.y[i] - truth.y[i]);
      r.predicted.x.push_back(truth.y[i]);
      r.predicted.y.push_back(said.y[i]);
    }
  }
  if (errors.size() < 5) return;
  const auto [low, high] = std::minmax_element(errors.begin(), errors.end());
  constexpr int bins = 30;
  const double from = *low, width = (*high - from) / bins;
  if (!(width > 0)) return;
  for (int i = 0; i <= bins; ++i) r.residual_edges.push_back(from + width * i);
  r.residual_counts.assign(bins, 0);
  for (const double e : errors) ++r.residual_counts[static_cast<std::size_t>(std::clamp(static_cast<int>((e - from) / width), 0, bins - 1))];
}

}  // namespace

candid::Report forecast_report(const ForecastRun& run) {
  const candid::ForecastInputs& in = run.forecaster.inputs();
  candid::Report r;
  r.title = run.series.source.substr(run.series.source.find_last_of('/') + 1) + ": " + in.target + ", " + std::to_string(in.horizon) + (in.horizon == 1 ? " step ahead" : " steps ahead");
  r.command = run.command;
  r.task = "forecasting";
  r.started = utc_now();
  r.target = in.target;
  r.versions = {{"candor", CANDOR_VERSION}, {"compiler", CANDOR_COMPILER}};
  r.seed = run.seed;
  r.threads = threads();
  r.timings = run.timings;
  for (const auto& [name, seconds] : run.timings) r.seconds += seconds;
  add_data(r, run);
  r.choices = run.forecaster.choices();
  add_network(r, run);
  r.score = run.judged.score;
  r.score.task = "regression";
  const candid::ForecastAssessment& judged = run.judged;
  r.more_scores = {{"mean absolute error", judged.score.mean_absolute_error, {}}, {"root mean squared error", judged.root_mean_squared_error, {}}, {"share of values inside the 95 % intervals", judged.coverage, {}}};
  const std::vector<double>& by_step = judged.error_by_step;
  if (by_step.size() > 1) {
    r.more_scores.push_back({"mean absolute error 1 step ahead", by_step.front(), {}});
    r.more_scores.push_back({"mean absolute error " + std::to_string(by_step.size()) + " steps ahead", by_step.back(), {}});
  }
  if (run.rolling) {
    r.more_scores.push_back({"R2, median of " + std::to_string(run.rolling->folds.size()) + " origins", run.rolling->median, {}});
    for (const candid::ForecastFold& fold : run.rolling->folds) r.more_scores.push_back({"R2 from " + run.series.time_text(fold.from) + " on, learned from all before", fold.score.value, fold.score.interval});
  }
  r.baselines = judged.baselines;
  add_errors(r, judged);
  r.forecasts = judged.curves;
  r.time_axis = run.series.has_dates();
  r.findings = judged.findings;
  r.model = run.model;
  return r;
}

}  // namespace candor::cli
