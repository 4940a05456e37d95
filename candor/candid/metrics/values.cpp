#include "candor/candid/metrics/values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/base/function.h"

namespace candor::candid {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Span = std::span<const double>;

void check(Span truth, Span predicted, Span weights) {
  if (truth.size() != predicted.size() || (!weights.empty() && weights.size() != truth.size())) {
    fail(ErrorKind::shape, "score: " + std::to_string(truth.size()) + " true values, " + std::to_string(predicted.size()) + " predictions, " + std::to_string(weights.size()) + " weights");
  }
  if (truth.empty()) fail(ErrorKind::invalid_argument, "score: no rows");
}
double weight(Span weights, std::size_t i) { return weights.empty() ? 1 : weights[i]; }

template <class Row>
double mean_over(std::size_t n, Span weights, Row row) {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < n; ++i) sum += weight(weights, i) * row(i), all += weight(weights, i);
  return sum / all;
}

// 1 - part / whole, where a whole of 0 counts as explained when nothing is left over.
double explained(double part, double whole) { return whole != 0 ? 1 - part / whole : part == 0 ? 1 : 0; }

// The quantile that as much weight lies below as above of; the mean of two values where the share is met exactly.
double weighted_quantile(Span values, Span weights, double p) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  double all = 0;
  for (std::size_t i = 0; i < values.size(); ++i) all += weight(weights, i);
  const double wanted = p * all;
  double sum = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    sum += weight(weights, order[k]);
    if (sum >= wanted && (weight(weights, order[k]) > 0 || sum > wanted)) {
      return values[order[k]];
    }
  }
  return values[order.back()];
}

double plain_quantile(Span values, double p) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[std::min(below + 1, sorted.size() - 1)] - sorted[below]);
}
double quantile(Span values, Span weights, double p) { return weights.empty() ? plain_quantile(values, p) : weighted_quantile(values, weights, p); }

double deviance(double y, double p, double power) {
  if (power == 0) return (y - p) * (y - p);
  if (power == 1) return 2 * ((y > 0 ? y * std::log(y / p) : 0) - y + p);
  if (power == 2) return 2 * (std::log(p / y) + y / p - 1);
  return 2 * (std::pow(std::max(y, 0.), 2 - power) / ((1 - power) * (2 - power)) - y * std::pow(p, 1 - power) / (1 - power) + std::pow(p, 2 - power) / (2 - power));
}

std::vector<double> mid_ranks(Span x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<double> ranks(x.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && x[order[j]] == x[order[i]]) ++j;
    for (std::size_t k = i; k < j; ++k) ranks[order[k]] = (static_cast<double>(i + j) + 1) / 2;
    i = j;
  }
  return ranks;
}

struct Moments {
  double mean = 0, deviation = 0;
  explicit Moments(Span x) {
    mean = std::accumulate(x.begin(), x.end(), 0.) / static_cast<double>(x.size());
    for (const double v : x) deviation += (v - mean) * (v - mean);
    deviation = std::sqrt(deviation / static_cast<double>(x.size()));
  }
};

}  // namespace

ValueScores value_scores(Span truth, Span predicted, Span weights) {
  check(truth, predicted, weights);
  const std::size_t n = truth.size();
  const auto mean = [&](auto row) { return mean_over(n, weights, row); };
  ValueScores s;
  const double centre = mean([&](std::size_t i) { return truth[i]; }), bias = mean([&](std::size_t i) { return truth[i] - predicted[i]; });
  const double spread = mean([&](std::size_t i) { return (truth[i] - centre) * (truth[i] - centre); });
  s.mse = mean([&](std::size_t i) { return (truth[i] - predicted[i]) * (truth[i] - predicted[i]); });
  s.rmse = std::sqrt(s.mse);
  s.mae = mean([&](std::size_t i) { return std::abs(truth[i] - predicted[i]); });
  s.mape = mean([&](std::size_t i) { return std::abs(truth[i] - predicted[i]) / std::max(std::abs(truth[i]), std::numeric_limits<double>::epsilon()); });
  s.r2 = explained(s.mse, spread);
  s.explained_variance = explained(mean([&](std::size_t i) { return (truth[i] - predicted[i] - bias) * (truth[i] - predicted[i] - bias); }), spread);
  std::vector<double> errors;
  for (std::size_t i = 0; i < n; ++i) errors.push_back(std::abs(truth[i] - predicted[i]));
  s.median_ae = quantile(errors, weights, .5);
  s.max_error = *std::max_element(errors.begin(), errors.end());
  s.d2_absolute = d2_pinball(truth, predicted, .5, weights);
  return s;
}

