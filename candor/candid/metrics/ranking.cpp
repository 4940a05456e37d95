// Several labels at once and the order of answers: the rest of classification.h.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/candid/metrics/classification.h"
#include "candor/candid/metrics/curves.h"

namespace candor::candid {
namespace {

void check(const Matrix& a, const Matrix& b) {
  if (a.rows != b.rows || a.columns != b.columns || a.rows < 1) fail(ErrorKind::shape, "score: truth and scores must have the same shape, and rows");
}

double f1(double both, double truth, double said) { return truth + said > 0 ? 2 * both / (truth + said) : 0; }

// Sum over places of gain / log2(1 + place), equal scores with the mean of their gains; places beyond k count nothing.
double discounted(std::span<const double> gains, std::span<const double> scores, std::int64_t k) {
  std::vector<std::size_t> order(gains.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  double sum = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    double gain = 0, discount = 0;
    for (; j < order.size() && scores[order[j]] == scores[order[i]]; ++j) {
      gain += gains[order[j]];
      if (k <= 0 || static_cast<std::int64_t>(j) < k) discount += 1 / std::log2(static_cast<double>(j) + 2);
    }
    sum += gain / static_cast<double>(j - i) * discount;
    i = j;
  }
  return sum;
}

}  // namespace

double dcg(const Matrix& relevance, const Matrix& scores, std::int64_t k) {
  check(relevance, scores);
  double sum = 0;
  for (std::int64_t i = 0; i < relevance.rows; ++i) sum += discounted(relevance.row(i), scores.row(i), k) / static_cast<double>(relevance.rows);
  return sum;
}

double ndcg(const Matrix& relevance, const Matrix& scores, std::int64_t k) {
  check(relevance, scores);
  double sum = 0;
  for (std::int64_t i = 0; i < relevance.rows; ++i) {
    // The best order has the gains themselves as scores; its sum needs no mean over ties.
    const double best = discounted(relevance.row(i), relevance.row(i), k);
    if (best > 0) sum += discounted(relevance.row(i), scores.row(i), k) / best / static_cast<double>(relevance.rows);
  }
  return sum;
}

MultilabelScores multilabel_scores(const Matrix& truth, const Matrix& scores, double threshold) {
  check(truth, scores);
  MultilabelScores out;
  const double rows = static_cast<double>(truth.rows), labels = static_cast<double>(truth.columns);
  double all_both = 0, all_truth = 0, all_said = 0;
  for (std::int64_t j = 0; j < truth.columns; ++j) {
    double both = 0, is = 0, said = 0;
    std::vector<std::int32_t> column;
    std::vector<double> score;
    for (std::int64_t i = 0; i < truth.rows; ++i) {
      const bool t = truth.at(i, j) != 0, s = scores.at(i, j) >= threshold;
      both += t && s, is += t, said += s;
      out.hamming_loss += (t != s) / (rows * labels);
      column.push_back(t), score.push_back(scores.at(i, j));
    }
    out.f1_macro += f1(both, is, said) / labels;
    out.f1_weighted += is * f1(both, is, said);
    out.auc_macro += roc_auc(column, score) / labels;
    out.average_precision_macro += average_precision(column, score) / labels;
    all_both += both, all_truth += is, all_said += said;
  }
  out.f1_weighted /= all_truth;
  out.f1_micro = f1(all_both, all_truth, all_said);
  for (std::int64_t i = 0; i < truth.rows; ++i) {
    double both = 0, is = 0, said = 0, wrong_pairs = 0, precision = 0, farthest = 0;
    bool equal = true;
    for (std::int64_t j = 0; j < truth.columns; ++j) {
      const bool t = truth.at(i, j) != 0, s = scores.at(i, j) >= threshold;
      both += t && s, is += t, said += s, equal &= t == s;
      if (!t) continue;
      double rank = 0, right = 0;  // labels that stand as high or higher
      for (std::int64_t k = 0; k < truth.columns; ++k) {
        const bool before = scores.at(i, k) >= scores.at(i, j);
        rank += before, right += before && truth.at(i, k) != 0;
        wrong_pairs += before && truth.at(i, k) == 0;
      }
      precision += right / rank;
      farthest = std::max(farthest, rank);
    }
    out.subset_accuracy += equal / rows;
    out.f1_samples += f1(both, is, said) / rows;
    out.lrap += (is > 0 && is < labels ? precision / is : 1) / rows;
    if (is > 0 && is < labels) out.ranking_loss += wrong_pairs / (is * (labels - is)) / rows;
    out.coverage_error += farthest / rows;
  }
  return out;
}

}  // namespace candor::candid
