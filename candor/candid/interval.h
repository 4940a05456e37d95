// Intervals: how far a score may be from what the next rows will show.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace candor::candid {
/// Where the true number lies with the stated probability; low <= high, in the units of what was estimated.
struct Interval {
  double low = 0, high = 0;
};

/// Wilson's score interval for a share of `successes` in `n` trials (E. B. Wilson, 1927); [0, 1] for n = 0. `level` in (0, 1).
Interval wilson(std::int64_t successes, std::int64_t n, double level = .95);

/// The quantile function of the standard normal for p in (0, 1) (Acklam's rational approximation with one Halley step; about 1e-15).
double normal_quantile(double p);

/// Coefficient of determination 1 - SSE / SST over the whole set; NaN when the target is constant or the set is empty.
double r2(std::span<const float> target, std::span<const float> prediction);
double mean_absolute_error(std::span<const float> target, std::span<const float> prediction);

/// Percentile bootstrap over rows: the score computed on `resamples` draws of n rows with replacement, seeded. Of more than 32,768 rows, 16,384 groups of every 16,384th row are drawn instead:
/// the same width to a few parts in a hundred, in a time that does not grow with the rows.
Interval bootstrap_r2(std::span<const float> target, std::span<const float> prediction, std::uint64_t seed = 0, double level = .95,
                      int resamples = 2000);
Interval bootstrap_mean_absolute_error(std::span<const float> target, std::span<const float> prediction, std::uint64_t seed = 0,
                                       double level = .95, int resamples = 2000);

/// The middle `level` of resampled scores: their quantiles (1 -+ level) / 2, between neighbours in a straight line. Scores that are not finite do not count;
/// NaN when none is.
Interval percentile_interval(std::vector<double> scores, double level = .95);

/// Split conformal: the distance d such that a new row's truth lies within prediction +- d with probability `level`, from the absolute errors of
/// rows that the model was not fitted on: the ceil((n + 1) level)-th smallest. NaN when n is too small for that (19 rows at .95).
double conformal_distance(std::span<const float> target, std::span<const float> prediction, double level = .95);

}  // namespace candor::candid
