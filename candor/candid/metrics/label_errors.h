// Labels that are probably wrong, and how far people who label agree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Confident learning (Northcutt, Jiang and Chuang, 2021) from probabilities [n, classes] that were found out of fold. Believe it only where those are good: a model that does not fit flags
/// half of the rows, and `accuracy` far below what other methods reach says so.
struct LabelErrors {
  std::vector<double> thresholds;           ///< of each class: its mean probability in the rows that carry its label; NaN for a class without rows
  Matrix confident_joint;                   ///< rows by label and by the class they confidently are
  Matrix joint;                             ///< the same scaled to the counts of the labels, then to sum 1
  double estimated_noise = 0;               ///< its part off the diagonal
  std::vector<std::int64_t> flagged;        ///< rows that are confidently of another class
  std::vector<std::int64_t> flagged_and_argmax;   ///< and whose most probable class is another one, too
  std::vector<std::int64_t> pruned;         ///< by noise rate: of each pair of classes as many rows as the joint says, those that lean most
  std::vector<double> self_confidence, margin;    ///< probability of the label, and that less the largest other one: the lowest first are worth a look
  double accuracy = 0;                      ///< share of rows whose most probable class is their label
};
/// Labels lie in [0, classes). Throws Error (shape, invalid_argument).
LabelErrors find_label_errors(const Matrix& probabilities, std::span<const std::int32_t> labels);

/// Several people labelled the same items: labels [item][person].
struct Agreement {
  std::vector<std::int32_t> majority;   ///< the lowest class among equals
  double fleiss_kappa = 0, pair_agreement = 0;
};
Agreement annotator_agreement(const std::vector<std::vector<std::int32_t>>& labels);

}  // namespace candor::candid
