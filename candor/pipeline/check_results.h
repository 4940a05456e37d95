// The checks of a score: what candid says once a model was judged on its test rows.
#pragma once

#include <cstdint>

#include "candor/candid/check.h"
#include "candor/candid/report/report.h"
#include "candor/pipeline/train.h"

namespace candor::pipeline {

/// Fills what the report shows of the score's parts (slices, rejection, temperature, calibration error) and adds the findings of result.*. `outputs` are the answers for the
/// test rows; baselines, importances and the findings of the data are there already.
void check_results(candid::Report& report, const Prepared& data, const TrainedModel& trained, const Tensor& outputs, std::uint64_t seed);

/// The checks that need no more than answers and truth: calibration, slices, metric, matrix, ceiling. `cells` are the rows as they came (tables), `columns` those to cut by.
candid::Checkup check_answers(const candid::Score& score, const Tensor& outputs, const data::Dataset& rows, const data::Table& cells, const std::vector<std::string>& columns, const candid::Temperature& temperature,
                              std::uint64_t seed);
/// Columns that a model looks at, and those that rows are grouped by.
std::vector<std::string> columns_to_cut(const data::Table& cells, const data::Schema& schema);

}  // namespace candor::pipeline
