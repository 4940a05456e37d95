// Scores of predicted classes, by any way of averaging, with weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Weight of rows by truth (rows) and prediction (columns). Labels lie in [0, classes). Throws Error (shape, invalid_argument).
Matrix confusion_matrix(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, int classes, std::span<const double> weights = {});

/// Precision, recall and F1 of one class, or their average.
struct PrecisionRecallF1 {
  double precision = 0, recall = 0, f1 = 0;
};

/// Everything that follows from a confusion matrix. `zero_division` stands where a class was never predicted (precision), never there (recall), or neither (F1).
class ClassificationScores {
 public:
  explicit ClassificationScores(Matrix confusion, double zero_division = 0);

  double accuracy() const;
  double hamming_loss() const { return 1 - accuracy(); }
  /// Mean recall of the classes that occur in the truth.
  double balanced_accuracy() const;
  std::vector<PrecisionRecallF1> per_class() const;
  PrecisionRecallF1 micro() const, macro() const;
  /// By the classes' weight in the truth.
  PrecisionRecallF1 weighted() const;
  double f_beta_macro(double beta) const;
  double jaccard_macro() const;
  /// Matthews's correlation (Gorodkin's for several classes); 0 when undefined.
  double matthews() const;
  /// Cohen's kappa: distances between classes count 0/1, or to the power 1 (linear) or 2 (quadratic). 0 when undefined.
  double kappa(int power = 0) const;

 private:
  double f_beta(std::int64_t c, double beta) const;
  double truth(std::int64_t c) const, predicted(std::int64_t c) const;
  Matrix counts_;
  double zero_;
};

/// Two classes at a threshold: "score >= threshold" is positive.
struct AtThreshold {
  double accuracy = 0, precision = 0, recall = 0, f1 = 0, mcc = 0, specificity = 0, balanced_accuracy = 0;
};
AtThreshold at_threshold(std::span<const std::int32_t> truth, std::span<const double> scores, double threshold, std::span<const double> weights = {});

/// Mean -log of the probability of the truth, probabilities cut to [eps, 1 - eps] with the eps of f64. `probabilities` [n, classes].
double log_loss(std::span<const std::int32_t> truth, const Matrix& probabilities, std::span<const double> weights = {});
/// Mean squared distance to the truth: of the second class alone for one column, summed over classes for more.
double brier(std::span<const std::int32_t> truth, const Matrix& probabilities, std::span<const double> weights = {});
/// Share of rows whose truth is among the k most probable classes.
double top_k_accuracy(std::span<const std::int32_t> truth, const Matrix& probabilities, int k, std::span<const double> weights = {});
/// Area under the ROC curve of each class against the rest; of every pair of classes, averaged plainly or by how common the pair is (Hand and Till, 2001).
std::vector<double> auc_one_against_rest(std::span<const std::int32_t> truth, const Matrix& probabilities, std::span<const double> weights = {});
double auc_one_against_one(std::span<const std::int32_t> truth, const Matrix& probabilities, bool by_prevalence);

/// Several labels at once; `truth` 0 or 1 [n, labels], `scores` of the same shape.
struct MultilabelScores {
  double subset_accuracy = 0, hamming_loss = 0, f1_micro = 0, f1_macro = 0, f1_weighted = 0, f1_samples = 0, auc_macro = 0, average_precision_macro = 0;
  double ranking_loss = 0, lrap = 0, coverage_error = 0;  ///< label ranking: pairs in the wrong order, average precision, labels to go through
};
MultilabelScores multilabel_scores(const Matrix& truth, const Matrix& scores, double threshold = .5);

/// Mean discounted gain of the order that the scores give (equal scores share their places), and the same by the best order's. `k` 0: all places.
double dcg(const Matrix& relevance, const Matrix& scores, std::int64_t k = 0);
double ndcg(const Matrix& relevance, const Matrix& scores, std::int64_t k = 0);

}  // namespace candor::candid
