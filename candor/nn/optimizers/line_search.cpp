#include "candor/nn/optimizers/line_search.h"

#include <algorithm>
#include <cmath>

namespace candor::detail {
namespace {

constexpr double c1 = 1e-4, c2 = 0.9, least_change = 1e-9;
constexpr std::int64_t most_steps = 25;

/// Where the cubic through two points with their slopes is least, within [low, high].
double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
  const LinePoint &left = a.length <= b.length ? a : b, &right = a.length <= b.length ? b : a;
  const double d1 = a.slope + b.slope - 3 * (a.at.value - b.at.value) / (a.length - b.length);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double place = right.length - (right.length - left.length) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return std::isnan(place) ? (low + high) / 2 : std::min(std::max(place, low), high);
}

}  // namespace

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

double largest(const std::vector<double>& a) {
  double most = 0;
  for (double x : a) most = std::max(most, std::abs(x));
  return most;
}

LineSearchResult strong_wolfe(const Function<Evaluation(double)>& evaluate, const std::vector<double>& direction, LinePoint start, double first) {
  LineSearchResult result;
  const auto point_at = [&](double length) {
    ++result.evaluations;
    LinePoint p{length, evaluate(length), 0};
    p.slope = dot(p.at.gradient, direction);
    return p;
  };
  const auto falls_enough = [&](const LinePoint& p) { return p.at.value <= start.at.value + c1 * p.length * start.slope; };
  const auto flat_enough = [&](const LinePoint& p) { return std::abs(p.slope) <= -c2 * start.slope; };

  // Bracket: go on until the minimum lies behind.
  LinePoint before = start, now = point_at(first);
  std::int64_t steps = 0;
  LinePoint ends[2];
  bool bracketed = false;
  for (; steps < most_steps; ++steps) {
    if (!falls_enough(now) || (steps > 1 && now.at.value >= before.at.value)) {
      bracketed = true;
      break;
    }
    if (flat_enough(now)) {
      result.point = std::move(now);
      return result;
    }
    if (now.slope >= 0) {
      bracketed = true;
      break;
    }
    const double next = cubic_minimum(before, now, now.length + 0.01 * (now.length - before.length), now.length * 10);
    before = std::move(now);
    now = point_at(next);
  }
  ends[0] = bracketed ? std::move(before) : start;
  ends[1] = std::move(now);

  // Zoom: the lower end stays a point that falls enough.
  const auto lower = [&] { return ends[1].at.value < ends[0].at.value ? 1 : 0; };  // a value that is no number is not lower
  int low = lower();
  bool little_progress = false;
  const double size = largest(direction);
  while (steps < most_steps) {
    const double least = std::min(ends[0].length, ends[1].length), most = std::max(ends[0].length, ends[1].length), width = most - least;
    if (width * size < least_change) break;
    double length = cubic_minimum(ends[0], ends[1], least, most);
    const double margin = 0.1 * width;
    if (std::min(most - length, length - least) < margin) {
      if (little_progress || length >= most || length <= least) {
        length = std::abs(length - most) < std::abs(length - least) ? most - margin : least + margin;
        little_progress = false;
      } else little_progress = true;
    } else little_progress = false;
    LinePoint trial = point_at(length);
    ++steps;
    if (!falls_enough(trial) || !(trial.at.value < ends[low].at.value)) {
      ends[1 - low] = std::move(trial);
      low = lower();
      continue;
    }
    const bool done = flat_enough(trial);
    if (!done && trial.slope * (ends[1 - low].length - ends[low].length) >= 0) ends[1 - low] = std::move(ends[low]);
    ends[low] = std::move(trial);
    if (done) break;
  }
  result.point = std::move(ends[low]);
  return result;
}

}  // namespace candor::detail
