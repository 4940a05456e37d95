// What simple methods reach on the same rows: a score of a network is shown beside theirs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/report/report.h"
#include "candor/data/dataset.h"

namespace candor::candid {

struct BaselineOptions {
  double seconds = 10;    ///< about how long all of them may take; decides on how many rows each is fitted, and none is begun after it
  std::uint64_t seed = 0; ///< of the rows that are sampled and of bootstrap intervals
  std::vector<std::string> only = {};  ///< names; empty: all that fit the task
};

/// Baselines with what they answered, so that they can be compared with a model row by row.
struct Baselines {
  std::vector<BaselineScore> scores = {};
  std::vector<Tensor> predictions = {};  ///< as a model's: probabilities [n, classes] or values, shaped as the targets
  std::vector<std::string> notes = {};   ///< what was left out, for people

  /// Number of the one with the best score; -1 when there are none.
  int best() const;
};

/// Fits on `train` and scores on `test` by the metric of `judge`: accuracy (Wilson's interval) or R2 (bootstrap). In this order, classes: "majority",
/// "boosted trees", "naive Bayes", "logistic regression", "tree of depth 3", "random forest", "5 nearest neighbours", "linear SVM"; values: "mean", "boosted trees",
/// "linear regression", "tree of depth 3", "random forest", "5 nearest neighbours". Features of any shape are flattened; pictures are averaged down to at most 16 x 16
/// first. When there are very many rows each method learns from a sample, and `what` says from how many.
/// The same numbers for any number of threads. Throws Error (invalid_argument) when train has no rows or no targets or `only` names none of
/// these, (shape) when the two sets do not fit each other.
Baselines fit_baselines(const data::Dataset& train, const data::Dataset& test, const BaselineOptions& options = {});
/// The scores alone.
std::vector<BaselineScore> run_baselines(const data::Dataset& train, const data::Dataset& test, const BaselineOptions& options = {});

}  // namespace candor::candid
