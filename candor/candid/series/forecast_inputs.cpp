#include "candor/candid/series/forecast_inputs.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"

namespace candor::candid {
namespace {

using data::Series;

double deviation_of(const std::vector<double>& values, double* mean_out = nullptr) {
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
  if (mean_out) *mean_out = mean;
  return std::sqrt(squares);
}

double transformed(double value, bool logarithm) { return logarithm ? std::log(value) : value; }

// The level is a mean over whole seasons, or over the last few steps.
std::int64_t level_steps(const ForecastInputs& in) { return in.season > 1 && in.season <= in.window ? in.season : std::min<std::int64_t>(in.window, 4); }

double level_of(const ForecastInputs& in, const std::vector<double>& values, std::int64_t row) {
  double sum = 0;
  const std::int64_t n = level_steps(in);
  for (std::int64_t i = row - n; i < row; ++i) sum += transformed(values[static_cast<std::size_t>(i)], in.logarithm);
  return sum / static_cast<double>(n);
}

}  // namespace

std::int64_t ForecastInputs::own() const {
  const bool special = !calendar.options().special_days.empty();
  return window * (1 + static_cast<std::int64_t>(others.size()) + special) + 1;
}

void ForecastInputs::fit(const Series& series, const data::Windows& windows) {
  const std::vector<double>& values = series.values[series.column(target)];
  scales.clear();
  std::vector<std::int64_t> ends(series.groups.size(), 0);
  for (std::size_t i = 0; i < windows.rows.size(); ++i) {
    std::int64_t& end = ends[static_cast<std::size_t>(windows.groups[i])];
    end = std::max(end, windows.rows[i] + horizon);
  }
  bool changes = false;
  double first = std::nan("");
  std::vector<std::vector<double>> seen(others.size());
  for (std::size_t g = 0; g < series.groups.size(); ++g) {
    std::vector<double> own;
    for (std::int64_t row = series.groups[g].first; row < ends[g]; ++row) {
      const double v = values[static_cast<std::size_t>(row)];
      if (std::isfinite(v)) own.push_back(transformed(v, logarithm));
      if (std::isfinite(v) && std::isnan(first)) first = v;
      for (std::size_t c = 0; c < others.size(); ++c) {
        const double other = series.values[series.column(others[c])][static_cast<std::size_t>(row)];
        if (std::isfinite(other)) seen[c].push_back(other);
      }
    }
    const double scale = own.empty() ? 0 : deviation_of(own);
    scales[series.groups[g].name] = scale > 0 ? scale : 1;
    changes = changes || scale > 1e-9 * std::abs(own.empty() ? 0 : own.front());
  }
  if (!changes) {
    char text[40];
    std::snprintf(text, sizeof text, "%g", first);
    fail(ErrorKind::invalid_argument, series.source + ": column " + quoted(target) + " is " + text + " in every row of the training part; there is nothing to learn from a series that never changes");
  }
  other_mean.assign(others.size(), 0);
  other_deviation.assign(others.size(), 1);
  for (std::size_t c = 0; c < others.size(); ++c) {
    if (const double d = deviation_of(seen[c], &other_mean[c]); d > 0) other_deviation[c] = d;
  }
  std::vector<double> levels;
  for (const std::int64_t row : windows.rows) levels.push_back(level_of(*this, values, row));
  level_deviation = deviation_of(levels, &level_mean);
  if (!(level_deviation > 0)) level_deviation = 1;
}

Tensor ForecastInputs::features(const Series& series, std::span<const std::int64_t> rows, std::span<const std::int32_t> groups, std::vector<WindowLevel>& levels) const {
  const std::vector<double>& values = series.values[series.column(target)];
  std::vector<const std::vector<double>*> more;
  for (const std::string& name : others) more.push_back(&series.values[series.column(name)]);
  const bool special = !calendar.options().special_days.empty();
  // The four inputs of special days stand at the end of the calendar's; a window takes the first of them.
  const std::int64_t calendar_size = calendar.size(), special_at = calendar_size - 4;
  const auto n = static_cast<std::int64_t>(rows.size());
  levels.assign(rows.size(), {});
  for (std::int64_t r = 0; r < n; ++r) {
    const std::int64_t row = rows[static_cast<std::size_t>(r)];
    const data::SeriesGroup& group = series.groups[static_cast<std::size_t>(groups[static_cast<std::size_t>(r)])];
    if (row - window < group.first || row > group.first + group.rows) fail(ErrorKind::invalid_argument, series.source + ": a forecast needs the " + std::to_string(window) + " steps before it");
    for (std::int64_t i = row - window; logarithm && i < row; ++i) {
      if (!(values[static_cast<std::size_t>(i)] > 0)) {
        fail(ErrorKind::invalid_argument, series.source + ": " + quoted(target) + " is " + std::to_string(values[static_cast<std::size_t>(i)]) + " at " + series.time_text(series.times[static_cast<std::size_t>(i)]) +
                                              ", and this model learned from values above 0 and takes their logarithm; train again with such rows");
      }
    }
  }
  std::vector<float> x(static_cast<std::size_t>(n * size()));
  parallel_for(n, [&](std::int64_t r) {
    const std::int64_t row = rows[static_cast<std::size_t>(r)];
    const data::SeriesGroup& group = series.groups[static_cast<std::size_t>(groups[static_cast<std::size_t>(r)])];
    WindowLevel& at = levels[static_cast<std::size_t>(r)];
    const auto known = scales.find(group.name);
    at.scale = known != scales.end() ? known->second : scales.empty() ? 1 : scales.begin()->second;
    at.level = level_of(*this, values, row);
    float* to = x.data() + r * size();
    for (std::int64_t i = row - window; i < row; ++i) *to++ = static_cast<float>((transformed(values[static_cast<std::size_t>(i)], logarithm) - at.level) / at.scale);
    *to++ = static_cast<float>((at.level - level_mean) / level_deviation);
    for (std::size_t c = 0; c < more.size(); ++c) {
      for (std::int64_t i = row - window; i < row; ++i) *to++ = static_cast<float>(((*more[c])[static_cast<std::size_t>(i)] - other_mean[c]) / other_deviation[c]);
    }
    std::vector<float> day;
    for (std::int64_t i = row - window; special && i < row; ++i) {
      day.clear();
      calendar.append(series.times[static_cast<std::size_t>(i)], day);
      *to++ = day[static_cast<std::size_t>(special_at)];
    }
    const double now = series.times[static_cast<std::size_t>(row - 1)];
    for (std::int64_t h = 1; h <= horizon; ++h) {
      day.clear();
      if (calendar_size) calendar.append(series.step.advance(now, h), day);
      to = std::copy(day.begin(), day.end(), to);
      *to++ = static_cast<float>(h) / static_cast<float>(horizon);
    }
  });
  return Tensor::from(x, {n, size()});
}

Tensor ForecastInputs::targets(const Series& series, std::span<const std::int64_t> rows, std::span<const WindowLevel> levels) const {
  const std::vector<double>& values = series.values[series.column(target)];
  std::vector<float> y;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::int64_t h = 0; h < horizon; ++h) {
      const double v = transformed(values[static_cast<std::size_t>(rows[r] + h)], logarithm);
      y.push_back(static_cast<float>((v - levels[r].level) / levels[r].scale));
    }
  }
  return Tensor::from(y, {static_cast<std::int64_t>(rows.size()), horizon});
}

