// result.interval: which of several results is best, and whether that can be said.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/interval.h"

namespace candor::candid {

/// A result that someone wants to set beside others.
struct Result {
  std::string name = {}, metric = {};
  double value = 0;
  Interval interval = {};            ///< low == high: none is known
  std::int64_t rows = 0;
  std::string test_rows = {};        ///< digest of the rows it was judged on; empty: not known
  int seeds = 1;                     ///< trainings that the value is the median of
};

/// Warnings: other metrics or other test rows (not comparable), a score without an interval, and several results where the best lies inside another's interval (not ranked). A note
/// when each is of one seed. Skips fewer than two results.
std::vector<Finding> check_ranking(std::span<const Result> results);

/// Scores of two choices on the same seeds: is the one better? "no difference shown" unless the 95 % interval of the mean paired difference (t, cut to -1..1 where the metric is a
/// share) leaves out 0; with fewer than three pairs that is never said.
struct PairedSeeds {
  double median_a = 0, median_b = 0, difference = 0;
  Interval interval = {};
  int seeds = 0;
  int verdict = 0;                   ///< 1: a is better, -1: b, 0: no difference shown
};
PairedSeeds compare_seeds(std::span<const double> a, std::span<const double> b, const std::string& metric = {});

/// The median, and an interval for the mean over further seeds on the same test rows (Student's t, 95 %); of no width for one seed. A t interval knows nothing of what a metric can
/// be: it is cut to 0..1 for accuracy and at 1 for r2, where the mean must lie, so nothing of its coverage is lost. With two seeds t is 12.7 and the interval is as wide as it has to be.
struct SeedSummary {
  double median = 0, mean = 0, least = 0, most = 0;
  Interval interval = {};
};
/// `metric` is what the scores are of ("accuracy", "r2"; others are not cut). `rows` judged, 0: not known: an accuracy moves in steps of 1 / rows, so scores that are equal lie within
/// half a row of each other, no closer; their deviation counts as half a row at least.
SeedSummary summarise_seeds(std::span<const double> scores, const std::string& metric = {}, std::int64_t rows = 0);

}  // namespace candor::candid
