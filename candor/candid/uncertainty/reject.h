// To answer or to hand over to a person: what it costs and what it brings.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/plot/curve.h"

namespace candor::candid {

/// What answering only rows of at least this confidence means.
struct RejectPoint {
  double threshold = 0;   ///< the least confidence that is answered
  double coverage = 1;    ///< share of rows that are
  double accuracy = 0;    ///< share of right answers among them
  double cost = 0;        ///< a row, with a mistake as the unit: mistakes + review * rows handed over
};

/// One point for each number of rows that can be answered (rows of one confidence go together), from all to one; at most `most` of them. `review` is what it costs to hand
/// a row over, with a mistake as the unit. `hits` holds 0 or 1. Throws Error (shape, invalid_argument).
std::vector<RejectPoint> reject_curve(std::span<const double> confidence, std::span<const std::int32_t> hits, double review = .1, std::size_t most = 200);
/// The point of least cost; of equal ones that which answers most.
RejectPoint cheapest(std::span<const RejectPoint> curve);

/// Coverage against accuracy with Wilson's interval, and against cost, as a report draws them.
Curve accuracy_curve(std::span<const RejectPoint> points, std::int64_t rows);
Curve cost_curve(std::span<const RejectPoint> points);

}  // namespace candor::candid
