// A small decision tree (CART): what a person can still read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

struct TreeOptions {
  int depth = 3;
  std::int64_t leaf_rows = 1;  ///< a split that leaves fewer rows on a side is not made
  std::int64_t columns = 0;    ///< drawn anew for each split, which is looked for in these (in more, when none of them has one); 0: all
  std::uint64_t seed = 0;      ///< of that drawing
};

/// Nodes in the order: node, left part, right part. Inputs are rounded to f32; left when x <= threshold, which lies in the middle between two
/// rows; the lowest column wins among equally good splits.
struct Tree {
  std::vector<std::int32_t> feature = {}, left = {}, right = {};  ///< feature -2 and children -1 at a leaf
  std::vector<double> threshold = {}, impurity = {};
  std::vector<std::int64_t> rows = {};
  std::vector<std::vector<double>> value = {};  ///< shares of the classes, or the mean

  /// Gini impurity. Labels lie in [0, classes).
  static Tree fit_classes(const Matrix& x, std::span<const std::int32_t> y, int classes, const TreeOptions& options = {});
  /// Squared error.
  static Tree fit_values(const Matrix& x, std::span<const double> y, const TreeOptions& options = {});
  /// [rows, classes] or [rows, 1].
  Matrix predict(const Matrix& x) const;
};

}  // namespace candor::candid
