// The report of a forecaster: the same page as for tables and pictures, with forecasts against the truth.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "candor/candid/report/report.h"
#include "candor/candid/series/assess_forecast.h"
#include "candor/candid/series/rolling_forecast.h"

namespace candor::cli {

struct ForecastRun {
  const data::Series& series;
  const candid::Forecaster& forecaster;
  const candid::ForecastAssessment& judged;
  double border = 0;                ///< where the test part begins
  std::string command, model;
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, double>> timings = {};
  const candid::RollingForecast* rolling = nullptr;   ///< --folds
};

candid::Report forecast_report(const ForecastRun& run);

}  // namespace candor::cli
