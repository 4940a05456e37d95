#include "candor/candid/series/assess_forecast.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "candor/candid/metrics/proportions.h"
#include "candor/candid/series/block_bootstrap.h"
#include "candor/candid/series/forecast_baselines.h"

namespace candor::candid {
namespace {

std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

void judge_baselines(ForecastAssessment& out, const std::vector<ForecastBaseline>& all, const std::vector<float>& truth, const std::vector<float>& said, std::int64_t width, const BlockOptions& blocks) {
  for (const ForecastBaseline& b : all) {
    BaselineScore score;
    score.name = b.name;
    score.what = b.what;
    score.value = r2(truth, b.predictions);
    score.interval = block_bootstrap_r2(truth, b.predictions, width, blocks);
    score.seconds = b.seconds;
    score.difference = block_bootstrap_r2_difference(truth, said, b.predictions, width, blocks);
    out.baselines.push_back(std::move(score));
    out.baseline_errors.push_back(mean_absolute_error(truth, b.predictions));
  }
}

/// Steps of one window err together: what counts are windows that do not overlap.
std::int64_t windows_apart(const ForecastAssessment& out) { return out.score.n / static_cast<std::int64_t>(std::max<std::size_t>(out.error_by_step.size(), 1)) + 1; }

}  // namespace

std::vector<Finding> check_forecast_baseline(const ForecastAssessment& out) {
  // A point of R2, and a tenth more squared error, over windows that do not overlap: less is a matter of taste, or of one summer.
  constexpr double worth_saying = .01, much_more = 1.1;
  constexpr std::int64_t least_windows = 3;
  const int best = out.best();
  if (best < 0) return {};
  const BaselineScore& b = out.baselines[static_cast<std::size_t>(best)];
  const std::string between = "R2 " + short_text(out.score.value) + " against " + short_text(b.value) + " of the baseline \"" + b.name + "\" (" + b.what + ") on the same windows: ";
  const std::int64_t windows = windows_apart(out);
  const auto say = [&](Severity severity, const std::string& what) { return std::vector<Finding>{{"result.baseline", severity, between + what, {}, {}}}; };
  if (b.difference->low > 0) return {};
  if (b.difference->high >= 0) return say(Severity::note, "the difference may be chance (95 % interval " + short_text(b.difference->low) + " to " + short_text(b.difference->high) + "); the simpler one will do as well");
  if (b.value - out.score.value < worth_saying || 1 - out.score.value < much_more * (1 - b.value)) return say(Severity::note, "the baseline is a little better; the simpler one may do");
  if (windows < least_windows) return say(Severity::note, "the baseline is better on so short a test part (" + std::to_string(windows) + " windows that do not overlap, a verdict needs " + std::to_string(least_windows) + "); compare both on more history");
  return say(Severity::warning, "the baseline is better; use it, or give the model more history or further columns");
}

std::vector<Finding> check_coverage(double coverage, std::int64_t windows) {
  if (!(coverage < .85)) return {};
  const bool shown = clopper_pearson(std::llround(coverage * static_cast<double>(windows)), windows).high < .95;
  char text[260];
  std::snprintf(text, sizeof text, "the 95 %% intervals held %.0f %% of the values of the test part: the days to come were unlike those the intervals were made from; take them as too narrow%s", 100 * coverage,
                shown ? "" : ", though so short a test part is no proof");
  return {{"result.coverage", shown ? Severity::warning : Severity::note, text, {}, {{"coverage", coverage}, {"windows that do not overlap", static_cast<double>(windows)}}}};
}

namespace {

// Truth over the test part of the first groups, and forecasts every horizon steps, so that they follow each other without overlap.
std::vector<Curve> draw(const data::Series& series, const Forecaster& forecaster, const data::Windows& test, const Forecasts& said) {
  constexpr std::size_t most_groups = 4, most_points = 2000;
  const std::vector<double>& values = series.values[series.column(forecaster.inputs().target)];
  const std::int64_t horizon = forecaster.inputs().horizon;
  std::vector<Curve> curves;
  for (std::size_t g = 0; g < series.groups.size() && g < most_groups; ++g) {
    const std::string suffix = series.groups[g].name.empty() ? "" : ", " + series.groups[g].name;
    Curve truth, forecast;
    truth.name = "truth" + suffix;
    forecast.name = "forecast" + suffix;
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < test.rows.size(); ++i) {
      if (test.groups[i] == static_cast<std::int32_t>(g)) own.push_back(i);
    }
    if (own.empty()) continue;
    // From the newest one back, so that what is drawn reaches to the end of the rows; no more than fit when there are very many.
    const std::size_t windows = std::max<std::size_t>(most_points / static_cast<std::size_t>(horizon), 1);
    std::vector<std::size_t> drawn;
    for (auto i = own.rbegin(); i != own.rend() && drawn.size() < windows; ++i)
      if (drawn.empty() || test.rows[*i] + horizon <= test.rows[drawn.back()]) drawn.push_back(*i);
    std::reverse(drawn.begin(), drawn.end());
    for (const std::size_t i : drawn) {
      for (std::int64_t h = 0; h < horizon; ++h) {
        const auto row = static_cast<std::size_t>(test.rows[i] + h), at = i * static_cast<std::size_t>(horizon) + static_cast<std::size_t>(h);
        truth.x.push_back(series.times[row]);
        truth.y.push_back(values[row]);
        forecast.x.push_back(series.times[row]);
        forecast.y.push_back(static_cast<double>(said.value[at]));
        forecast.low.push_back(static_cast<double>(said.low[at]));
        forecast.high.push_back(static_cast<double>(said.high[at]));
      }
    }
    curves.push_back(std::move(truth));
    curves.push_back(std::move(forecast));
  }
  return curves;
}

}  // namespace

