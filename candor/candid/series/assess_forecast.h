// A forecaster judged on windows it has not seen, beside what simple rules say to the same question.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/report/report.h"
#include "candor/candid/series/forecaster.h"

namespace candor::candid {

/// A forecaster judged on windows it has not seen, beside the baselines of series.
struct ForecastAssessment {
  Score score;                             ///< R2 over all steps ahead, with an interval over blocks of time; n counts windows
  double root_mean_squared_error = 0, coverage = 0;   ///< coverage: share of the values that lay in the 95 % intervals
  std::vector<double> error_by_step;       ///< mean absolute error of each step ahead
  std::vector<BaselineScore> baselines;    ///< R2, with the paired difference to the model
  std::vector<double> baseline_errors;     ///< their mean absolute errors
  std::vector<Finding> findings;           ///< result.baseline, result.coverage
  std::vector<Curve> curves;               ///< truth and forecasts over time, for the report; x in seconds since 1970, or row numbers
  int best() const;                        ///< number of the best baseline; -1 when there are none
};

/// result.baseline: a warning when the best rule is better by .01 of R2 and a tenth of the model's squared error, with a paired difference whose interval leaves out 0, over at least three
/// windows that do not overlap; a note when it is better by less or over fewer, or when the model is not shown to be better.
std::vector<Finding> check_forecast_baseline(const ForecastAssessment& judged);

/// result.coverage: a warning when intervals that should hold 95 % of the values held less than 85 %; a note where `windows`, those of the test part that do not
/// overlap, are too few to tell it from 95 % (Clopper and Pearson).
std::vector<Finding> check_coverage(double coverage, std::int64_t windows = 100);

/// `train` is what the baselines learn from. Throws Error (invalid_argument) when there are no test windows.
ForecastAssessment assess_forecast(const data::Series& series, const Forecaster& forecaster, const data::Windows& train, const data::Windows& test, std::uint64_t seed = 0);

}  // namespace candor::candid