double pinball(Span truth, Span predicted, double alpha, Span weights) {
  check(truth, predicted, weights);
  return mean_over(truth.size(), weights, [&](std::size_t i) {
    const double d = truth[i] - predicted[i];
    return d >= 0 ? alpha * d : (alpha - 1) * d;
  });
}

double d2_pinball(Span truth, Span predicted, double alpha, Span weights) {
  // Any value between two rows is as good where the share is met exactly; elsewhere only the row's own.
  const std::vector<double> constant(truth.size(), weighted_quantile(truth, weights, alpha));
  return explained(pinball(truth, predicted, alpha, weights), pinball(truth, constant, alpha, weights));
}

double mean_squared_log_error(Span truth, Span predicted, Span weights) {
  check(truth, predicted, weights);
  return mean_over(truth.size(), weights, [&](std::size_t i) {
    if (truth[i] <= -1 || predicted[i] <= -1) fail(ErrorKind::invalid_argument, "mean_squared_log_error: values must be above -1 (row " + std::to_string(i + 1) + ")");
    return std::pow(std::log1p(truth[i]) - std::log1p(predicted[i]), 2);
  });
}

double tweedie_deviance(Span truth, Span predicted, double power, Span weights) {
  check(truth, predicted, weights);
  if (power < 0 || (power > 0 && power < 1)) fail(ErrorKind::invalid_argument, "tweedie_deviance: the power is 0 or at least 1");
  return mean_over(truth.size(), weights, [&](std::size_t i) {
    if ((power >= 1 && !(predicted[i] > 0)) || (power >= 2 && !(truth[i] > 0)) || (power >= 1 && truth[i] < 0)) {
      fail(ErrorKind::invalid_argument, "tweedie_deviance: power " + std::to_string(power) + " needs positive values (row " + std::to_string(i + 1) + ")");
    }
    return deviance(truth[i], predicted[i], power);
  });
}

double d2_tweedie(Span truth, Span predicted, double power, Span weights) {
  const double part = tweedie_deviance(truth, predicted, power, weights);
  const double mean = mean_over(truth.size(), weights, [&](std::size_t i) { return truth[i]; });
  const double whole = tweedie_deviance(truth, std::vector<double>(truth.size(), mean), power, weights);
  return std::abs(whole) > 1e-15 ? 1 - part / whole : nan;
}

double nash_sutcliffe(Span truth, Span predicted) {
  check(truth, predicted, {});
  const Moments m(truth);
  double sse = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sse += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
  return m.deviation > 0 ? 1 - sse / (m.deviation * m.deviation * static_cast<double>(truth.size())) : nan;
}

double kling_gupta(Span truth, Span predicted) {
  const double r = pearson(truth, predicted);
  const Moments t(truth), p(predicted);
  return 1 - std::sqrt(std::pow(r - 1, 2) + std::pow(p.deviation / t.deviation - 1, 2) + std::pow(p.mean / t.mean - 1, 2));
}

double pearson(Span x, Span y) {
  check(x, y, {});
  const Moments a(x), b(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - a.mean) * (y[i] - b.mean);
  return sum / static_cast<double>(x.size()) / (a.deviation * b.deviation);
}

double spearman(Span x, Span y) { return pearson(mid_ranks(x), mid_ranks(y)); }

double kendall_tau_b(Span x, Span y) {
  check(x, y, {});
  double same = 0, ties_x = 0, ties_y = 0, pairs = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const double a = x[i] - x[j], b = y[i] - y[j];
      ++pairs;
      ties_x += a == 0, ties_y += b == 0;
      if (a != 0 && b != 0) same += (a > 0) == (b > 0) ? 1 : -1;
    }
  }
  return same / std::sqrt((pairs - ties_x) * (pairs - ties_y));
}

}  // namespace candor::candid