double ForecastInputs::value(double output, const WindowLevel& at) const {
  const double v = at.level + at.scale * output;
  return logarithm ? std::exp(std::min(v, 700.0)) : v;
}

Config ForecastInputs::config() const {
  Config::List names, groups;
  for (const std::string& name : others) names.emplace_back(name);
  for (const auto& [name, scale] : scales) groups.push_back(Config{{"name", name}, {"scale", scale}});
  return Config{{"window", window}, {"horizon", horizon}, {"season", season}, {"logarithm", logarithm}, {"target", target}, {"others", Config(names)},
                {"other_mean", Config::numbers(other_mean)}, {"other_deviation", Config::numbers(other_deviation)}, {"level_mean", level_mean},
                {"level_deviation", level_deviation}, {"scales", Config(groups)}, {"calendar", calendar.config()}};
}

ForecastInputs ForecastInputs::from_config(const Config& config) {
  ForecastInputs in;
  in.window = config.at("window").integer();
  in.horizon = config.at("horizon").integer();
  in.season = config.at("season").integer();
  in.logarithm = config.at("logarithm").boolean();
  in.target = config.at("target").text();
  for (const Config& name : config.at("others").items()) in.others.push_back(name.text());
  in.other_mean = config.at("other_mean").to_numbers();
  in.other_deviation = config.at("other_deviation").to_numbers();
  in.level_mean = config.at("level_mean").number();
  in.level_deviation = config.at("level_deviation").number();
  for (const Config& group : config.at("scales").items()) in.scales[group.at("name").text()] = group.at("scale").number();
  in.calendar = data::Calendar::from_config(config.at("calendar"));
  const bool sizes = in.window >= 1 && in.window <= 1'000'000 && in.horizon >= 1 && in.horizon <= 1'000'000 && in.season >= 1;
  if (!sizes || in.other_mean.size() != in.others.size() || in.other_deviation.size() != in.others.size()) {
    fail(ErrorKind::corrupt, "forecaster: window, horizon, season and columns of the model file do not fit each other");
  }
  return in;
}

}  // namespace candor::candid
