// result.bayes: where the data are made by a rule that is known, nobody can do better than the rule's own noise allows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/score.h"

namespace candor::candid {

/// The best accuracy or R2 that anything can reach on new rows of a generator, by its name or a Dataset's source ("insurance_risk (seed 0)"); nothing when it is not known.
std::optional<double> best_possible(const std::string& source);

/// A warning when the whole 95 % interval of the score lies above the ceiling. Skips sources whose ceiling is not known.
std::vector<Finding> check_bayes(const Score& score, const std::string& source);

}  // namespace candor::candid
