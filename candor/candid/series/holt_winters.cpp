#include "candor/candid/series/holt_winters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "candor/base/error.h"
#include "candor/candid/baselines/solve.h"

namespace candor::candid {
namespace {

using Kind = HoltWinters::Season;

double squashed(double x) { return 1 / (1 + std::exp(-x)); }
double stretched(double p) { return std::log(p / (1 - p)); }

// Smoothing (stretched over the whole line) and start values as one point of a search. Start values count in units of the spread.
struct Search {
  std::span<const double> values;
  HoltWinters start;
  double unit = 1;
  bool with_start = true;

  // A trend adds up over the values.
  double trend_unit() const { return unit / static_cast<double>(values.size()); }
  std::vector<double> point() const {
    std::vector<double> p{stretched(start.alpha), stretched(start.beta), stretched(start.gamma)};
    if (!with_start) return p;
    p.insert(p.end(), {start.level / unit, start.trend / trend_unit()});
    for (const double s : start.season) p.push_back(start.kind == Kind::additive ? s / unit : s);
    return p;
  }
  HoltWinters model(std::span<const double> p) const {
    HoltWinters m = start;
    m.alpha = squashed(p[0]);
    m.beta = squashed(p[1]);
    m.gamma = squashed(p[2]);
    if (!with_start) return m;
    m.level = p[3] * unit;
    m.trend = p[4] * trend_unit();
    for (std::size_t i = 0; i < m.season.size(); ++i) m.season[i] = start.kind == Kind::additive ? p[5 + i] * unit : p[5 + i];
    return m;
  }
  double cost(std::span<const double> p) const {
    HoltWinters m = model(p);
    double sse = 0;
    for (const double value : values) {
      if (std::isfinite(value)) {
        const double error = value - m.expected(1);
        sse += error * error;
      }
      m.update(value);
    }
    const double cost = sse / (unit * unit * static_cast<double>(values.size()));
    return std::isfinite(cost) ? cost : 1e30;
  }
};

}  // namespace

double HoltWinters::expected(std::int64_t ahead) const {
  const double line = level + trend * static_cast<double>(ahead);
  if (season.empty()) return line;
  const double s = season[static_cast<std::size_t>((ahead - 1) % period)];
  return kind == Season::additive ? line + s : line * s;
}

void HoltWinters::update(double value) {
  const double line = level + trend;
  double s = season.empty() ? (kind == Season::additive ? 0 : 1) : season.front();
  if (std::isfinite(value)) {
    const double freed = kind == Season::additive ? value - s : value / s;
    const double next = alpha * freed + (1 - alpha) * line;
    trend = beta * (next - level) + (1 - beta) * trend;
    level = next;
    s = gamma * (kind == Season::additive ? value - line : value / line) + (1 - gamma) * s;
  } else {
    level = line;
  }
  if (season.empty()) return;
  season.erase(season.begin());
  season.push_back(s);
}

std::vector<double> HoltWinters::forecast(std::int64_t horizon) const {
  if (horizon < 1) fail(ErrorKind::invalid_argument, "forecast: the horizon must be at least 1 step, and is " + std::to_string(horizon));
  std::vector<double> out;
  for (std::int64_t h = 1; h <= horizon; ++h) out.push_back(expected(h));
  return out;
}

HoltWinters HoltWinters::start(std::span<const double> values, std::int64_t period, Season kind) {
  const auto m = static_cast<std::size_t>(std::max<std::int64_t>(period, 1));
  if (period < 1 || values.size() < std::max<std::size_t>(2 * m, 3)) {
    fail(ErrorKind::invalid_argument, "Holt-Winters: two seasons of " + std::to_string(period) + " steps are needed, and there are " + std::to_string(values.size()) + " values");
  }
  if (kind == Season::multiplicative && std::any_of(values.begin(), values.end(), [](double v) { return v <= 0; })) {
    fail(ErrorKind::invalid_argument, "Holt-Winters: a multiplicative season needs values above 0; take the additive one");
  }
  const auto mean = [&](std::size_t first) {
    double sum = 0, n = 0;
    for (std::size_t i = first; i < first + m; ++i) {
      if (std::isfinite(values[i])) sum += values[i], ++n;
    }
    if (n == 0) fail(ErrorKind::invalid_argument, "Holt-Winters: the first two seasons hold no values");
    return sum / n;
  };
  HoltWinters model;
  model.kind = kind;
  model.period = period;
  if (m == 1) {
    model.level = mean(0);
    model.trend = mean(1) - model.level;
    model.gamma = .01;
    return model;
  }
  model.level = mean(0);
  model.trend = (mean(m) - model.level) / static_cast<double>(m);
  for (std::size_t i = 0; i < m; ++i) {
    const double value = std::isfinite(values[i]) ? values[i] : model.level;
    model.season.push_back(kind == Season::additive ? value - model.level : value / model.level);
  }
  return model;
}

HoltWinters HoltWinters::fit(std::span<const double> values, std::int64_t period, Season kind) {
  Search search{values, start(values, period, kind), 1, values.size() * static_cast<std::size_t>(period) < 60'000};
  double mean = 0, squares = 0, n = 0;
  for (const double v : values) {
    if (std::isfinite(v)) mean += v, squares += v * v, ++n;
  }
  mean /= n;
  search.unit = std::sqrt(std::max(squares / n - mean * mean, 0.0));
  if (!(search.unit > 0)) return search.start;  // a constant series is what it is
  const auto gradient = [&](std::span<const double> p, std::span<double> slope) {
    std::vector<double> at(p.begin(), p.end());
    for (std::size_t i = 0; i < at.size(); ++i) {
      const double here = at[i], step = 1e-5 * std::max(1.0, std::abs(here));
      at[i] = here + step;
      const double above = search.cost(at);
      at[i] = here - step;
      slope[i] = (above - search.cost(at)) / (2 * step);
      at[i] = here;
    }
    return search.cost(p);
  };
  // The surface has several valleys; a few starts find the deep one.
  HoltWinters best;
  double lowest = std::numeric_limits<double>::infinity();
  const HoltWinters first = search.start;
  for (const auto& [alpha, beta, gamma] : {std::tuple{.3, .05, .2}, {.8, .02, .5}, {.1, .01, .1}, {.3, .01, .7}, {.2, .2, .6}, {.5, .001, .9}}) {
    search.start = first;
    search.start.alpha = alpha;
    search.start.beta = beta;
    search.start.gamma = gamma;
    const std::vector<double> point = minimise(search.point(), gradient, {.iterations = 500, .gradient = 1e-7});
    if (const double cost = search.cost(point); cost < lowest) {
      lowest = cost;
      best = search.model(point);
    }
  }
  return best;
}

HoltWintersFit run_over(HoltWinters& model, std::span<const double> values) {
  HoltWintersFit out;
  for (const double value : values) {
    out.fitted.push_back(model.expected(1));
    if (std::isfinite(value)) out.sse += (value - out.fitted.back()) * (value - out.fitted.back());
    model.update(value);
  }
  return out;
}

}  // namespace candor::candid
