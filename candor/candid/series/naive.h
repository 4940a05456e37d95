// What a series will be by rules of one line: the forecasts that every other one must beat.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace candor::candid {

/// The last value again.
std::vector<double> last_value(std::span<const double> values, std::int64_t horizon);
/// The line from the first value to the last goes on. Needs two values.
std::vector<double> drift(std::span<const double> values, std::int64_t horizon);
/// The mean of all values.
std::vector<double> mean_value(std::span<const double> values, std::int64_t horizon);
/// The value of one season ago; beyond a season, the last season again. Needs a season of values.
std::vector<double> seasonal_naive(std::span<const double> values, std::int64_t season, std::int64_t horizon);

/// How far forecasts lie from what came, in the unit of the values but for shares.
struct ForecastErrors {
  double mae = 0, rmse = 0;
  double mape = 0;    ///< mean of |error| / |truth|; infinite when a truth is 0
  double smape = 0;   ///< mean of 2 |error| / (|truth| + |forecast|)
  double mase = 0;    ///< mae / scale; NaN without a scale
};
/// `scale`: seasonal_scale of the training values. Throws Error (shape) when the sizes differ, (invalid_argument) when there are none.
ForecastErrors forecast_errors(std::span<const double> truth, std::span<const double> forecast, double scale = 0);
/// Mean of |value - value one season before| over the training values: what the mean absolute scaled error counts in (Hyndman and Koehler, 2006).
double seasonal_scale(std::span<const double> train, std::int64_t season);

}  // namespace candor::candid
