// What the numbers of the epochs say: train.overfit, underfit, plateau, diverge, spike, not-long-enough, impossible.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/train/checks/guarded.h"
#include "candor/train/checks/guess.h"
#include "candor/train/history.h"

namespace candor::detail {

/// The epochs of one training, as the checks see them.
struct Curves {
  std::vector<double> loss, val_loss;      ///< val_loss is empty without validation
  std::string score;                       ///< name of a share of right answers: "accuracy"; empty without one
  std::vector<double> train_score, val_score;
  std::int64_t rows = 0, val_rows = 0, steps = 0;  ///< steps of all epochs
  Guess guess;
  Guess val_guess = {};  ///< of the validation rows
  double first = 0;      ///< of the very first batch; 0: not known
  double penalty = 0;    ///< what regularizers added to the last loss
  double first_penalty = 0;  ///< and to the first
  int kept_epoch = -1;   ///< whose weights were put back
  bool ended_early = false;
};

Curves curves_of(const History& history);

void check_curves(const Curves& c, CheckNotes& notes);

/// A share of right answers in training and elsewhere. The training rows are more of them wrong than the others beyond chance (one-sided test
/// of two shares, p < .01, and at least .02; a note for p < .05): something is wrong with labels, code or the way the rows were parted.
struct ScorePair {
  double train = 0;
  std::int64_t train_rows = 0;
  double other = 0;
  std::int64_t other_rows = 0;
};
/// train.impossible, when it fires. `other` names the rows: "validation", "test".
std::optional<Finding> impossible(const ScorePair& scores, const std::string& score, const std::string& other);

}  // namespace candor::detail
