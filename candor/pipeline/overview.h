// What the data look like: the first thing a report shows.
#pragma once

#include "candor/candid/report/report.h"
#include "candor/pipeline/prepare.h"

namespace candor::pipeline {

/// Columns with their distributions, missing cells and correlations, classes, remarks; of the training rows. At most the first 1,000 columns, and 60 in
/// the correlations.
candid::DataOverview overview(const Prepared& data);

}  // namespace candor::pipeline
