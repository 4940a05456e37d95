// Scores of predicted values, with weights, over one or several targets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace candor::candid {

/// One target. Names and edge cases are scikit-learn's: a constant target gives R2 0 unless it is hit exactly (1). Throw Error (shape, invalid_argument).
struct ValueScores {
  double r2 = 0, explained_variance = 0, mae = 0, mse = 0, rmse = 0;
  double mape = 0;        ///< |error| / max(|truth|, 2.2e-16)
  double median_ae = 0, max_error = 0;
  double d2_absolute = 0; ///< share of the absolute error about the median that is explained
};
ValueScores value_scores(std::span<const double> truth, std::span<const double> predicted, std::span<const double> weights = {});

/// Mean of alpha * error above and (1 - alpha) * error below; and 1 - that over the loss of the best constant.
double pinball(std::span<const double> truth, std::span<const double> predicted, double alpha, std::span<const double> weights = {});
double d2_pinball(std::span<const double> truth, std::span<const double> predicted, double alpha, std::span<const double> weights = {});
/// Mean squared difference of log(1 + y); both above -1.
double mean_squared_log_error(std::span<const double> truth, std::span<const double> predicted, std::span<const double> weights = {});
/// Mean Tweedie deviance: power 0 normal, 1 Poisson, 2 gamma, between 1 and 2 compound Poisson. And 1 - that over the deviance of the mean; NaN for a constant truth.
double tweedie_deviance(std::span<const double> truth, std::span<const double> predicted, double power, std::span<const double> weights = {});
double d2_tweedie(std::span<const double> truth, std::span<const double> predicted, double power, std::span<const double> weights = {});
/// Hydrology's two: 1 - SSE / SST (NaN for a constant truth), and 1 - the distance of correlation, ratio of deviations and ratio of means from 1 (Gupta et al., 2009).
double nash_sutcliffe(std::span<const double> truth, std::span<const double> predicted);
double kling_gupta(std::span<const double> truth, std::span<const double> predicted);

double pearson(std::span<const double> x, std::span<const double> y);
/// Pearson's correlation of the mid-ranks.
double spearman(std::span<const double> x, std::span<const double> y);
double kendall_tau_b(std::span<const double> x, std::span<const double> y);

}  // namespace candor::candid
