// How a series depends on its own past.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace candor::candid {

/// Autocorrelations at lags 0..`lags`: covariances divided by n (`unbiased`: by the number of pairs), relative to lag 0. Throws Error
/// (invalid_argument) for lags that the series is too short for, and for a constant series.
std::vector<double> autocorrelation(std::span<const double> values, std::int64_t lags, bool unbiased = false);
/// Partial autocorrelations at lags 0..`lags` by the Yule-Walker equations (Levinson, Durbin) of the biased autocorrelations.
std::vector<double> partial_autocorrelation(std::span<const double> values, std::int64_t lags);
/// The same by least squares: the last coefficient of a regression on the `k` values before and a constant, over the rows from k on.
std::vector<double> partial_autocorrelation_least_squares(std::span<const double> values, std::int64_t lags);

/// Coefficients of value = a1 x[-1] + ... + ap x[-p] of the demeaned series, by Yule-Walker.
std::vector<double> yule_walker(std::span<const double> values, std::int64_t order);
/// Constant first, then the coefficients, by least squares on the rows from `order` on.
std::vector<double> autoregression(std::span<const double> values, std::int64_t order);

/// Is there any correlation up to `lags`? The statistic (Ljung and Box, 1978) and its p value by the chi-square distribution.
struct LjungBox {
  double statistic = 0, p = 1;
};
LjungBox ljung_box(std::span<const double> values, std::int64_t lags);
/// Sum of squared differences of neighbours over the sum of squares: 2 without correlation. For residuals, whose mean is 0.
double durbin_watson(std::span<const double> residuals);

}  // namespace candor::candid
