// Grows one tree on binned rows from the first and second derivatives of a loss.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "candor/candid/baselines/boosting.h"

namespace candor::candid::detail {

/// First and second derivative of the loss by a row's score.
struct Slope {
  double gradient = 0, hessian = 0;
};

using WordSet = std::bitset<256>;

/// Columns as trees are grown on them: each category is one column that numbers its words.
struct GrownColumns {
  struct Source {
    std::int64_t first = 0, words = 0;  ///< words 0: a plain column
    WordSet seen = {};                  ///< the words that some row has; the one after the last: rows that have none
  };
  Matrix x;
  std::vector<Source> from = {};
  Bins bins = {};  ///< of categories: one for each word, and one for none

  static GrownColumns of(const Matrix& x, std::span<const CategoryColumns> categories);
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
    double l2 = 0;
    WordSet set = {};  ///< of a category: the words that go left
  };
  struct Leaf {
    std::int64_t begin = 0, end = 0;
    Slope sum;
    std::vector<Slope> histogram;
    Split split;
    std::vector<std::pair<std::int32_t, bool>> parents = {};  ///< nodes that lead here, and whether to their left
    double l2 = 0;
    int depth = 0;
  };

  void fill(Leaf& leaf, std::span<const Slope> slopes);
  Split search(const Leaf& leaf, std::int64_t column) const;
  Split search_sets(const Leaf& leaf, std::int64_t column) const;
  void search(Leaf& a, Leaf* b) const;
  void draw_columns();
  std::int64_t partition(const Leaf& leaf);
  /// Adds the nodes of a leaf's split to the tree, and says which of them lead to its left and right.
  void add_nodes(BoostedTree& tree, Leaf& left, Leaf& right, std::int32_t left_leaf, std::int32_t right_leaf) const;
  double value(const Leaf& leaf) const { return -leaf.sum.gradient / (leaf.sum.hessian + leaf.l2); }

  BoostingOptions options_;
  GrownColumns columns_;
  const Bins& bins_ = columns_.bins;
  std::int64_t rows_;
  std::vector<std::uint8_t> codes_;
  std::vector<std::int64_t> offsets_;  ///< of each column's bins in a histogram
  std::vector<std::int32_t> order_, moved_;
  std::vector<Slope> gathered_;
  std::vector<std::int64_t> asked_;    ///< columns that this tree may ask, rising
  std::uint64_t grown_ = 0;
};

}  // namespace candor::candid::detail
