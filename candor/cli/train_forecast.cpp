// `candor train DATA --horizon N`.
#include <chrono>
#include <cstdio>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/candid/series/assess_forecast.h"
#include "candor/candid/series/rolling_forecast.h"
#include "candor/cli/forecast.h"
#include "candor/cli/forecast_data.h"
#include "candor/cli/forecast_report.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/pipeline/card.h"
#include "candor/pipeline/record.h"
#include "candor/pipeline/report_files.h"
#include "candor/pipeline/run_store.h"

namespace candor::cli {
namespace {

using Clock = std::chrono::steady_clock;

// The column to forecast: as asked, or the only one there is.
std::string target_of(const data::Series& series, const std::string& asked) {
  if (!asked.empty()) return series.columns[series.column(asked)];
  if (series.columns.size() == 1) return series.columns.front();
  bad_option("--target", "the series has several columns (" + name_list(series.columns) + "); name the one to forecast");
}

struct Trained {
  data::Series series;
  candid::Forecaster forecaster;
  candid::ForecastAssessment judged;
  std::optional<candid::RollingForecast> rolling;   // --folds
  candid::Forecasts next;
  double border = 0, seconds = 0;
  std::string model, report;
  std::int64_t parameters = 0;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// What comes behind the last row belongs into the picture, too.
void show_next(Trained& t) {
  candid::Curve& forecast = t.judged.curves[1];
  for (std::size_t i = 0; i < t.next.value.size(); ++i) {
    forecast.x.push_back(t.series.step.advance(t.series.times.back(), static_cast<std::int64_t>(i) + 1));
    forecast.y.push_back(static_cast<double>(t.next.value[i]));
    forecast.low.push_back(static_cast<double>(t.next.low[i]));
    forecast.high.push_back(static_cast<double>(t.next.high[i]));
  }
}

void print_head(const data::Series& series, const std::string& target, const std::string& border) {
  std::fprintf(stderr, "%s: %s, %s steps of %s", series.source.c_str(), target.c_str(), with_thousands(series.rows()).c_str(), series.step.text().c_str());
  if (series.groups.size() > 1) std::fprintf(stderr, " in %zu series", series.groups.size());
  if (series.has_dates()) std::fprintf(stderr, ", %s to %s", series.time_text(series.times.front()).c_str(), series.time_text(series.times.back()).c_str());
  std::fprintf(stderr, "; tested from %s on\n", border.c_str());
  for (const data::Remark& remark : series.remarks) std::fprintf(stderr, "note %s: %s\n", remark.id.c_str(), remark.message.c_str());
}

// The same way of forecasting at several origins, beside the best rule of each.
void print_rolling(const Trained& t) {
  if (!t.rolling) return;
  const std::size_t count = t.rolling->folds.size();
  std::printf("\n%-24s %8s  %-18s %s\n", "learned from all before", "R2", "95 % interval", "best simple rule there");
  for (const candid::ForecastFold& fold : t.rolling->folds) {
    std::printf("%-24s %8s  %7s to %-7s ", t.series.time_text(fold.from).c_str(), short_number(fold.score.value).c_str(), short_number(fold.score.interval.low).c_str(), short_number(fold.score.interval.high).c_str());
    if (fold.rule.empty()) std::printf("\n");
    else std::printf("%s %s%s\n", fold.rule.c_str(), short_number(fold.rule_value).c_str(), fold.difference.high < 0 ? ", better" : fold.difference.low > 0 ? "" : ", no difference shown");
  }
  std::printf("median of %zu origins %s (%s to %s); better than the best rule of its part in %lld, worse in %lld; %.1f s\n", count, short_number(t.rolling->median).c_str(), short_number(t.rolling->low).c_str(),
              short_number(t.rolling->high).c_str(), static_cast<long long>(t.rolling->better), static_cast<long long>(t.rolling->worse), t.rolling->seconds);
}

void print_forecast(const Trained& t) {
  const candid::ForecastInputs& in = t.forecaster.inputs();
  for (const std::string& choice : t.forecaster.choices()) std::printf("chosen: %s\n", choice.c_str());
  std::printf("R2 %s (95 %% interval %s to %s; %s windows of %s ahead); mean absolute error %s; 95 %% intervals held %.0f %%\n", short_number(t.judged.score.value).c_str(),
              short_number(t.judged.score.interval.low).c_str(), short_number(t.judged.score.interval.high).c_str(), with_thousands(t.judged.score.n).c_str(),
              in.horizon == 1 ? "one step" : (std::to_string(in.horizon) + " steps").c_str(), short_number(t.judged.score.mean_absolute_error).c_str(), 100 * t.judged.coverage);
  std::printf("\n%-24s %8s  %-18s %10s\n", "beside it", "R2", "95 % interval", "error");
  for (std::size_t i = 0; i < t.judged.baselines.size(); ++i) {
    const candid::BaselineScore& b = t.judged.baselines[i];
    std::printf("%-24s %8s  %7s to %-7s %10s\n", b.name.c_str(), short_number(b.value).c_str(), short_number(b.interval.low).c_str(), short_number(b.interval.high).c_str(), short_number(t.judged.baseline_errors[i]).c_str());
  }
  print_rolling(t);
  std::printf("\n");
  for (const candid::Finding& f : t.judged.findings) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  for (std::size_t i = 0; i < t.next.value.size() && i < 3 && t.series.groups.size() == 1; ++i) {
    std::printf("%s %s: %s (%s to %s)\n", i ? "then" : "next,", t.series.time_text(t.series.step.advance(t.series.times.back(), static_cast<std::int64_t>(i) + 1)).c_str(),
                short_number(static_cast<double>(t.next.value[i])).c_str(), short_number(static_cast<double>(t.next.low[i])).c_str(), short_number(static_cast<double>(t.next.high[i])).c_str());
  }
  std::printf("%s parameters, %.1f s; saved in %s, shown in %s\n", with_thousands(t.parameters).c_str(), t.seconds, t.model.c_str(), t.report.c_str());
}

Json baselines_json(const candid::ForecastAssessment& judged) {
  Json all = Json::array();
  for (std::size_t i = 0; i < judged.baselines.size(); ++i) {
    const candid::BaselineScore& b = judged.baselines[i];
    all.push_back({{"name", b.name}, {"what", b.what}, {"value", number(b.value)}, {"interval", {number(b.interval.low), number(b.interval.high)}},
                   {"difference", {number(b.difference->low), number(b.difference->high)}}, {"mae", number(judged.baseline_errors[i])}, {"seconds", number(b.seconds)}});
  }
  return all;
}

Json rolling_json(const Trained& t) {
  if (!t.rolling) return nullptr;
  Json folds = Json::array();
  for (const candid::ForecastFold& fold : t.rolling->folds) {
    Json one = {{"from", t.series.time_text(fold.from)}, {"test", score_json(fold.score)}, {"rule", nullptr}};
    if (!fold.rule.empty()) one["rule"] = {{"name", fold.rule}, {"value", number(fold.rule_value)}, {"difference", {number(fold.difference.low), number(fold.difference.high)}}};
    folds.push_back(one);
  }
  return {{"median", number(t.rolling->median)}, {"range", {number(t.rolling->low), number(t.rolling->high)}}, {"better", t.rolling->better}, {"worse", t.rolling->worse}, {"seconds", number(t.rolling->seconds)}, {"folds", folds}};
}

void print_object(const Trained& t, const Common& common) {
  const candid::ForecastInputs& in = t.forecaster.inputs();
  const int best = t.judged.best();
  Json steps = Json::array();
  for (const double e : t.judged.error_by_step) steps.push_back(number(e));
  print_json({{"task", "forecasting"}, {"metric", "r2"}, {"test", score_json(t.judged.score)}, {"mae", number(t.judged.score.mean_absolute_error)}, {"rmse", number(t.judged.root_mean_squared_error)},
              {"mae_by_step", steps}, {"coverage", number(t.judged.coverage)}, {"baseline", best < 0 ? Json(nullptr) : Json({{"name", t.judged.baselines[static_cast<std::size_t>(best)].name}, {"value", number(t.judged.baselines[static_cast<std::size_t>(best)].value)}})},
              {"baselines", baselines_json(t.judged)}, {"rolling", rolling_json(t)}, {"target", in.target}, {"horizon", in.horizon}, {"window", in.window}, {"season", in.season}, {"step", t.series.step.text()},
              {"tested_from", t.series.time_text(t.border)}, {"choices", t.forecaster.choices()}, {"seconds", number(t.seconds)}, {"parameters", t.parameters}, {"seed", common.seed}, {"threads", threads()},
              {"findings", findings_json(t.judged.findings)}, {"model", t.model}, {"report", t.report}});
}

Config record_of(const Trained& t, const candid::Report& report, const Common& common) {
  data::Dataset set;
  std::vector<float> all;
  for (const std::vector<double>& column : t.series.values) {
    for (const double v : column) all.push_back(static_cast<float>(v));
  }
  set.features = Tensor::from(all, {static_cast<std::int64_t>(t.series.columns.size()), t.series.rows()});
  set.source = t.series.source;
  candid::Baseline baseline;
  if (const int best = t.judged.best(); best >= 0) baseline = {t.judged.baselines[static_cast<std::size_t>(best)].name, t.judged.baselines[static_cast<std::size_t>(best)].value, 0};
  Config record = pipeline::training_record(set, common.seed, {{"candor", CANDOR_VERSION}, {"compiler", CANDOR_COMPILER}}, t.judged.findings, &t.judged.score, &baseline);
  return record.set("report", candid::report_config(report));
}

// What `candor runs` keeps of it.
void record(const Trained& t, const candid::Report& report, const ForecastOptions& o, const Common& common) {
  if (o.runs.empty()) return;
  pipeline::RunEntry e;
  e.started = report.started, e.seconds = t.seconds, e.kind = "forecast", e.command = common.command, e.version = CANDOR_VERSION;
  e.data = t.series.source, e.data_digest = series_mark(t.series), e.split = report.data.split, e.seed = std::to_string(common.seed), e.options = asked();
  e.test_rows = test_mark(t.series, t.forecaster.inputs(), t.border);
  e.task = "forecasting", e.metric = "r2", e.value = t.judged.score.value, e.interval = t.judged.score.interval, e.rows = t.judged.score.n;
  e.scores = {{"mean absolute error", t.judged.score.mean_absolute_error}, {"RMSE", t.judged.root_mean_squared_error}, {"coverage", t.judged.coverage}};
  e.findings = report.findings, e.model = t.model;
  if (const std::string note = pipeline::record_run(o.runs, e); !note.empty() && !common.quiet) std::fprintf(stderr, "note: %s\n", note.c_str());
}

}  // namespace

void add_forecast_options(CLI::App& command, ForecastOptions& o) {
  const auto steps = CLI::Range(std::int64_t{1}, std::int64_t{1'000'000});
  CLI::Option* horizon = command.add_option("--horizon", o.horizon, "DATA is a series: forecast --target this many steps (days, hours, ...) ahead")->check(steps);
  const auto with = [&](CLI::Option* option) { option->needs(horizon)->group("Series (with --horizon)"); };
  with(command.add_option("--window", o.window, "steps that the model sees (default: chosen by trial)")->check(steps));
  with(command.add_option("--season", o.season, "steps of a season, as 7 (default: found)")->check(steps));
  with(command.add_option("--date", o.date, "the column of dates (default: found)"));
  with(command.add_option("--inputs", o.inputs, "further columns that the model sees up to now, parted by commas")->delimiter(','));
  with(command.add_option("--holidays", o.holidays, "auto (found in the values), none, or a country, as DE"));
  with(command.add_option("--fill", o.fill, "longest run of missing values that is filled by a straight line (default 3)")->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000})));
  with(command.add_option("--folds", o.folds, "rolling origin: forecast this many parts of the second half of the time, too, each by a model that learned from all before it")->check(CLI::Range(std::int64_t{2}, std::int64_t{1000})));
  with(command.add_flag("--snap", o.snap, "rows between two steps go to the step before"));
}

