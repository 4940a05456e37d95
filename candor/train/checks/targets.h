// What stands in the targets of one output, from one pass over its numbers: what the checks on losses go by.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::detail {

struct TargetSummary {
  std::int64_t rows = 0, values = 0;   ///< rows there are, numbers that were looked at
  std::int64_t width = 1;              ///< extent of the last axis; 1 for one number a row
  bool whole = false;                  ///< whole numbers alone
  bool finite = true;
  double low = 0, high = 0, mean = 0, variance = 0, absolute_deviation = 0;  ///< the last: mean distance from the mean
  double below_0 = 0, above_1 = 0, beyond_1 = 0;                             ///< shares of x < 0, x > 1, |x| > 1
  bool one_hot = false;                ///< rows of zeros with a single one
  bool sums_to_1 = false;              ///< rows of at least two numbers that add up to 1
  std::vector<std::int64_t> counts = {};  ///< of whole numbers 0, 1, ... up to 4095; empty when there are others

  /// True for numbers that stand for classes: 0 and 1, or one-hot rows.
  bool zero_one() const { return whole && low >= 0 && high <= 1; }
  /// Entropy of the classes in nats: the cross-entropy of the best guess that looks at no input. 0 when they are no classes.
  double entropy() const;
};

/// Looks at `rows` first rows, at most so many numbers evenly spread over them.
TargetSummary summarize_targets(const Tensor& y, std::int64_t rows, std::int64_t most = 200'000);

}  // namespace candor::detail
