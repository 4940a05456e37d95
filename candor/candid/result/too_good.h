// result.too-good: a score that is nearly perfect is a fault until shown otherwise.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/report/report.h"

namespace candor::candid {

/// Above .99 (accuracy, R2, AUC): says what was looked for and what was found. A warning when a leak, duplicates or a wrong split are among `findings`, when one column carries
/// almost all of it, or when nothing was looked for; else a note. `checked` holds the ids that came to a verdict, `skipped` those that did not.
std::vector<Finding> check_too_good(const Score& score, const std::vector<BaselineScore>& baselines, const std::vector<Importance>& importances, const std::vector<Finding>& findings,
                                    const std::vector<std::string>& checked, const std::vector<SkippedCheck>& skipped);

}  // namespace candor::candid
