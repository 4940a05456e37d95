#include "candor/candid/uncertainty/reject.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/interval.h"

namespace candor::candid {

std::vector<RejectPoint> reject_curve(std::span<const double> confidence, std::span<const std::int32_t> hits, double review, std::size_t most) {
  if (confidence.size() != hits.size()) fail(ErrorKind::shape, "reject: " + std::to_string(confidence.size()) + " confidences for " + std::to_string(hits.size()) + " rows");
  if (!(review >= 0) || !std::isfinite(review)) fail(ErrorKind::invalid_argument, "reject: what a row handed over costs must be a number from 0, and is " + std::to_string(review));
  std::vector<std::size_t> order(hits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return confidence[a] > confidence[b]; });
  const double n = static_cast<double>(hits.size());
  std::vector<RejectPoint> points;
  double right = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    right += hits[order[i]];
    if (i + 1 < order.size() && confidence[order[i + 1]] == confidence[order[i]]) continue;
    const double answered = static_cast<double>(i + 1);
    points.push_back({confidence[order[i]], answered / n, right / answered, (answered - right + review * (n - answered)) / n});
  }
  std::reverse(points.begin(), points.end());
  if (points.size() <= most || most < 2) return points;
  std::vector<RejectPoint> some;
  for (std::size_t k = 0; k < most; ++k) some.push_back(points[k * (points.size() - 1) / (most - 1)]);
  return some;
}

RejectPoint cheapest(std::span<const RejectPoint> curve) {
  if (curve.empty()) return {};
  return *std::min_element(curve.begin(), curve.end(), [](const RejectPoint& a, const RejectPoint& b) { return a.cost < b.cost || (a.cost == b.cost && a.coverage > b.coverage); });
}

Curve accuracy_curve(std::span<const RejectPoint> points, std::int64_t rows) {
  Curve curve;
  for (auto p = points.rbegin(); p != points.rend(); ++p) {
    const auto answered = static_cast<std::int64_t>(std::llround(p->coverage * static_cast<double>(rows)));
    const Interval interval = wilson(std::llround(p->accuracy * static_cast<double>(answered)), answered);
    curve.x.push_back(p->coverage), curve.y.push_back(p->accuracy), curve.low.push_back(interval.low), curve.high.push_back(interval.high);
  }
  return curve;
}

Curve cost_curve(std::span<const RejectPoint> points) {
  Curve curve;
  for (auto p = points.rbegin(); p != points.rend(); ++p) curve.x.push_back(p->coverage), curve.y.push_back(p->cost);
  return curve;
}

}  // namespace candor::candid
