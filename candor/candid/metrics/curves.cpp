#include "candor/candid/metrics/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/interval.h"

namespace candor::candid {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Weights of rows at or above each different score, highest first.
struct Steps {
  std::vector<double> thresholds, positive, negative;
};

Steps steps(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights) {
  if (truth.size() != scores.size() || (!weights.empty() && weights.size() != truth.size())) {
    fail(ErrorKind::shape, "curve: " + std::to_string(truth.size()) + " labels, " + std::to_string(scores.size()) + " scores, " + std::to_string(weights.size()) + " weights");
  }
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] != 0 && truth[i] != 1) fail(ErrorKind::invalid_argument, "curve: label " + std::to_string(truth[i]) + "; a curve is of 0 against 1");
    if (std::isnan(scores[i])) fail(ErrorKind::invalid_argument, "curve: the score of row " + std::to_string(i + 1) + " is not a number");
  }
  std::vector<std::size_t> order(truth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  Steps out;
  double positive = 0, negative = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (truth[order[i]] ? positive : negative) += weights.empty() ? 1 : weights[order[i]];
    if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]]) continue;
    out.thresholds.push_back(scores[order[i]]);
    out.positive.push_back(positive);
    out.negative.push_back(negative);
  }
  return out;
}

double trapezoids(std::span<const double> x, std::span<const double> y) {
  double area = 0;
  for (std::size_t i = 1; i < x.size(); ++i) area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  return area;
}

// One class of a set against the others.
struct OneClass {
  std::string name;
  std::vector<std::int32_t> truth;
  std::vector<double> scores;
};

std::vector<OneClass> one_against_rest(const Tensor& probabilities, const data::Dataset& set, std::size_t most) {
  const std::size_t classes = set.class_names.size(), rows = static_cast<std::size_t>(set.rows());
  if (!set.is_classification() || probabilities.rank() != 2 || probabilities.shape(0) != set.rows() || probabilities.shape(1) != static_cast<std::int64_t>(classes)) {
    fail(ErrorKind::shape, "curve: probabilities " + to_string(probabilities.shape()) + " for " + std::to_string(rows) + " rows of " + std::to_string(classes) + " classes");
  }
  const std::vector<double> p = probabilities.to_vector<double>();
  const std::vector<std::int32_t> labels = set.targets.to_vector<std::int32_t>();
  std::vector<std::int64_t> counts(classes);
  for (const std::int32_t label : labels) ++counts[static_cast<std::size_t>(label)];
  std::vector<std::size_t> wanted;
  for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) if (counts[c] > 0 && counts[c] < static_cast<std::int64_t>(rows)) wanted.push_back(c);
  std::stable_sort(wanted.begin(), wanted.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  if (wanted.size() > most) wanted.resize(most);
  std::sort(wanted.begin(), wanted.end());
  std::vector<OneClass> out;
  for (const std::size_t c : wanted) {
    OneClass one{set.class_names[c], {}, {}};
    for (std::size_t i = 0; i < rows; ++i) {
      one.truth.push_back(labels[i] == static_cast<std::int32_t>(c));
      one.scores.push_back(p[i * classes + c]);
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::string share(double v) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f", v);
  return text[0] == '0' ? text + 1 : text;
}

// A curve of at most about 200 points: those after which one of the rates has moved by half a percent, and the ends.
Curve thinned(std::string name, const std::vector<double>& x, const std::vector<double>& y) {
  Curve curve{std::move(name), {}, {}};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool end = i == 0 || i + 1 == x.size();
    if (!end && x.size() > 200 && std::abs(x[i] - curve.x.back()) < .01 && std::abs(y[i] - curve.y.back()) < .01) continue;
    curve.x.push_back(x[i]);
    curve.y.push_back(y[i]);
  }
  return curve;
}

}  // namespace

Roc roc_curve(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights, bool drop_intermediate) {
  const Steps s = steps(truth, scores, weights);
  const std::size_t n = s.thresholds.size();
  const double positives = n ? s.positive.back() : 0, negatives = n ? s.negative.back() : 0;
  Roc out{{negatives > 0 ? 0 : nan}, {positives > 0 ? 0 : nan}, {HUGE_VAL}};
  for (std::size_t i = 0; i < n; ++i) {
    if (drop_intermediate && i > 0 && i + 1 < n) {
      const bool straight = s.positive[i + 1] - 2 * s.positive[i] + s.positive[i - 1] == 0 && s.negative[i + 1] - 2 * s.negative[i] + s.negative[i - 1] == 0;
      if (straight) continue;
    }
    out.false_positive_rate.push_back(negatives > 0 ? s.negative[i] / negatives : nan);
    out.true_positive_rate.push_back(positives > 0 ? s.positive[i] / positives : nan);
    out.thresholds.push_back(s.thresholds[i]);
  }
  return out;
}

