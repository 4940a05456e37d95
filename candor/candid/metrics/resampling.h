// Intervals by resampling, areas under the ROC curve with DeLong's covariance, and split conformal prediction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/base/function.h"
#include "candor/candid/interval.h"

namespace candor::candid {

/// A statistic of the rows with these numbers; rows may come several times.
using RowStatistic = Function<double(std::span<const std::int64_t>)>;

/// Bootstrap intervals from given draws (Efron, 1987).
struct Bootstrap {
  double statistic = 0, standard_error = 0;  ///< of all rows; deviation (n - 1) of the replicates
  std::vector<double> replicates, jackknife; ///< in the order of the draws; without row i
  Interval percentile, basic, bca;
  double z0 = 0, acceleration = 0;           ///< bias and skewness corrections of BCa
  Interval bca_levels;                       ///< the quantiles that BCa reads
};
/// `draws` holds row numbers, one draw of `rows` a line. Throws Error (invalid_argument) for none.
Bootstrap bootstrap(std::int64_t rows, const std::vector<std::vector<std::int64_t>>& draws, const RowStatistic& statistic, double level = .95);
/// `resamples` seeded draws with replacement.
std::vector<std::vector<std::int64_t>> bootstrap_draws(std::int64_t rows, int resamples, std::uint64_t seed);

/// AUCs of several scores on the same rows with their covariance (DeLong, DeLong and Clarke-Pearson, 1988).
struct DeLong {
  std::vector<double> auc;
  std::vector<std::vector<double>> covariance;
  /// Wald's interval cut to [0, 1], and on the logit scale, which stays inside.
  Interval interval(std::size_t score, double level = .95) const;
  Interval logit_interval(std::size_t score, double level = .95) const;
  /// Of the first two: z and two-sided p that their areas are equal, and the interval of the difference.
  double z() const, p() const;
  Interval difference_interval(double level = .95) const;
};
/// `truth` 0 or 1 with at least two rows of each. Throws Error (shape, invalid_argument).
DeLong delong(std::span<const std::int32_t> truth, const std::vector<std::vector<double>>& scores);

/// The ceil((n + 1) level)-th smallest of absolute residuals, infinite when there are too few.
double conformal_quantile(std::span<const double> residuals, double level);

}  // namespace candor::candid