int train_forecaster(const DataOptions& data, const ForecastOptions& o, double test, const std::string& out, const Common& common) {
  const auto start = Clock::now();
  pipeline::Project project = pipeline::find_project(data.data);
  for (const candid::Silence& s : o.silences) project.silences.push_back(s);
  data::SeriesOptions reading{.time = o.date, .groups = data.group, .fill = o.fill};
  if (o.snap) reading.irregular = data::Irregular::snap;
  Trained t;
  t.series = load_series(data, reading);
  const double read = seconds_since(start);
  const std::string target = target_of(t.series, data.target);
  // Where the test part begins depends on the dates alone, not on what will be chosen.
  t.border = data::split_by_time(data::make_windows(t.series, {.window = 1, .horizon = 1, .targets = {target}}), test).border;
  if (!common.quiet) print_head(t.series, target, t.series.time_text(t.border));

  candid::ForecasterOptions how{.target = target, .horizon = o.horizon, .window = o.window, .season = o.season, .others = o.inputs, .holidays = o.holidays, .budget = o.budget, .seed = common.seed, .verbose = common.quiet ? 0 : 1};
  if (o.epochs) how.epochs = static_cast<int>(o.epochs);
  if (o.width) how.width = o.width;
  if (o.members) how.members = o.members;
  if (o.lr > 0) how.learning_rate = o.lr;
  t.forecaster = candid::Forecaster::fit(t.series, t.border, how);
  const double trained = seconds_since(start);
  const data::TimeSplit parts = data::split_at(data::make_windows(t.series, t.forecaster.windows()), t.border);
  t.judged = candid::assess_forecast(t.series, t.forecaster, parts.train, parts.test, common.seed);
  how.verbose = 0;
  const std::vector<History>& networks = t.forecaster.histories();
  const bool interrupted = !networks.empty() && networks.back().interrupted();
  if (interrupted) {
    t.judged.findings.push_back({"train.interrupted", candid::Severity::note, "training was stopped by the user in epoch " + std::to_string(networks.back().epochs().size() + 1) + " of network " + std::to_string(networks.size()) +
                                                                                  ": what was learned until then is saved" + (o.folds > 0 ? ", and --folds was left out" : "")});
  }
  if (o.folds > 0 && !interrupted) t.rolling = candid::rolling_forecast(t.series, how, o.folds);
  try {
    t.next = t.forecaster.forecast_next(t.series);
    if (t.series.groups.size() == 1 && t.judged.curves.size() == 2) show_next(t);
  } catch (const Error& e) {
    // A series may end with missing values; the model is good all the same.
    t.judged.findings.push_back({"data.missing", candid::Severity::note, e.message()});
  }
  t.parameters = t.forecaster.model().count_parameters();

  make_folders(out);
  t.model = out == "." ? "model.candor" : out + (out.back() == '/' ? "" : "/") + "model.candor";
  formats::ModelFile file;
  file.model = t.forecaster.model();
  file.task = "forecasting";
  file.target_names = {target};
  file.feature_names = t.forecaster.windows().inputs;
  file.preprocessing.set("kind", "series").set("series", series_config(t.series, reading)).set("forecaster", t.forecaster.config()).set("learned_until", t.border);
  t.seconds = seconds_since(start);
  candid::Report report = forecast_report({t.series, t.forecaster, t.judged, t.border, common.command, t.model, common.seed,
                                                 {{"reading", read}, {"training", trained - read}, {"judging", t.seconds - trained}}, t.rolling ? &*t.rolling : nullptr});
  pipeline::silence(report, project.silences);
  t.judged.findings = report.findings;
  file.record = record_of(t, report, common);
  file.record.set("silenced", pipeline::silenced_config(report));
  pipeline::write_card(file, project.card);
  report.card = candid::report_from_config(file.record.at("report")).card;
  formats::write_model_file(t.model, file);
  t.report = pipeline::write_report_beside(report, out, t.model).html;
  record(t, report, o, common);
  if (common.json) print_object(t, common);
  else print_forecast(t);
  return 0;
}

}  // namespace candor::cli
