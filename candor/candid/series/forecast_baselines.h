// What simple rules say to the same question as a forecaster, on the same windows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/series/windows.h"

namespace candor::candid {

/// What one rule answered for each test window.
struct ForecastBaseline {
  std::string name, what;          ///< "seasonal naive", "the value of 7 steps before"
  std::vector<float> predictions;  ///< [windows * horizon]
  double seconds = 0;
};

struct ForecastBaselineOptions {
  std::int64_t season = 1, window = 30;   ///< of the seasonal rules; lags of the linear model
  double seconds = 10;                    ///< slow ones (Holt-Winters over long series) are left out beyond it
};

/// "mean", "last value", "seasonal naive" (by the season given, else by the calendar's), "linear on N lags" (least squares), "ridge on N lags" (alpha by the last fifth of the training
/// windows), "Holt-Winters" (with start and smoothing from the training part; additive, or multiplicative where values are above 0 and that
/// fits better; for one group, or a model for each). Only what lies before each test window is seen. Without training windows those that
/// need none.
std::vector<ForecastBaseline> forecast_baselines(const data::Series& series, std::string_view target, const data::Windows& train, const data::Windows& test,
                                                 const ForecastBaselineOptions& options = {});

}  // namespace candor::candid
