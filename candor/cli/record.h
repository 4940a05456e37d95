// The training record that stands in the model file: where the weights came from and how good they were.
#pragma once

#include <vector>

#include "candor/cli/score.h"
#include "candor/nn/config.h"

namespace candor::cli {

/// {"data": {source, rows, digest}, "seed", "versions", "score", "baseline", "findings"}; score and baseline are left out when null.
Config training_record(const data::Dataset& train, std::uint64_t seed, const std::vector<candid::Finding>& findings, const Score* score, const candid::Baseline* baseline);

}  // namespace candor::cli
