// Gradient-boosted trees from histograms, grown leaf by leaf (Ke et al., "LightGBM", 2017): the reference to beat on tables.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/base/function.h"
#include "candor/candid/baselines/bins.h"
#include "candor/candid/baselines/category_columns.h"

namespace candor::candid {

struct BoostedTrees;

struct BoostingOptions {
  int trees = 100;               ///< rounds; each has one tree for each class when there are more than two
  double rate = .1;
  int leaves = 31;
  int depth = 0;                 ///< most splits from the root to a leaf; 0: any number
  std::int64_t leaf_rows = 20;
  double leaf_hessian = 1e-3;
  double l2 = 0;
  double columns = 1;            ///< share of the columns that each tree may ask, drawn anew for each; a category counts as one
  /// Columns of 0 and 1 that are the words of a category each: a split asks for one of them or, with `sets`, for a set. As Fisher (1958) showed, the best set is a prefix
  /// of the words when these are sorted by gradient / hessian.
  std::vector<CategoryColumns> categories = {};
  bool sets = true;              ///< splits into sets of words, too; false: one word against all others
  std::int64_t word_rows = 10;   ///< words with fewer rows in a leaf stay together
  std::int64_t set_rows = 100;   ///< fewest rows of either set, and between two sets that are compared: many sets are tried, and the best of many is often chance
  double set_l2 = 10;            ///< added to l2 for splits into sets: there are many sets to choose from
  double set_smooth = 10;        ///< added to the hessian by which words are sorted
  Function<bool(const BoostedTrees& grown)> go_on = {};  ///< asked after each round; false: no more trees
};

/// One tree of it. Inner nodes are 0, 1, ..., children after their parents; a child below 0 is leaf -1 - child. A split into sets is a chain of nodes, one for each word of
/// the smaller set, that lead to the same two places.
struct BoostedTree {
  /// A question, or a leaf.
  struct Node {
    std::int32_t column = 0, left = 0, right = 0;
    double threshold = 0;      ///< left when x <= threshold
    bool missing_left = false;
  };
  std::vector<Node> nodes = {};
  std::vector<double> values = {};

  double predict(std::span<const double> row) const;
};

/// Inputs may be NaN (missing): each split learns where those go. The same trees for any number of threads.
struct BoostedTrees {
  int classes = 0;                 ///< 0: values
  std::vector<double> start = {};  ///< what each output begins with
  std::vector<BoostedTree> trees = {};

  static BoostedTrees fit_classes(const Matrix& x, std::span<const std::int32_t> y, int classes, const BoostingOptions& options = {});
  static BoostedTrees fit_values(const Matrix& x, std::span<const double> y, const BoostingOptions& options = {});
  /// Probabilities [rows, classes], or values [rows, 1].
  Matrix predict(const Matrix& x) const;
};

}  // namespace candor::candid
