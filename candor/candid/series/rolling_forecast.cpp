#include "candor/candid/series/rolling_forecast.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

// Where the parts begin, by the dates alone: what each fold chooses must not move them.
std::vector<double> fold_borders(const data::Series& series, const std::string& target, std::int64_t folds) {
  const data::Windows steps = data::make_windows(series, {.window = 1, .horizon = 1, .targets = {target}});
  std::vector<double> borders;
  for (const data::TimeSplit& one : data::rolling_origin(steps, {.folds = folds})) borders.push_back(one.border);
  borders.push_back(std::numeric_limits<double>::infinity());
  return borders;
}

ForecastFold judge_fold(const data::Series& series, const ForecasterOptions& options, double from, double until) {
  const Forecaster forecaster = Forecaster::fit(series, from, options);
  const data::TimeSplit parts = data::split_at(data::make_windows(series, forecaster.windows()), from, until);
  const ForecastAssessment judged = assess_forecast(series, forecaster, parts.train, parts.test, options.seed);
  ForecastFold fold{.from = from, .until = until, .score = judged.score, .rule = {}, .difference = {}};
  if (const int best = judged.best(); best >= 0) {
    const BaselineScore& rule = judged.baselines[static_cast<std::size_t>(best)];
    fold.rule = rule.name;
    fold.rule_value = rule.value;
    if (rule.difference) fold.difference = *rule.difference;
  }
  return fold;
}

}  // namespace

RollingForecast rolling_forecast(const data::Series& series, const ForecasterOptions& options, std::int64_t folds) {
  if (folds < 2) fail(ErrorKind::invalid_argument, "rolling origin: 2 folds or more are expected, and " + std::to_string(folds) + " were asked for");
  const auto start = std::chrono::steady_clock::now();
  const std::vector<double> borders = fold_borders(series, options.target, folds);
  RollingForecast out;
  std::vector<double> values;
  for (std::size_t f = 0; f + 1 < borders.size(); ++f) {
    try {
      out.folds.push_back(judge_fold(series, options, borders[f], borders[f + 1]));
    } catch (const Error& e) {
      fail(e.kind(), "fold " + std::to_string(f + 1) + " of " + std::to_string(folds) + ", from " + series.time_text(borders[f]) + " on: " + e.message() + "; fewer folds, or a shorter window or horizon");
    }
    const ForecastFold& fold = out.folds.back();
    values.push_back(fold.score.value);
    out.better += !fold.rule.empty() && fold.difference.low > 0;
    out.worse += !fold.rule.empty() && fold.difference.high < 0;
  }
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  out.median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  out.low = values.front();
  out.high = values.back();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace candor::candid
