// The test rows a person should look at.
#pragma once

#include "candor/candid/report/report.h"
#include "candor/pipeline/prepare.h"

namespace candor::pipeline {

/// The rows with the highest loss, and those whose probabilities lie nearest together (classes only), at most `count` each. `outputs` are probabilities
/// or values of the test rows.
void add_examples(candid::Report& report, const Prepared& data, const Tensor& outputs, std::size_t count = 8);

}  // namespace candor::pipeline
