// A way of forecasting judged at several origins in order of time: one part of the time may be easy or odd by chance, several rarely are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/series/assess_forecast.h"
#include "candor/candid/series/forecaster.h"

namespace candor::candid {

/// One origin: learned from all before `from`, judged on what is asked of the steps up to `until`.
struct ForecastFold {
  double from = 0, until = 0;      ///< times; until is infinity for the last fold
  Score score;                     ///< R2 with its interval; n counts windows
  std::string rule;                ///< the best simple rule on the same windows; empty when there is none
  double rule_value = 0;           ///< its R2
  Interval difference;             ///< R2 of the forecaster less that of the rule
};

/// All origins, and what they say together.
struct RollingForecast {
  std::vector<ForecastFold> folds;
  double median = 0, low = 0, high = 0;   ///< of the folds' R2
  std::int64_t better = 0, worse = 0;     ///< folds in which the forecaster is better, or worse, than the best rule beyond chance
  double seconds = 0;
};

/// Trains anew for each of `folds` parts of what follows the first half of the time (data::rolling_origin), each time as `options` say, on all that
/// comes before; every choice (window, season, special days) is made anew, too. Throws the errors of Forecaster::fit, and invalid_argument, naming the
/// fold, when one has too little to learn from or nothing to test.
RollingForecast rolling_forecast(const data::Series& series, const ForecasterOptions& options, std::int64_t folds);

}  // namespace candor::candid
