// The checks of a score: what candid says once a model was judged on its test rows.
#pragma once

#include <cstdint>

#include "candor/candid/report/report.h"
#include "candor/pipeline/train.h"

namespace candor::pipeline {

/// Fills what the report shows of the score's parts (slices, rejection, temperature, calibration error) and adds the findings of result.*. `outputs` are the answers for the
/// test rows; baselines, importances and the findings of the data are there already.
void check_results(candid::Report& report, const Prepared& data, const TrainedModel& trained, const Tensor& outputs, std::uint64_t seed);

}  // namespace candor::pipeline
