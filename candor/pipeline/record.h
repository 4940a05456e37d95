// The training record that stands in the model file: where the weights came from and how good they were.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "candor/candid/baseline.h"
#include "candor/candid/finding.h"
#include "candor/candid/score.h"
#include "candor/nn/config.h"

namespace candor::pipeline {

using Versions = std::vector<std::pair<std::string, std::string>>;

/// {"data": {source, rows, digest}, "seed", "versions", "score", "baseline", "findings"}; score and baseline are left out when null.
Config training_record(const data::Dataset& train, std::uint64_t seed, const Versions& versions, const std::vector<candid::Finding>& findings,
                       const candid::Score* score, const candid::Baseline* baseline);

}  // namespace candor::pipeline
