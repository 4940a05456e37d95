#include "candor/candid/series/forecast_baselines.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "candor/base/error.h"
#include "candor/candid/series/holt_winters.h"
#include "candor/candid/series/lag_model.h"

namespace candor::candid {
namespace {

using Clock = std::chrono::steady_clock;
using data::Series;
using data::Windows;

struct Task {
  const Series& series;
  const std::vector<double>& values;
  const Windows &train, &test;
  std::int64_t horizon;
};

// A value that is there: the nearest one before, when this one is missing.
double value_before(const Task& t, std::int64_t row, std::int64_t first) {
  while (row > first && !std::isfinite(t.values[static_cast<std::size_t>(row)])) --row;
  return t.values[static_cast<std::size_t>(row)];
}

std::vector<float> repeat(const Task& t, std::int64_t season) {
  std::vector<float> out;
  for (std::size_t i = 0; i < t.test.rows.size(); ++i) {
    const std::int64_t row = t.test.rows[i], first = t.series.groups[static_cast<std::size_t>(t.test.groups[i])].first;
    for (std::int64_t h = 0; h < t.horizon; ++h) {
      const std::int64_t from = row - season + h % season;
      double value = from >= first ? t.values[static_cast<std::size_t>(from)] : std::nan("");
      if (!std::isfinite(value)) value = value_before(t, row - 1, first);
      out.push_back(static_cast<float>(value));
    }
  }
  return out;
}

// Windows whose lags are all there: a longer window than that of the network may reach over a gap or before the beginning.
bool has_lags(const Task& t, std::int64_t row, std::int32_t group, std::int64_t window) {
  if (row - window < t.series.groups[static_cast<std::size_t>(group)].first) return false;
  for (std::int64_t i = row - window; i < row; ++i) {
    if (!std::isfinite(t.values[static_cast<std::size_t>(i)])) return false;
  }
  return true;
}

std::vector<std::int64_t> training_rows(const Task& t, std::int64_t window) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < t.train.rows.size(); ++i) {
    if (has_lags(t, t.train.rows[i], t.train.groups[i], window)) rows.push_back(t.train.rows[i]);
  }
  return rows;
}

std::vector<float> linear(const Task& t, const std::vector<std::int64_t>& rows, std::int64_t window, double alpha) {
  const LagModel model = LagModel::fit(t.values, rows, window, t.horizon, alpha);
  std::vector<float> out;
  for (std::size_t i = 0; i < t.test.rows.size(); ++i) {
    if (!has_lags(t, t.test.rows[i], t.test.groups[i], window)) {
      const double last = value_before(t, t.test.rows[i] - 1, t.series.groups[static_cast<std::size_t>(t.test.groups[i])].first);
      out.insert(out.end(), static_cast<std::size_t>(t.horizon), static_cast<float>(last));
      continue;
    }
    for (const double v : model.forecast(t.values, t.test.rows[i])) out.push_back(static_cast<float>(v));
  }
  return out;
}

double best_alpha(const Task& t, const std::vector<std::int64_t>& rows, std::int64_t window) {
  const std::size_t cut = rows.size() * 4 / 5;
  const std::vector<std::int64_t> first(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(cut));
  double best = .01, lowest = std::numeric_limits<double>::infinity();
  for (const double alpha : {1e-4, 1e-3, 1e-2, 1e-1, 1.}) {
    const LagModel model = LagModel::fit(t.values, first, window, t.horizon, alpha);
    double error = 0;
    for (std::size_t i = cut; i < rows.size(); ++i) {
      const std::vector<double> said = model.forecast(t.values, rows[i]);
      for (std::size_t h = 0; h < said.size(); ++h) error += std::pow(said[h] - t.values[static_cast<std::size_t>(rows[i]) + h], 2);
    }
    if (error < lowest) {
      lowest = error;
      best = alpha;
    }
  }
  return best;
}

