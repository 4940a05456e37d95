// result.matrix: does a stated score follow from its own confusion matrix?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/score.h"

namespace candor::candid {

/// Counts of rows, [truth][prediction].
using Counts = std::vector<std::vector<std::int64_t>>;

/// An error when `stated`, said with so many decimals (.71 has 2), is not what the matrix gives for `metric`: "accuracy", "balanced accuracy" or "F1". It says what the
/// matrix gives, and which other measure of it would be the number stated. Skips (skip()) a metric that does not follow from a matrix, and an empty matrix.
std::vector<Finding> check_matrix(const std::string& metric, double stated, int decimals, const Counts& confusion);
/// The same for a score and the matrix and classes beside it, to the last digit.
std::vector<Finding> check_matrix(const Score& score);

/// "71 %", ".687", "0.687", "68.7%": the share and its decimals (2, 3, 3, 3). Throws Error (invalid_argument) for anything else.
struct Stated {
  double value = 0;
  int decimals = 0;
};
Stated stated_score(const std::string& text);

}  // namespace candor::candid
