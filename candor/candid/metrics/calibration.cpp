#include "candor/candid/metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

void check(std::size_t a, std::size_t b) {
  if (a != b) fail(ErrorKind::shape, "calibration: " + std::to_string(a) + " answers for " + std::to_string(b) + " labels");
  if (a == 0) fail(ErrorKind::invalid_argument, "calibration: no rows");
}
void check_bins(int bins) {
  if (bins < 1) fail(ErrorKind::invalid_argument, "calibration: at least one bin is needed");
}

double sigmoid(double z) { return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z)); }

}  // namespace

Reliability reliability(std::span<const double> confidence, std::span<const std::int32_t> hits, int bins) {
  check(confidence.size(), hits.size());
  check_bins(bins);
  const auto size = static_cast<std::size_t>(bins);
  Reliability out{std::vector<std::int64_t>(size), std::vector<double>(size), std::vector<double>(size)};
  std::vector<double> edges;
  for (int k = 1; k < bins; ++k) edges.push_back(static_cast<double>(k) / bins);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto bin = static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), confidence[i]) - edges.begin());
    ++out.count[bin];
    out.mean_confidence[bin] += confidence[i];
    out.accuracy[bin] += hits[i];
  }
  const double all = static_cast<double>(hits.size());
  for (std::size_t b = 0; b < size; ++b) {
    const double n = static_cast<double>(out.count[b]);
    out.mean_confidence[b] /= n, out.accuracy[b] /= n;  // NaN without rows
    if (out.count[b] == 0) {
      out.mean_confidence[b] = out.accuracy[b] = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const double gap = std::abs(out.accuracy[b] - out.mean_confidence[b]);
    out.ece += n / all * gap;
    out.mce = std::max(out.mce, gap);
    out.rmsce += n / all * gap * gap;
  }
  out.rmsce = std::sqrt(out.rmsce);
  return out;
}

Reliability reliability(const Matrix& probabilities, std::span<const std::int32_t> truth, int bins) {
  check(static_cast<std::size_t>(probabilities.rows), truth.size());
  std::vector<double> confidence;
  std::vector<std::int32_t> hits;
  for (std::int64_t i = 0; i < probabilities.rows; ++i) {
    const std::span<const double> row = probabilities.row(i);
    const auto best = std::max_element(row.begin(), row.end());
    confidence.push_back(*best);
    hits.push_back(best - row.begin() == truth[static_cast<std::size_t>(i)]);
  }
  return reliability(confidence, hits, bins);
}

double equal_mass_ece(std::span<const double> confidence, std::span<const std::int32_t> hits, int bins) {
  check(confidence.size(), hits.size());
  check_bins(bins);
  std::vector<std::size_t> order(hits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return confidence[a] < confidence[b]; });
  const std::size_t each = hits.size() / static_cast<std::size_t>(bins), longer = hits.size() % static_cast<std::size_t>(bins);
  double ece = 0;
  for (std::size_t b = 0, at = 0; b < static_cast<std::size_t>(bins); ++b) {
    const std::size_t count = each + (b < longer);
    double gap = 0;
    for (std::size_t i = 0; i < count; ++i, ++at) gap += hits[order[at]] - confidence[order[at]];
    ece += std::abs(gap) / static_cast<double>(hits.size());
  }
  return ece;
}

double classwise_ece(const Matrix& probabilities, std::span<const std::int32_t> truth, int bins) {
  check(static_cast<std::size_t>(probabilities.rows), truth.size());
  double sum = 0;
  for (std::int64_t c = 0; c < probabilities.columns; ++c) {
    std::vector<double> confidence;
    std::vector<std::int32_t> hits;
    for (std::int64_t i = 0; i < probabilities.rows; ++i) confidence.push_back(probabilities.at(i, c)), hits.push_back(truth[static_cast<std::size_t>(i)] == c);
    sum += reliability(confidence, hits, bins).ece;
  }
  return sum / static_cast<double>(probabilities.columns);
}

Matrix softmax_rows(const Matrix& logits, double temperature) {
  Matrix p = logits;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const std::span<double> row = p.row(i);
    const double top = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (double& v : row) sum += v = std::exp((v - top) / temperature);
    for (double& v : row) v /= sum;
  }
  return p;
}

double mean_nll(const Matrix& logits, std::span<const std::int32_t> truth, double temperature) {
  check(static_cast<std::size_t>(logits.rows), truth.size());
  double sum = 0;
  for (std::int64_t i = 0; i < logits.rows; ++i) {
    const std::span<const double> row = logits.row(i);
    const double top = *std::max_element(row.begin(), row.end());
    double all = 0;
    for (const double v : row) all += std::exp((v - top) / temperature);
    sum += std::log(all) - (row[static_cast<std::size_t>(truth[static_cast<std::size_t>(i)])] - top) / temperature;
  }
  return sum / static_cast<double>(logits.rows);
}

