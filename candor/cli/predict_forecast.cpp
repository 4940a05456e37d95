// `candor predict` and `candor evaluate` with a model of a series.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/candid/series/assess_forecast.h"
#include "candor/cli/certainty.h"
#include "candor/cli/forecast.h"
#include "candor/cli/forecast_data.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/pipeline/run_store.h"

namespace candor::cli {
namespace {

candid::Forecaster forecaster_of(const formats::ModelFile& file) { return candid::Forecaster::from_config(file.preprocessing.at("forecaster"), file.model); }

data::Series series_for(const candid::Forecaster& forecaster, const formats::ModelFile& file, const DataOptions& data) {
  return load_series_again(data, file.preprocessing.at("series"), forecaster.windows().inputs);
}

std::string csv_number(float value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.7g", static_cast<double>(value));
  return text;
}

void tell(const data::Series& series, const Common& common) {
  if (common.quiet) return;
  for (const data::Remark& remark : series.remarks) std::fprintf(stderr, "note %s: %s\n", remark.id.c_str(), remark.message.c_str());
}

}  // namespace

bool is_forecaster(const formats::ModelFile& file) { return file.task == "forecasting" && file.preprocessing.find("forecaster"); }

int predict_series(const formats::ModelFile& file, const DataOptions& data, const std::string& out, const Common& common) {
  const candid::Forecaster forecaster = forecaster_of(file);
  const data::Series series = series_for(forecaster, file, data);
  tell(series, common);
  const candid::Forecasts said = forecaster.forecast_next(series);
  const bool grouped = !series.group_column.empty();
  std::string text;
  if (!common.json) text = csv_cell(series.time_column.empty() ? "step" : series.time_column) + (grouped ? "," + csv_cell(series.group_column) : "") + ",prediction,low,high\n";
  std::size_t at = 0;
  for (const data::SeriesGroup& group : series.groups) {
    const double last = series.times[static_cast<std::size_t>(group.first + group.rows - 1)];
    for (std::int64_t h = 1; h <= forecaster.inputs().horizon; ++h, ++at) {
      const std::string time = series.time_text(series.step.advance(last, h));
      if (common.json) {
        Json line = {{"time", time}};
        if (grouped) line["group"] = group.name;
        line["prediction"] = number(static_cast<double>(said.value[at]));
        line["interval"] = {number(static_cast<double>(said.low[at])), number(static_cast<double>(said.high[at]))};
        text += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
      } else {
        text += csv_cell(time) + (grouped ? "," + csv_cell(group.name) : "") + "," + csv_number(said.value[at]) + "," + csv_number(said.low[at]) + "," + csv_number(said.high[at]) + "\n";
      }
    }
  }
  if (!out.empty()) write_atomically(out, text);
  else std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

namespace {

// What `candor runs` keeps of it.
void record(const data::Series& series, const candid::Forecaster& forecaster, const candid::ForecastAssessment& judged, double from, const EvaluateSeriesOptions& o, const std::string& started, double seconds, const Common& common) {
  if (o.runs.empty()) return;
  pipeline::RunEntry e;
  e.started = started, e.seconds = seconds, e.kind = "evaluate", e.command = common.command, e.version = CANDOR_VERSION;
  e.data = series.source, e.data_digest = series_mark(series), e.test_rows = test_mark(series, forecaster.inputs(), from), e.seed = std::to_string(common.seed), e.options = asked();
  e.task = "forecasting", e.metric = "r2", e.value = judged.score.value, e.interval = judged.score.interval, e.rows = judged.score.n;
  e.scores = {{"mean absolute error", judged.score.mean_absolute_error}, {"RMSE", judged.root_mean_squared_error}, {"coverage", judged.coverage}};
  e.findings = judged.findings, e.model = o.model;
  e.options.emplace_back("model", o.model);
  if (const std::string note = pipeline::record_run(o.runs, e); !note.empty() && !common.quiet) std::fprintf(stderr, "note: %s\n", note.c_str());
}

}  // namespace

SeriesForForecaster series_for_forecaster(const formats::ModelFile& file, const DataOptions& data, const Common& common) {
  SeriesForForecaster given{forecaster_of(file), {}, {}, {}, {}};
  given.series = series_for(given.forecaster, file, data);
  const data::Series& series = given.series;
  tell(series, common);
  given.all = data::make_windows(series, given.forecaster.windows());
  // What was learned from proves nothing.
  const double learned_until = file.preprocessing.get("learned_until", -std::numeric_limits<double>::infinity());
  for (std::int64_t i = 0; i < given.all.size(); ++i) (series.has_dates() && given.all.first[static_cast<std::size_t>(i)] < learned_until ? given.known : given.fresh).push_back(i);
  if (given.fresh.empty()) fail(ErrorKind::invalid_argument, series.source + ": the model learned from all of it, up to " + series.time_text(learned_until) + "; later steps are needed to judge it");
  if (!given.known.empty() && !common.quiet) std::fprintf(stderr, "note: %zu windows before %s were learned from and are left out\n", given.known.size(), series.time_text(learned_until).c_str());
  return given;
}

int evaluate_series(const formats::ModelFile& file, const DataOptions& data, const EvaluateSeriesOptions& o, const Common& common) {
  const std::string started = utc_now();
  const double begin = seconds_now();
  const SeriesForForecaster given = series_for_forecaster(file, data, common);
  const candid::Forecaster& forecaster = given.forecaster;
  const data::Series& series = given.series;
  const data::Windows& all = given.all;
  const std::vector<std::int64_t>&known = given.known, &fresh = given.fresh;
  candid::ForecastAssessment judged = candid::assess_forecast(series, forecaster, all.take(known), all.take(fresh), common.seed);
  candid::Checkup checkup{.findings = std::move(judged.findings)};
  candid::silence(checkup, o.silences);
  judged.findings = checkup.findings;
  double from = std::numeric_limits<double>::infinity();
  for (const std::int64_t i : fresh) from = std::min(from, all.first[static_cast<std::size_t>(i)]);
  record(series, forecaster, judged, from, o, started, seconds_now() - begin, common);
  const int code = o.strict && checkup.has(candid::Severity::error) ? 3 : 0;
  const int best = judged.best();
  if (common.json) {
    Json baselines = Json::array();
    for (const candid::BaselineScore& b : judged.baselines) baselines.push_back({{"name", b.name}, {"value", number(b.value)}});
    print_json({{"task", "forecasting"}, {"metric", "r2"}, {"test", score_json(judged.score)}, {"mae", number(judged.score.mean_absolute_error)}, {"coverage", number(judged.coverage)},
                {"baseline", best < 0 ? Json(nullptr) : baselines[static_cast<std::size_t>(best)]}, {"baselines", baselines}, {"findings", findings_json(judged.findings)}});
    return code;
  }
  std::printf("R2 %s (95 %% interval %s to %s, %s windows)", short_number(judged.score.value).c_str(), short_number(judged.score.interval.low).c_str(), short_number(judged.score.interval.high).c_str(), with_thousands(judged.score.n).c_str());
  if (best >= 0) std::printf("; best baseline %s %s", judged.baselines[static_cast<std::size_t>(best)].name.c_str(), short_number(judged.baselines[static_cast<std::size_t>(best)].value).c_str());
  std::printf("\nmean absolute error %s; 95 %% intervals held %.0f %%\n", short_number(judged.score.mean_absolute_error).c_str(), 100 * judged.coverage);
  for (const candid::Finding& f : judged.findings) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  return code;
}

}  // namespace candor::cli