double roc_auc(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights) {
  const Roc roc = roc_curve(truth, scores, weights);
  return trapezoids(roc.false_positive_rate, roc.true_positive_rate);
}

double partial_auc(std::span<const std::int32_t> truth, std::span<const double> scores, double most, std::span<const double> weights) {
  if (!(most > 0 && most <= 1)) fail(ErrorKind::invalid_argument, "partial_auc: the rate must lie in (0, 1]");
  const Roc roc = roc_curve(truth, scores, weights);
  const std::vector<double>&x = roc.false_positive_rate, &y = roc.true_positive_rate;
  double area = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    if (!(x[i - 1] < most)) break;
    const double stop = std::min(x[i], most), at = x[i] > x[i - 1] ? y[i - 1] + (y[i] - y[i - 1]) * (stop - x[i - 1]) / (x[i] - x[i - 1]) : y[i];
    area += (stop - x[i - 1]) * (y[i - 1] + at) / 2;
  }
  const double least = most * most / 2;
  return .5 * (1 + (area - least) / (most - least));
}

PrecisionRecall precision_recall_curve(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights) {
  const Steps s = steps(truth, scores, weights);
  PrecisionRecall out;
  for (std::size_t i = s.thresholds.size(); i-- > 0;) {
    const double said = s.positive[i] + s.negative[i];
    out.precision.push_back(said > 0 ? s.positive[i] / said : 0);
    out.recall.push_back(s.positive.back() > 0 ? s.positive[i] / s.positive.back() : 1);
    out.thresholds.push_back(s.thresholds[i]);
  }
  out.precision.push_back(1);
  out.recall.push_back(0);
  return out;
}

double average_precision(std::span<const std::int32_t> truth, std::span<const double> scores, std::span<const double> weights) {
  const Steps s = steps(truth, scores, weights);
  if (s.thresholds.empty() || !(s.positive.back() > 0)) return 0;
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < s.thresholds.size(); ++i) {
    sum += (s.positive[i] - before) / s.positive.back() * s.positive[i] / (s.positive[i] + s.negative[i]);
    before = s.positive[i];
  }
  return sum;
}

std::vector<Curve> roc_curves(const Tensor& probabilities, const data::Dataset& set, std::size_t most) {
  std::vector<Curve> curves;
  for (const OneClass& one : one_against_rest(probabilities, set, most)) {
    const Roc roc = roc_curve(one.truth, one.scores);
    curves.push_back(thinned(one.name + ", AUC " + share(roc_auc(one.truth, one.scores)), roc.false_positive_rate, roc.true_positive_rate));
  }
  return curves;
}

std::vector<Curve> precision_recall_curves(const Tensor& probabilities, const data::Dataset& set, std::size_t most) {
  std::vector<Curve> curves;
  for (const OneClass& one : one_against_rest(probabilities, set, most)) {
    PrecisionRecall pr = precision_recall_curve(one.truth, one.scores);
    std::reverse(pr.recall.begin(), pr.recall.end());
    std::reverse(pr.precision.begin(), pr.precision.end());
    curves.push_back(thinned(one.name + ", average precision " + share(average_precision(one.truth, one.scores)), pr.recall, pr.precision));
  }
  return curves;
}

std::vector<Curve> calibration_curves(const Tensor& probabilities, const data::Dataset& set) {
  if (set.rows() == 0) return {};
  const std::size_t classes = set.class_names.size();
  one_against_rest(probabilities, set, 0);  // checks shapes
  const std::vector<double> p = probabilities.to_vector<double>();
  const std::vector<std::int32_t> labels = set.targets.to_vector<std::int32_t>();
  std::vector<double> sums(10);
  std::vector<std::int64_t> counts(10), hits(10);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = p.begin() + static_cast<std::ptrdiff_t>(i * classes);
    const std::size_t said = classes == 2 ? 1 : static_cast<std::size_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(classes)) - row);
    const double confidence = row[static_cast<std::ptrdiff_t>(said)];
    const auto bin = static_cast<std::size_t>(std::clamp(std::ceil(confidence * 10) - 1, 0., 9.));
    sums[bin] += confidence;
    ++counts[bin];
    hits[bin] += labels[i] == static_cast<std::int32_t>(said);
  }
  Curve curve{classes == 2 ? set.class_names[1] : "most probable class", {}, {}};
  for (std::size_t b = 0; b < 10; ++b) {
    if (counts[b] == 0) continue;
    const Interval interval = wilson(hits[b], counts[b]);
    curve.x.push_back(sums[b] / static_cast<double>(counts[b]));
    curve.y.push_back(static_cast<double>(hits[b]) / static_cast<double>(counts[b]));
    curve.low.push_back(interval.low);
    curve.high.push_back(interval.high);
  }
  return {curve};
}

}  // namespace candor::candid
