// result.metric: a number that hides what it is meant to show.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/score.h"

namespace candor::candid {

/// R2, AUC, F1, precision, recall and correlations are of a whole set; their mean over batches is another number. An error when `stated` lies away from `whole` by more than
/// a hundredth and is the mean of `batches` (weighted by `sizes`, or plain). Skips other metrics and a single batch.
std::vector<Finding> check_averaged(const std::string& metric, double stated, double whole, std::span<const double> batches, std::span<const std::int64_t> sizes = {});

/// Accuracy where one class has most rows: a note from .8 of them on, with the balanced accuracy; a warning when at least .9 of the rows are of it and the others are found
/// hardly better than by chance. Skips values and fewer than 30 rows.
std::vector<Finding> check_metric(const Score& score);

}  // namespace candor::candid
