// How well a judge of labels knows its business, and what its disagreements with the labels therefore mean.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid::detail {

/// How often a judge and the labels disagree, from the surest answers to the least sure. Where classes overlap by nature, or the judge is poor, sure answers are wrong far less often than others; where labels
/// were changed, they are wrong about as often.
struct Disagreement {
  double guess = 0;         ///< share of rows outside the commonest class: how often guessing is wrong
  double error = 0;         ///< of all rows
  double sure = 0;          ///< of the surer half of the answers
  double surest = 0;        ///< of the surest quarter
  double sure_noise = 0, surest_noise = 0;  ///< one standard deviation of each
  std::vector<std::int32_t> said = {};      ///< the most probable class of each row
  std::vector<double> margins = {};         ///< by how much it leads the second

  /// Wrong labels, not a poor judge: the judge makes less than `hard` of the mistakes of guessing, and its surest answers are wrong beyond chance.
  bool looks_changed(double hard, double flat) const;
};
Disagreement disagreement(const Matrix& probabilities, std::span<const std::int32_t> labels);

/// Rows of one class that carry another label: among the rows that look like `looks`, the surest are as often labelled otherwise as the others.
struct ChangedClass {
  std::int32_t looks = -1, says = -1;  ///< what rows look like, and the label that most of the others carry; -1: no class stands out
  std::int64_t rows = 0, others = 0;   ///< rows that look so, and those of them with another label
};
/// The class that stands out most. Needs 25 rows of a class, and a judge that makes less than 70 % of the mistakes of guessing and knows the other classes well.
ChangedClass changed_class(const Disagreement& d, std::span<const std::int32_t> labels, int classes);

}  // namespace candor::candid::detail