int ForecastAssessment::best() const {
  int best = -1;
  for (std::size_t i = 0; i < baselines.size(); ++i) {
    if (std::isfinite(baselines[i].value) && (best < 0 || baselines[i].value > baselines[static_cast<std::size_t>(best)].value)) best = static_cast<int>(i);
  }
  return best;
}

ForecastAssessment assess_forecast(const data::Series& series, const Forecaster& forecaster, const data::Windows& train, const data::Windows& test, std::uint64_t seed) {
  const ForecastInputs& in = forecaster.inputs();
  const std::vector<ForecastBaseline> rules = forecast_baselines(series, in.target, train, test, {.season = in.season, .window = in.window});
  const Forecasts said = forecaster.forecast(series, test);
  const std::vector<float> truth = test.data.targets.to_vector();
  const BlockOptions blocks{.reach = std::max(in.horizon, in.season), .seed = seed};
  ForecastAssessment out;
  out.score.task = "forecasting";
  out.score.metric = "r2";
  out.score.n = test.size();
  out.score.value = r2(truth, said.value);
  out.score.interval = block_bootstrap_r2(truth, said.value, in.horizon, blocks);
  out.score.mean_absolute_error = mean_absolute_error(truth, said.value);
  out.error_by_step.resize(static_cast<std::size_t>(in.horizon));
  double squares = 0, held = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = static_cast<double>(said.value[i]) - static_cast<double>(truth[i]);
    squares += error * error;
    held += said.low[i] <= truth[i] && truth[i] <= said.high[i];
    out.error_by_step[i % out.error_by_step.size()] += std::abs(error) / static_cast<double>(test.size());
  }
  const auto n = static_cast<double>(truth.size());
  out.root_mean_squared_error = std::sqrt(squares / n);
  out.coverage = held / n;
  judge_baselines(out, rules, truth, said.value, in.horizon, blocks);
  out.findings = check_forecast_baseline(out);
  for (Finding& f : check_coverage(out.coverage, windows_apart(out))) out.findings.push_back(std::move(f));
  out.curves = draw(series, forecaster, test, said);
  return out;
}

}  // namespace candor::candid
