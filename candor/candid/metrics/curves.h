// Curves of a classifier's answers: ROC, precision against recall, and how far probabilities can be believed.
#pragma once

#include <span>
#include <vector>

#include "candor/candid/plot/curve.h"
#include "candor/data/dataset.h"

namespace candor::candid {

/// Points of the ROC curve, one for each different score from the highest down, before them (0, 0) with an infinite threshold; rows of one score enter together.
struct Roc {
  std::vector<double> false_positive_rate, true_positive_rate, thresholds;
};
/// `truth` holds 0 and 1; empty `weights`: 1 each. `drop_intermediate` leaves out points that lie on the line between their neighbours. Rates of a class without rows
/// are NaN. Throws Error (shape) for lengths that differ, (invalid_argument) for other labels and scores that are NaN.
Roc roc_curve(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights = {}, bool drop_intermediate = false);
/// Area under it: the chance that a positive row has a higher score than a negative one, half for equal ones. NaN when one class has no rows.
double roc_auc(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights = {});
/// The area up to a false positive rate, as McClish (1989) scales it: .5 is chance, 1 perfect.
double partial_auc(std::span<const std::int32_t> truth, std::span<const double> scores, double most, std::span<const double> weights = {});

/// Precision and recall with "score >= threshold" as positive, thresholds rising; after them precision 1 at recall 0.
struct PrecisionRecall {
  std::vector<double> precision, recall, thresholds;
};
PrecisionRecall precision_recall_curve(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights = {});
/// Sum of precision times the step in recall; 0 when there are no positive rows.
double average_precision(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights = {});

/// For a report. `probabilities` [n, classes] of the rows of `set`. Two classes: one curve, of the second; else one for each class that has rows both in and outside it,
/// the `most` commonest. The name holds the area: "high risk, AUC .874". At most about 200 points each.
std::vector<Curve> roc_curves(const Tensor& probabilities, const data::Dataset& set, std::size_t most = 10);
std::vector<Curve> precision_recall_curves(const Tensor& probabilities, const data::Dataset& set, std::size_t most = 10);
/// Share of right answers against mean probability in ten bins of equal width, with Wilson's interval: two classes by the probability of the second,
/// else by the largest one.
std::vector<Curve> calibration_curves(const Tensor& probabilities, const data::Dataset& set);

}  // namespace candor::candid
