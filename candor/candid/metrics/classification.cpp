#include "candor/candid/metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "candor/base/error.h"
#include "candor/candid/metrics/curves.h"

namespace candor::candid {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

double weight(std::span<const double> weights, std::size_t i) { return weights.empty() ? 1 : weights[i]; }

void check(std::size_t truth, std::int64_t rows, std::span<const double> weights) {
  if (static_cast<std::int64_t>(truth) != rows || (!weights.empty() && weights.size() != truth)) {
    fail(ErrorKind::shape, "score: " + std::to_string(truth) + " labels, " + std::to_string(rows) + " answers, " + std::to_string(weights.size()) + " weights");
  }
}
void check_labels(std::span<const std::int32_t> labels, std::int64_t classes) {
  for (const std::int32_t label : labels) {
    if (label < 0 || label >= classes) fail(ErrorKind::invalid_argument, "score: label " + std::to_string(label) + " outside 0.." + std::to_string(classes - 1));
  }
}

template <class Row>
double weighted_mean(std::size_t n, std::span<const double> weights, Row row) {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < n; ++i) sum += weight(weights, i) * row(i), all += weight(weights, i);
  return sum / all;
}

}  // namespace

Matrix confusion_matrix(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, int classes, std::span<const double> weights) {
  check(truth.size(), static_cast<std::int64_t>(predicted.size()), weights);
  check_labels(truth, classes);
  check_labels(predicted, classes);
  Matrix counts = Matrix::zeros(classes, classes);
  for (std::size_t i = 0; i < truth.size(); ++i) counts.at(truth[i], predicted[i]) += weight(weights, i);
  return counts;
}

ClassificationScores::ClassificationScores(Matrix confusion, double zero_division) : counts_(std::move(confusion)), zero_(zero_division) {
  if (counts_.rows != counts_.columns || counts_.rows < 1) fail(ErrorKind::shape, "score: a confusion matrix has as many rows as columns");
}

double ClassificationScores::truth(std::int64_t c) const {
  double sum = 0;
  for (std::int64_t j = 0; j < counts_.columns; ++j) sum += counts_.at(c, j);
  return sum;
}
double ClassificationScores::predicted(std::int64_t c) const {
  double sum = 0;
  for (std::int64_t i = 0; i < counts_.rows; ++i) sum += counts_.at(i, c);
  return sum;
}

double ClassificationScores::accuracy() const {
  double hits = 0, all = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) hits += counts_.at(c, c), all += truth(c);
  return all > 0 ? hits / all : std::numeric_limits<double>::quiet_NaN();
}

double ClassificationScores::balanced_accuracy() const {
  double sum = 0, classes = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) {
    if (truth(c) > 0) sum += counts_.at(c, c) / truth(c), ++classes;
  }
  return sum / classes;
}

double ClassificationScores::f_beta(std::int64_t c, double beta) const {
  const double b = beta * beta, hits = counts_.at(c, c), below = b * truth(c) + predicted(c);
  return below > 0 ? (1 + b) * hits / below : zero_;
}

std::vector<PrecisionRecallF1> ClassificationScores::per_class() const {
  std::vector<PrecisionRecallF1> all;
  for (std::int64_t c = 0; c < counts_.rows; ++c) {
    all.push_back({predicted(c) > 0 ? counts_.at(c, c) / predicted(c) : zero_, truth(c) > 0 ? counts_.at(c, c) / truth(c) : zero_, f_beta(c, 1)});
  }
  return all;
}

PrecisionRecallF1 ClassificationScores::micro() const { return {accuracy(), accuracy(), accuracy()}; }

PrecisionRecallF1 ClassificationScores::macro() const {
  PrecisionRecallF1 mean;
  const double n = static_cast<double>(counts_.rows);
  for (const PrecisionRecallF1& one : per_class()) mean.precision += one.precision / n, mean.recall += one.recall / n, mean.f1 += one.f1 / n;
  return mean;
}

PrecisionRecallF1 ClassificationScores::weighted() const {
  PrecisionRecallF1 mean;
  double all = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) all += truth(c);
  const std::vector<PrecisionRecallF1> each = per_class();
  for (std::int64_t c = 0; c < counts_.rows; ++c) {
    const double share = truth(c) / all;
    const PrecisionRecallF1& one = each[static_cast<std::size_t>(c)];
    mean.precision += share * one.precision, mean.recall += share * one.recall, mean.f1 += share * one.f1;
  }
  return mean;
}

double ClassificationScores::f_beta_macro(double beta) const {
  double sum = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) sum += f_beta(c, beta) / static_cast<double>(counts_.rows);
  return sum;
}

double ClassificationScores::jaccard_macro() const {
  double sum = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) {
    const double either = truth(c) + predicted(c) - counts_.at(c, c);
    sum += (either > 0 ? counts_.at(c, c) / either : zero_) / static_cast<double>(counts_.rows);
  }
  return sum;
}

double ClassificationScores::matthews() const {
  double hits = 0, all = 0, cross = 0, truths = 0, answers = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) {
    hits += counts_.at(c, c), all += truth(c);
    cross += truth(c) * predicted(c), truths += truth(c) * truth(c), answers += predicted(c) * predicted(c);
  }
  const double below = (all * all - answers) * (all * all - truths);
  return below > 1e-12 * all * all * all * all ? (hits * all - cross) / std::sqrt(below) : 0;
}

