// Series on the command line: what `candor train --horizon`, `candor predict` and `candor evaluate` do for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/check.h"
#include "candor/candid/series/forecaster.h"
#include "candor/cli/command.h"
#include "candor/cli/data_options.h"
#include "candor/data/series/windows.h"
#include "candor/formats/model_file.h"

namespace candor::cli {

struct ForecastOptions {
  std::int64_t horizon = 0;   ///< 0: no series
  std::int64_t window = 0, season = 0, fill = 3;
  std::string date, holidays = "auto";
  std::vector<std::string> inputs;
  bool snap = false;
  std::int64_t epochs = 0, width = 0;   ///< of its small networks; 0: the forecaster's
  int members = 0;                      ///< 0: the forecaster's
  double lr = 0, budget = 0;            ///< 0: the forecaster's, any
  std::int64_t folds = 0;     ///< parts of time that are forecast by models trained before each; 0: only the last part is
  std::vector<candid::Silence> silences;   ///< beside those of candor.yaml
  std::string runs;           ///< the record of runs; empty: none is kept
};

/// Adds --horizon and the options that go with it.
void add_forecast_options(CLI::App& command, ForecastOptions& options);

/// Trains a forecaster, tests it on the last part of the time, writes model.candor to the folder `out`. Returns the exit code.
int train_forecaster(const DataOptions& data, const ForecastOptions& options, double test, const std::string& out, const Common& common);

/// Was the file written by train_forecaster?
bool is_forecaster(const formats::ModelFile& file);
/// Continues the series in DATA: a line for each step ahead, to the file `out` or standard output.
int predict_series(const formats::ModelFile& file, const DataOptions& data, const std::string& out, const Common& common);
/// A saved forecaster beside a series that it may have learned from.
struct SeriesForForecaster {
  candid::Forecaster forecaster;
  data::Series series;
  data::Windows all;
  std::vector<std::int64_t> known, fresh;  ///< windows of `all`: learned from, and not; without dates nobody knows, and all are fresh
};
/// Throws Error (invalid_argument) where there is no fresh window.
SeriesForForecaster series_for_forecaster(const formats::ModelFile& file, const DataOptions& data, const Common& common);
/// Which of two forecasters of the same column is better on the windows that neither learned from.
int compare_forecasters(const formats::ModelFile& a, const formats::ModelFile& b, const std::string& name_a, const std::string& name_b, const DataOptions& data, const Common& common);
/// What `candor evaluate` was told beside its data.
struct EvaluateSeriesOptions {
  std::string model;                       ///< the model's file
  std::string runs;                        ///< the record of runs; empty: none is kept
  std::vector<candid::Silence> silences;
  bool strict = false;                     ///< exit code 3 where a finding is an error
};
/// The score on a series, but for steps that were learned from.
int evaluate_series(const formats::ModelFile& file, const DataOptions& data, const EvaluateSeriesOptions& options, const Common& common);

}  // namespace candor::cli
