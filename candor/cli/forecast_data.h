// How a series was read, so that a later one is read in the same way: stored in the model file.
#pragma once

#include <string>

#include "candor/candid/series/forecast_inputs.h"
#include "candor/cli/forecast.h"
#include "candor/data/series/series.h"

namespace candor::cli {

/// DATA as a series, by the options. Throws the errors of read_table and make_series.
data::Series load_series(const DataOptions& data, const data::SeriesOptions& options);

/// What the model file keeps of a series: columns, format of the dates, step.
Config series_config(const data::Series& series, const data::SeriesOptions& options);
/// DATA read as that says. Throws Error (invalid_argument) when its step differs.
data::Series load_series_again(const DataOptions& data, const Config& stored, const std::vector<std::string>& columns);

/// What the values of a series are told apart by in the record of runs: 16 hexadecimal digits.
std::string series_mark(const data::Series& series);
/// The rows that a forecast was judged on: windows of another length ahead, of another column or from another time on are other rows.
std::string test_mark(const data::Series& series, const candid::ForecastInputs& inputs, double border);

}  // namespace candor::cli
