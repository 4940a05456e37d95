#include "candor/candid/data/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

constexpr std::size_t least = 20;

/// Factors between units that people mix up.
constexpr std::array<double, 13> known = {2.54, 2.2046, 1.60934, 3.28084, 3.6, 1.8, 4.184, 6.4516, 3.78541, 1.94384, 7.5006, 6.89476, 2.23694};

/// A larger factor than 8 needs no name.
bool is_known(double factor) {
  const double size = factor < 1 ? 1 / factor : factor;
  return size >= 8 || std::any_of(known.begin(), known.end(), [&](double k) { return std::abs(std::log(size / k)) < .04; });
}

bool is_power_of_ten(double factor) {
  const double power = std::log10(factor);
  return std::abs(std::round(power)) >= 1 && std::abs(power - std::round(power)) < .05;
}

/// Multiplied by `factor`, training lies on the other part but for what chance leaves between two samples of these sizes.
bool explains(std::span<const double> train, std::span<const double> other, double factor, double apart) {
  std::vector<double> moved;
  for (const double x : train) moved.push_back(factor * x);
  const double distance = largest_distance(moved, other);
  return distance < .4 * apart && distance < .02 + std::sqrt(1 / static_cast<double>(train.size()) + 1 / static_cast<double>(other.size()));
}

bool lie_on_each_other(std::span<const double> train, std::span<const double> other, double factor, double shift) {
  std::vector<double> moved;
  for (const double x : train) moved.push_back(factor * x + shift);
  if (factor < 0) std::reverse(moved.begin(), moved.end());
  const double noise = 1.5 * std::sqrt(1 / static_cast<double>(train.size()) + 1 / static_cast<double>(other.size()));
  return largest_distance(moved, other) < .08 + noise;
}

}  // namespace

double largest_distance(std::span<const double> a, std::span<const double> b) {
  std::size_t i = 0, j = 0;
  double most = 0;
  while (i < a.size() && j < b.size()) {
    const double x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    most = std::max(most, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) - static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return most;
}

UnitChange unit_change(std::span<const double> train, std::span<const double> other, bool moved) {
  UnitChange change;
  if (train.size() < least || other.size() < least) return change;
  const double apart = largest_distance(train, other);
  if (apart < .3 || (apart < .5 && std::min(train.size(), other.size()) < 100)) return change;
  if (!(train.front() < train.back()) || !(other.front() < other.back())) return change;
  const auto at = [](std::span<const double> x, double p) { return sorted_quantile(x, p); };
  const auto by = [](double factor) {
    char text[64];
    std::snprintf(text, sizeof text, factor >= 1 ? "%.4g times as large" : "%.4g times as small", factor >= 1 ? factor : 1 / factor);
    return UnitChange{true, factor, 0, text};
  };
  if (moved && apart < .5) return change;
  if (apart < .5) {
    // Wide distributions overlap although they are feet and metres: then one of the known factors must explain it, closely.
    if (train.front() >= 0 && other.front() >= 0)
      for (const double k : known)
        for (const double factor : {k, 1 / k})
          if (explains(train, other, factor, apart)) return by(factor);
    return change;
  }
  // One factor: the ratio of the quantiles that are far enough from 0.
  std::vector<double> ratios;
  for (const double p : {.1, .25, .5, .75, .9}) {
    const double a = at(train, p), b = at(other, p);
    if (a != 0 && b != 0 && (a > 0) == (b > 0)) ratios.push_back(b / a);
  }
  if (ratios.size() >= 3) {
    std::sort(ratios.begin(), ratios.end());
    const double factor = ratios[ratios.size() / 2];
    if ((moved ? is_power_of_ten(factor) : is_known(factor)) && lie_on_each_other(train, other, factor, 0)) return by(factor);
  }
  if (lie_on_each_other(train, other, 1.8, 32)) return {true, 1.8, 32, "as degrees Fahrenheit are to Celsius"};
  if (lie_on_each_other(train, other, 1 / 1.8, -32 / 1.8)) return {true, 1 / 1.8, -32 / 1.8, "as degrees Celsius are to Fahrenheit"};
  if (lie_on_each_other(train, other, 1, 273.15)) return {true, 1, 273.15, "as kelvins are to degrees Celsius"};
  // Standardised on one side, brought to 0..1, or centred.
  const double spread_a = at(train, .9) - at(train, .1), spread_b = at(other, .9) - at(other, .1);
  if (!(spread_a > 0) || !(spread_b > 0)) return change;
  const double factor = spread_b / spread_a, shift = at(other, .5) - factor * at(train, .5);
  // Mean 0 and deviation 1 on one side alone, from numbers far from 0: nothing but standardising does that, however little the spread changes.
  const auto moments = [](std::span<const double> x) {
    const auto n = static_cast<double>(x.size());
    double mean = 0, squares = 0;
    for (const double v : x) mean += v / n;
    for (const double v : x) squares += (v - mean) * (v - mean) / n;
    return std::pair{mean, std::sqrt(squares)};
  };
  const auto standard = [&](std::span<const double> x) { return std::abs(moments(x).first) < .05 + 2.5 / std::sqrt(static_cast<double>(x.size())) && std::abs(moments(x).second - 1) < .05 + 1.5 / std::sqrt(static_cast<double>(x.size())); };
  const auto far_from_zero = [&](std::span<const double> x) { return x.front() >= 0 && moments(x).first > 1.2 * moments(x).second; };
  if (lie_on_each_other(train, other, factor, shift)) {
    if (standard(other) && far_from_zero(train)) return {true, factor, shift, "as if standardised"};
    if (standard(train) && far_from_zero(other)) return {true, factor, shift, "as if not standardised"};
  }
  if (!moved && (factor > 3 || factor < 1 / 3.0) && lie_on_each_other(train, other, factor, shift)) {
    const auto unit = [&](std::span<const double> x) { return std::abs(at(x, .5)) < 1 && at(x, .9) - at(x, .1) < 4.5 && x.back() < 50; };
    char text[80];
    std::snprintf(text, sizeof text, factor >= 1 ? "spread %.4g times as wide around another middle" : "spread %.4g times as narrow around another middle", factor >= 1 ? factor : 1 / factor);
    return {true, factor, shift, unit(other) ? "as if standardised" : unit(train) ? "as if not standardised" : text};
  }
  return change;
}

}  // namespace candor::candid::detail
