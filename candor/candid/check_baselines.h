// result.baseline: is the network worth its trouble?
#pragma once

#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/report/report.h"

namespace candor::candid {

/// A warning when guessing lies inside the score's interval or above it. Only a note where fewer than 30 rows were asked, or where the answers follow the truth all the same (p < .01 by the
/// confusion matrix, or by R2): accuracy passes over rare classes.
std::vector<Finding> check_guessing(const Score& score, const Baseline& guess);

/// The same for guessing among `baselines` (majority, mean); a warning when a simple method is better beyond chance on the same rows and by a point or more, naming it and by how much;
/// a note when it is better by less, or the best of them is not shown to be worse.
std::vector<Finding> check_result(const Score& score, const std::vector<BaselineScore>& baselines);

/// The command that was typed, with --model trees in place of any other model: what makes boosted trees the model.
std::string trees_command(std::string command);
/// True where that command can be given: trees need a table, and pictures are none.
bool takes_trees(const DataOverview& data);

/// The score of guessing among them (majority, mean); null when it is not there.
const BaselineScore* guessing(const std::vector<BaselineScore>& baselines);

}  // namespace candor::candid
