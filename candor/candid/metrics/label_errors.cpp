#include "candor/candid/metrics/label_errors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>

#include "candor/base/error.h"

namespace candor::candid {

LabelErrors find_label_errors(const Matrix& p, std::span<const std::int32_t> labels) {
  if (static_cast<std::int64_t>(labels.size()) != p.rows || p.rows < 1) fail(ErrorKind::shape, "label errors: " + std::to_string(labels.size()) + " labels for " + std::to_string(p.rows) + " rows");
  const auto classes = static_cast<std::size_t>(p.columns);
  LabelErrors out;
  out.thresholds.assign(classes, 0);
  std::vector<double> counts(classes);
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const std::int32_t label = labels[static_cast<std::size_t>(i)];
    if (label < 0 || label >= p.columns) fail(ErrorKind::invalid_argument, "label errors: label " + std::to_string(label) + " outside 0.." + std::to_string(p.columns - 1));
    out.thresholds[static_cast<std::size_t>(label)] += p.at(i, label);
    ++counts[static_cast<std::size_t>(label)];
  }
  for (std::size_t c = 0; c < classes; ++c) out.thresholds[c] = counts[c] > 0 ? out.thresholds[c] / counts[c] : std::numeric_limits<double>::quiet_NaN();
  out.confident_joint = Matrix::zeros(p.columns, p.columns);
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const std::span<const double> row = p.row(i);
    const std::int32_t label = labels[static_cast<std::size_t>(i)];
    std::int64_t sure = -1;
    double other = -1;
    for (std::size_t c = 0; c < classes; ++c) {
      if (row[c] >= out.thresholds[c] && (sure < 0 || row[c] > row[static_cast<std::size_t>(sure)])) sure = static_cast<std::int64_t>(c);
      if (static_cast<std::int32_t>(c) != label) other = std::max(other, row[c]);
    }
    const std::int64_t best = std::max_element(row.begin(), row.end()) - row.begin();
    if (sure >= 0) ++out.confident_joint.at(label, sure);
    if (sure >= 0 && sure != label) {
      out.flagged.push_back(i);
      if (best != label) out.flagged_and_argmax.push_back(i);
    }
    out.accuracy += (best == label) / static_cast<double>(p.rows);
    out.self_confidence.push_back(row[static_cast<std::size_t>(label)]);
    out.margin.push_back(row[static_cast<std::size_t>(label)] - other);
  }
  out.joint = out.confident_joint;
  double all = 0;
  for (std::int64_t c = 0; c < p.columns; ++c) {
    const std::span<double> row = out.joint.row(c);
    const double sum = std::accumulate(row.begin(), row.end(), 0.), n = counts[static_cast<std::size_t>(c)];
    // Nobody of a class is confidently anything: its rows are taken at their word.
    if (sum == 0) row[static_cast<std::size_t>(c)] = n;
    else for (double& v : row) v *= n / sum;
    all += n;
  }
  for (double& v : out.joint.values) v /= all;
  out.estimated_noise = 1;
  for (std::int64_t c = 0; c < p.columns; ++c) out.estimated_noise -= out.joint.at(c, c);
  std::set<std::int64_t> pruned;
  for (std::int64_t is = 0; is < p.columns; ++is) {
    for (std::int64_t may = 0; may < p.columns; ++may) {
      if (is == may) continue;
      std::vector<std::int64_t> rows;
      for (std::int64_t i = 0; i < p.rows; ++i) if (labels[static_cast<std::size_t>(i)] == is) rows.push_back(i);
      std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) { return p.at(a, may) - p.at(a, is) > p.at(b, may) - p.at(b, is); });
      const auto most = static_cast<std::size_t>(std::max(0., std::nearbyint(static_cast<double>(p.rows) * out.joint.at(is, may))));
      pruned.insert(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(most, rows.size())));
    }
  }
  out.pruned.assign(pruned.begin(), pruned.end());
  return out;
}

Agreement annotator_agreement(const std::vector<std::vector<std::int32_t>>& labels) {
  if (labels.empty() || labels.front().size() < 2) fail(ErrorKind::invalid_argument, "agreement: items with at least two labels are needed");
  std::int32_t classes = 0;
  for (const auto& item : labels) {
    if (item.size() != labels.front().size()) fail(ErrorKind::shape, "agreement: items with different numbers of labels");
    for (const std::int32_t label : item) {
      if (label < 0) fail(ErrorKind::invalid_argument, "agreement: label " + std::to_string(label));
      classes = std::max(classes, label + 1);
    }
  }
  Agreement out;
  const double people = static_cast<double>(labels.front().size()), items = static_cast<double>(labels.size());
  std::vector<double> shares(static_cast<std::size_t>(classes));
  for (const auto& item : labels) {
    std::vector<double> votes(shares.size());
    for (const std::int32_t label : item) ++votes[static_cast<std::size_t>(label)];
    out.majority.push_back(static_cast<std::int32_t>(std::max_element(votes.begin(), votes.end()) - votes.begin()));
    double pairs = 0;
    for (std::size_t c = 0; c < votes.size(); ++c) pairs += votes[c] * (votes[c] - 1), shares[c] += votes[c] / (people * items);
    out.pair_agreement += pairs / (people * (people - 1)) / items;
  }
  double chance = 0;
  for (const double s : shares) chance += s * s;
  out.fleiss_kappa = chance < 1 ? (out.pair_agreement - chance) / (1 - chance) : 1;
  return out;
}

}  // namespace candor::candid