double best_temperature(const Matrix& logits, std::span<const std::int32_t> truth) {
  check(static_cast<std::size_t>(logits.rows), truth.size());
  // Convex in 1 / temperature: the derivative there is mean(expected logit - logit of the truth), and rises.
  const auto slope = [&](double inverse) {
    double sum = 0;
    for (std::int64_t i = 0; i < logits.rows; ++i) {
      const std::span<const double> row = logits.row(i);
      const double top = *std::max_element(row.begin(), row.end());
      double all = 0, expected = 0;
      for (const double v : row) {
        const double e = std::exp((v - top) * inverse);
        all += e, expected += e * v;
      }
      sum += expected / all - row[static_cast<std::size_t>(truth[static_cast<std::size_t>(i)])];
    }
    return sum;
  };
  double low = 1e-4, high = 1e4;  // temperatures from .0001 to 10,000: beyond, everything or nothing is right
  if (slope(low) > 0) return 1 / low;
  if (slope(high) < 0) return 1 / high;
  for (int i = 0; i < 200; ++i) {
    const double middle = std::sqrt(low * high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  return 1 / std::sqrt(low * high);
}

double Platt::operator()(double score) const { return sigmoid(a * score + b); }

Platt platt_scaling(std::span<const double> scores, std::span<const std::int32_t> truth, bool smoothed) {
  check(scores.size(), truth.size());
  double positives = 0;
  for (const std::int32_t t : truth) positives += t == 1;
  const double negatives = static_cast<double>(truth.size()) - positives;
  const double high = smoothed ? (positives + 1) / (positives + 2) : 1, low = smoothed ? 1 / (negatives + 2) : 0;
  const auto nll = [&](double a, double b) {
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double z = a * scores[i] + b, t = truth[i] == 1 ? high : low;
      sum += std::log1p(std::exp(-std::abs(z))) + std::max(z, 0.) - t * z;
    }
    return sum / static_cast<double>(truth.size());
  };
  Platt fit;
  fit.a = 0, fit.b = std::log((positives + 1) / (negatives + 1));
  fit.nll = nll(fit.a, fit.b);
  for (int iteration = 0; iteration < 200; ++iteration) {
    double ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double p = fit(scores[i]), d = p - (truth[i] == 1 ? high : low), w = p * (1 - p);
      ga += d * scores[i], gb += d, haa += w * scores[i] * scores[i], hab += w * scores[i], hbb += w;
    }
    if (std::max(std::abs(ga), std::abs(gb)) < 1e-12) break;
    const double determinant = haa * hbb - hab * hab, da = (hbb * ga - hab * gb) / determinant, db = (haa * gb - hab * ga) / determinant;
    double step = 1, next = nll(fit.a - da, fit.b - db);
    for (int tries = 0; tries < 60 && !(next <= fit.nll); ++tries) step /= 2, next = nll(fit.a - step * da, fit.b - step * db);
    if (!(next <= fit.nll)) break;
    fit.a -= step * da, fit.b -= step * db, fit.nll = next;
  }
  return fit;
}

double Isotonic::operator()(double score) const {
  if (x.empty() || std::isnan(score)) return std::numeric_limits<double>::quiet_NaN();
  if (score <= x.front()) return y.front();
  if (score >= x.back()) return y.back();
  const auto above = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), score) - x.begin());
  return y[above - 1] + (y[above] - y[above - 1]) * (score - x[above - 1]) / (x[above] - x[above - 1]);
}

Isotonic isotonic_regression(std::span<const double> scores, std::span<const double> truth, std::span<const double> weights) {
  check(scores.size(), truth.size());
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  struct Block {
    double sum, weight;
    std::size_t first, last;  // among the distinct scores
  };
  std::vector<double> distinct;
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < order.size();) {
    Block one{0, 0, distinct.size(), distinct.size()};
    const double score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i) {
      const double w = weights.empty() ? 1 : weights[order[i]];
      one.sum += w * truth[order[i]], one.weight += w;
    }
    distinct.push_back(score);
    blocks.push_back(one);
    while (blocks.size() > 1 && blocks[blocks.size() - 2].sum / blocks[blocks.size() - 2].weight >= blocks.back().sum / blocks.back().weight) {
      Block& before = blocks[blocks.size() - 2];
      before.sum += blocks.back().sum, before.weight += blocks.back().weight, before.last = blocks.back().last;
      blocks.pop_back();
    }
  }
  Isotonic fit;
  for (const Block& b : blocks) {
    for (const std::size_t at : {b.first, b.last}) {
      if (!fit.x.empty() && fit.x.back() == distinct[at]) continue;
      fit.x.push_back(distinct[at]);
      fit.y.push_back(b.sum / b.weight);
    }
  }
  return fit;
}

}  // namespace candor::candid
