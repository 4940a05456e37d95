// Findings that several checks share, and a score beside guessing. base/finding.h says what a finding is.
#pragma once

#include <string>
#include <vector>

#include "candor/base/finding.h"
#include "candor/candid/baseline.h"
#include "candor/candid/interval.h"

namespace candor::candid {

using candor::Evidence;
using candor::Finding;
using candor::Severity;
using candor::SkippedCheck;
using candor::to_string;

/// "0.8033": a score as findings write it.
std::string score_text(double value);

/// data.constant for these columns.
Finding constant_finding(const std::vector<std::string>& columns);

/// result.baseline: the baseline lies inside the score's interval or above the score.
std::vector<Finding> check_result(double score, const Interval& interval, const Baseline& baseline);

}  // namespace candor::candid