// One group: fitted on what lies before its first test window, then led along and asked at each window.
void smooth_group(const Task& t, std::int32_t group, std::int64_t season, std::vector<float>& out) {
  const data::SeriesGroup& g = t.series.groups[static_cast<std::size_t>(group)];
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < t.test.rows.size(); ++i) {
    if (t.test.groups[i] == group) asked.push_back(i);
  }
  if (asked.empty()) return;
  std::sort(asked.begin(), asked.end(), [&](std::size_t a, std::size_t b) { return t.test.rows[a] < t.test.rows[b]; });
  std::int64_t begin = g.first;
  while (begin < t.test.rows[asked.front()] && !std::isfinite(t.values[static_cast<std::size_t>(begin)])) ++begin;
  // The start values of the season decide little after thousands of steps; the newest ones are fitted.
  const std::int64_t known = std::max(begin, t.test.rows[asked.front()] - std::max<std::int64_t>(20 * season, 700));
  const auto from = t.values.begin() + known, to = t.values.begin() + t.test.rows[asked.front()];
  const std::vector<double> train(from, to);
  if (static_cast<std::int64_t>(train.size()) < std::max<std::int64_t>(2 * season, 3)) return;
  HoltWinters model = HoltWinters::fit(train, season, HoltWinters::Season::additive), copy = model;
  double sse = run_over(copy, train).sse;
  if (season > 1 && std::none_of(train.begin(), train.end(), [](double v) { return v <= 0; })) {
    HoltWinters other = HoltWinters::fit(train, season, HoltWinters::Season::multiplicative), run = other;
    if (run_over(run, train).sse < sse) copy = run;
  }
  std::int64_t at = t.test.rows[asked.front()];
  for (const std::size_t i : asked) {
    for (; at < t.test.rows[i]; ++at) copy.update(t.values[static_cast<std::size_t>(at)]);
    for (std::int64_t h = 0; h < t.horizon; ++h) out[i * static_cast<std::size_t>(t.horizon) + static_cast<std::size_t>(h)] = static_cast<float>(copy.expected(h + 1));
  }
}

}  // namespace

std::vector<ForecastBaseline> forecast_baselines(const Series& series, std::string_view target, const Windows& train, const Windows& test, const ForecastBaselineOptions& o) {
  if (test.size() == 0) fail(ErrorKind::invalid_argument, "baselines: there are no windows to test");
  if (o.season < 1 || o.window < 1) fail(ErrorKind::invalid_argument, "baselines: season and window count steps from 1, and are " + std::to_string(o.season) + " and " + std::to_string(o.window));
  const Task t{series, series.values[series.column(target)], train, test, test.data.targets.shape(1)};
  std::vector<ForecastBaseline> all;
  const auto begun = Clock::now();
  const auto since = [](Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto add = [&](std::string name, std::string what, auto&& run) {
    const auto start = Clock::now();
    if (since(begun) > o.seconds) return;
    std::vector<float> said = run();
    all.push_back({std::move(name), std::move(what), std::move(said), since(start)});
  };
  const std::string lags = std::to_string(o.window) + (o.window == 1 ? " lag" : " lags");
  add("mean", "the mean of the training part", [&] {
    double sum = 0, n = 0;
    for (const std::int64_t row : train.rows) {
      const double v = t.values[static_cast<std::size_t>(row)];
      if (std::isfinite(v)) sum += v, ++n;
    }
    return std::vector<float>(test.rows.size() * static_cast<std::size_t>(t.horizon), static_cast<float>(n > 0 ? sum / n : std::nan("")));
  });
  if (train.rows.empty()) all.clear();
  add("last value", "the last value again", [&] { return repeat(t, 1); });
  // Never without it: where no season was found the calendar's is asked.
  const std::int64_t season = o.season > 1 ? o.season : data::calendar_season(series.step);
  if (season > 1) add("seasonal naive", "the value of " + std::to_string(season) + " steps before", [&] { return repeat(t, season); });
  const std::vector<std::int64_t> rows = training_rows(t, o.window);
  if (!rows.empty()) {
    add("linear on " + lags, "least squares", [&] { return linear(t, rows, o.window, 0); });
    if (rows.size() >= 10) {
      double alpha = 0;
      add("ridge on " + lags, "", [&] { return linear(t, rows, o.window, alpha = best_alpha(t, rows, o.window)); });
      char what[64];
      std::snprintf(what, sizeof what, "least squares with a penalty of %g", alpha);
      if (all.back().what.empty()) all.back().what = what;
    }
  }
  const double work = static_cast<double>(series.rows()) * static_cast<double>(o.season);
  if (work < 2e6) {
    add("Holt-Winters", "level, trend and season of " + std::to_string(o.season) + " smoothed", [&] {
      std::vector<float> out = repeat(t, o.season);
      for (std::size_t g = 0; g < series.groups.size(); ++g) smooth_group(t, static_cast<std::int32_t>(g), o.season, out);
      return out;
    });
  }
  return all;
}

}  // namespace candor::candid
