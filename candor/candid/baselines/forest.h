// A random forest: many deep trees, each of other rows and other columns, whose answers are averaged.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/tree.h"

namespace candor::candid {

struct ForestOptions {
  int trees = 100;
  std::int64_t columns = 0;   ///< tried at each split; 0: the square root of all for classes, a third for values
  std::int64_t leaf_rows = 1;
  std::uint64_t seed = 0;     ///< of the rows, drawn with replacement, and of the columns
};

/// Breiman (2001). The same for any number of threads.
struct Forest {
  std::vector<Tree> trees = {};

  /// Labels lie in [0, classes). Throws Error (invalid_argument) for no rows or no trees, (shape) for other numbers of rows and targets.
  static Forest fit_classes(const Matrix& x, std::span<const std::int32_t> y, int classes, const ForestOptions& options = {});
  static Forest fit_values(const Matrix& x, std::span<const double> y, const ForestOptions& options = {});
  /// The mean of the trees: shares of the classes [rows, classes], or values [rows, 1].
  Matrix predict(const Matrix& x) const;
};

}  // namespace candor::candid
