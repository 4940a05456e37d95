// Scores, baselines and findings as the commands print them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/score.h"
#include "candor/cli/command.h"

namespace candor::cli {

using candid::ClassScore;
using candid::Score;
using candid::judge;

/// {"value", "interval": [low, high], "n"}.
Json score_json(const Score& score);
Json baseline_json(const candid::Baseline& baseline);
/// [{"id", "severity", "message"}].
Json findings_json(const std::vector<candid::Finding>& findings);

/// "1 more finding", "4 more findings".
std::string more_findings(std::size_t count);
/// What a card that --strict refuses does not say: "how its labels were made". Takes pipeline::strict_gaps.
std::string strict_text(const std::vector<std::string>& gaps);

/// "accuracy .9782 (95 % interval .9751 to .9809, 10,000 rows); majority baseline .1135".
std::string score_line(const Score& score, const candid::Baseline& baseline);

}  // namespace candor::cli