double ClassificationScores::kappa(int power) const {
  double seen = 0, expected = 0, all = 0;
  for (std::int64_t c = 0; c < counts_.rows; ++c) all += truth(c);
  for (std::int64_t i = 0; i < counts_.rows; ++i) {
    for (std::int64_t j = 0; j < counts_.columns; ++j) {
      const double distance = i == j ? 0 : power == 0 ? 1 : std::pow(static_cast<double>(std::abs(i - j)), power);
      seen += distance * counts_.at(i, j);
      expected += distance * truth(i) * predicted(j) / all;
    }
  }
  return expected > 0 ? 1 - seen / expected : 0;
}

AtThreshold at_threshold(std::span<const std::int32_t> truth, std::span<const double> scores, double threshold, std::span<const double> weights) {
  std::vector<std::int32_t> said;
  for (const double s : scores) said.push_back(s >= threshold);
  const Matrix c = confusion_matrix(truth, said, 2, weights);
  const ClassificationScores all(c);
  const PrecisionRecallF1 positive = all.per_class()[1];
  const double negatives = c.at(0, 0) + c.at(0, 1);
  return {all.accuracy(), positive.precision, positive.recall, positive.f1, all.matthews(), negatives > 0 ? c.at(0, 0) / negatives : 0, all.balanced_accuracy()};
}

double log_loss(std::span<const std::int32_t> truth, const Matrix& probabilities, std::span<const double> weights) {
  check(truth.size(), probabilities.rows, weights);
  check_labels(truth, std::max<std::int64_t>(2, probabilities.columns));
  return weighted_mean(truth.size(), weights, [&](std::size_t i) {
    const auto row = static_cast<std::int64_t>(i);
    const double p = probabilities.columns == 1 ? (truth[i] ? probabilities.at(row, 0) : 1 - probabilities.at(row, 0)) : probabilities.at(row, truth[i]);
    return -std::log(std::clamp(p, eps, 1 - eps));
  });
}

double brier(std::span<const std::int32_t> truth, const Matrix& probabilities, std::span<const double> weights) {
  check(truth.size(), probabilities.rows, weights);
  return weighted_mean(truth.size(), weights, [&](std::size_t i) {
    const auto row = static_cast<std::int64_t>(i);
    if (probabilities.columns == 1) return std::pow(probabilities.at(row, 0) - truth[i], 2);
    double sum = 0;
    for (std::int64_t c = 0; c < probabilities.columns; ++c) sum += std::pow(probabilities.at(row, c) - (truth[i] == c ? 1 : 0), 2);
    return sum;
  });
}

double top_k_accuracy(std::span<const std::int32_t> truth, const Matrix& probabilities, int k, std::span<const double> weights) {
  check(truth.size(), probabilities.rows, weights);
  check_labels(truth, probabilities.columns);
  return weighted_mean(truth.size(), weights, [&](std::size_t i) {
    const auto row = probabilities.row(static_cast<std::int64_t>(i));
    const double own = row[static_cast<std::size_t>(truth[i])];
    std::int64_t before = 0;  // a higher class goes before an equal one, as when sorted from the end
    for (std::size_t c = 0; c < row.size(); ++c) before += row[c] > own || (row[c] == own && static_cast<std::int32_t>(c) > truth[i]);
    return before < k ? 1. : 0.;
  });
}

std::vector<double> auc_one_against_rest(std::span<const std::int32_t> truth, const Matrix& probabilities, std::span<const double> weights) {
  check(truth.size(), probabilities.rows, weights);
  std::vector<double> areas;
  for (std::int64_t c = 0; c < probabilities.columns; ++c) {
    std::vector<std::int32_t> is;
    std::vector<double> scores;
    for (std::size_t i = 0; i < truth.size(); ++i) is.push_back(truth[i] == c), scores.push_back(probabilities.at(static_cast<std::int64_t>(i), c));
    areas.push_back(roc_auc(is, scores, weights));
  }
  return areas;
}

double auc_one_against_one(std::span<const std::int32_t> truth, const Matrix& probabilities, bool by_prevalence) {
  check(truth.size(), probabilities.rows, {});
  double sum = 0, all = 0;
  for (std::int64_t a = 0; a < probabilities.columns; ++a) {
    for (std::int64_t b = a + 1; b < probabilities.columns; ++b) {
      std::vector<std::int32_t> is_a, is_b;
      std::vector<double> score_a, score_b;
      for (std::size_t i = 0; i < truth.size(); ++i) {
        if (truth[i] != a && truth[i] != b) continue;
        is_a.push_back(truth[i] == a), is_b.push_back(truth[i] == b);
        score_a.push_back(probabilities.at(static_cast<std::int64_t>(i), a)), score_b.push_back(probabilities.at(static_cast<std::int64_t>(i), b));
      }
      const double share = by_prevalence ? static_cast<double>(is_a.size()) : 1;
      sum += share * (roc_auc(is_a, score_a) + roc_auc(is_b, score_b)) / 2;
      all += share;
    }
  }
  return sum / all;
}

}  // namespace candor::candid
