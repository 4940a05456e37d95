// Grows one tree on binned rows from the first and second derivatives of a loss.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/boosting.h"

namespace candor::candid::detail {

/// First and second derivative of the loss by a row's score.
struct Slope {
  double gradient = 0, hessian = 0;
};

/// Grows trees on the same rows, one after the other, with its memory kept.
class TreeGrower {
 public:
  TreeGrower(const Matrix& x, const BoostingOptions& options);
  /// Adds the tree's values to `scores` (one a row) and returns it; leaf values hold the learning rate already.
  BoostedTree grow(std::span<const Slope> slopes, std::span<double> scores);

 private:
  struct Split {
    double gain = 0;
    std::int32_t column = -1, bin = 0;
    bool missing_left = false;
    Slope left;
  };
  struct Leaf {
    std::int64_t begin = 0, end = 0;
    Slope sum;
    std::vector<Slope> histogram;
    Split split;
    std::int32_t parent = -1;
    bool is_left = false;
    int depth = 0;
  };

  void fill(Leaf& leaf, std::span<const Slope> slopes);
  Split search(const Leaf& leaf, std::int64_t column) const;
  void search(Leaf& a, Leaf* b) const;
  std::int64_t partition(const Leaf& leaf);
  double value(const Slope& sum) const { return -sum.gradient / (sum.hessian + options_.l2); }

  BoostingOptions options_;
  Bins bins_;
  std::int64_t rows_;
  std::vector<std::uint8_t> codes_;
  std::vector<std::int64_t> offsets_;  ///< of each column's bins in a histogram
  std::vector<std::int32_t> order_, moved_;
  std::vector<Slope> gathered_;
};

}  // namespace candor::candid::detail
