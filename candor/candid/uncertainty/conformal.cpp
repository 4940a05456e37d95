#include "candor/candid/uncertainty/conformal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::candid {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

void check_coverage(double coverage) {
  if (!(coverage > 0 && coverage < 1)) fail(ErrorKind::invalid_argument, "coverage: a share between 0 and 1 is expected, and " + std::to_string(coverage) + " came");
}

// The probability of a class and of all that are more probable; of equal ones the first comes first.
double mass_up_to(std::span<const double> p, std::size_t c) {
  double sum = 0;
  for (std::size_t k = 0; k < p.size(); ++k)
    if (p[k] > p[c] || (p[k] == p[c] && k <= c)) sum += p[k];
  return sum;
}

double score_of(std::span<const double> p, std::size_t c, SetMethod method) { return method == SetMethod::lac ? 1 - p[c] : mass_up_to(p, c); }

std::vector<std::size_t> by_probability(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  return order;
}

void check_folds(std::size_t members, std::span<const std::int32_t> fold, std::size_t scores) {
  if (fold.size() != scores) fail(ErrorKind::shape, "conformal: " + std::to_string(fold.size()) + " folds for " + std::to_string(scores) + " held-out rows");
  for (const std::int32_t f : fold)
    if (f < 0 || static_cast<std::size_t>(f) >= members) fail(ErrorKind::invalid_argument, "conformal: fold " + std::to_string(f) + " of " + std::to_string(members) + " members");
}

}  // namespace

ConformalScores::ConformalScores(std::vector<double> scores) : rows_(static_cast<std::int64_t>(scores.size())) {
  for (const double s : scores)
    if (std::isnan(s)) fail(ErrorKind::invalid_argument, "conformal: a score is not a number");
  std::sort(scores.begin(), scores.end());
  constexpr std::int64_t most = 1000;
  // The largest ones are what high coverage reads: the last hundred are all kept.
  for (std::int64_t i = 0; i < rows_; ++i) {
    const bool keep = rows_ <= most || i >= rows_ - 100 || i * (most - 100) / rows_ != (i + 1) * (most - 100) / rows_;
    if (keep) kept_.push_back(scores[static_cast<std::size_t>(i)]), rank_.push_back(i + 1);
  }
}

double ConformalScores::threshold(double coverage) const {
  check_coverage(coverage);
  const auto rank = static_cast<std::int64_t>(std::ceil(static_cast<double>(rows_ + 1) * coverage - 1e-9));
  const auto at = std::lower_bound(rank_.begin(), rank_.end(), rank);
  return at == rank_.end() ? infinite : kept_[static_cast<std::size_t>(at - rank_.begin())];
}

double ConformalScores::p_value(double score) const {
  const auto at = std::lower_bound(kept_.begin(), kept_.end(), score);
  // Between two that were kept, all are counted as if they were as strange.
  const std::int64_t below = at == kept_.begin() ? 0 : rank_[static_cast<std::size_t>(at - kept_.begin()) - 1];
  return static_cast<double>(1 + rows_ - below) / static_cast<double>(rows_ + 1);
}

Config ConformalScores::config() const {
  Config out = Config::map();
  return out.set("rows", rows_).set("scores", Config::numbers(kept_)).set("ranks", Config::integers(rank_));
}

ConformalScores ConformalScores::from_config(const Config& config) {
  ConformalScores out;
  out.rows_ = config.at("rows").integer();
  out.kept_ = config.at("scores").to_numbers();
  out.rank_ = config.at("ranks").to_integers();
  bool good = out.rows_ >= 0 && out.kept_.size() == out.rank_.size() && std::is_sorted(out.kept_.begin(), out.kept_.end());
  for (std::size_t i = 0; good && i < out.rank_.size(); ++i)
    good = out.rank_[i] > (i ? out.rank_[i - 1] : 0) && out.rank_[i] <= out.rows_ && !std::isnan(out.kept_[i]);
  if (!good) fail(ErrorKind::corrupt, "the scores of held-out rows do not rise, or there are more of them than rows");
  return out;
}

SetMethod set_method_from(const std::string& name) {
  if (name == "lac") return SetMethod::lac;
  if (name == "aps") return SetMethod::aps;
  fail(ErrorKind::invalid_argument, "sets of classes are made by lac or aps, and " + quoted(name) + " came");
}

std::string to_string(SetMethod method) { return method == SetMethod::lac ? "lac" : "aps"; }

std::vector<double> truth_scores(const Matrix& p, std::span<const std::int32_t> truth, SetMethod method) {
  if (p.rows != static_cast<std::int64_t>(truth.size())) fail(ErrorKind::shape, "conformal: " + std::to_string(p.rows) + " rows of probabilities for " + std::to_string(truth.size()) + " labels");
  std::vector<double> out;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const std::int32_t label = truth[static_cast<std::size_t>(i)];
    if (label < 0 || label >= p.columns) fail(ErrorKind::invalid_argument, "conformal: label " + std::to_string(label) + " of " + std::to_string(p.columns) + " classes");
    out.push_back(score_of(p.row(i), static_cast<std::size_t>(label), method));
  }
  return out;
}

std::vector<std::int32_t> prediction_set(std::span<const double> p, SetMethod method, double threshold) {
  std::vector<std::int32_t> out;
  for (const std::size_t c : by_probability(p))
    if (out.empty() || score_of(p, c, method) <= threshold) out.push_back(static_cast<std::int32_t>(c));
  return out;
}

std::vector<double> value_scores_of(std::span<const double> truth, std::span<const double> predicted, std::span<const double> difficulty) {
  if (truth.size() != predicted.size() || (!difficulty.empty() && difficulty.size() != truth.size()))
    fail(ErrorKind::shape, "conformal: " + std::to_string(predicted.size()) + " predictions and " + std::to_string(difficulty.size()) + " difficulties for " + std::to_string(truth.size()) + " values");
  const double floor = difficulty.empty() ? 0 : std::accumulate(difficulty.begin(), difficulty.end(), 0.0) / static_cast<double>(difficulty.size()) / 1000;
  std::vector<double> out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = std::abs(truth[i] - predicted[i]);
    out.push_back(difficulty.empty() ? error : error / std::max({difficulty[i], floor, std::numeric_limits<double>::min()}));
  }
  return out;
}

Interval cross_interval(std::span<const double> members, std::span<const std::int32_t> fold, std::span<const double> residuals, double coverage) {
  check_coverage(coverage);
  check_folds(members.size(), fold, residuals.size());
  std::vector<double> low, high;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const double said = members[static_cast<std::size_t>(fold[i])];
    low.push_back(said - residuals[i]), high.push_back(said + residuals[i]);
  }
  std::sort(low.begin(), low.end());
  std::sort(high.begin(), high.end());
  const std::size_t n = residuals.size();
  const auto rank = static_cast<std::size_t>(std::ceil(static_cast<double>(n + 1) * coverage - 1e-9));
  if (rank > n) return {-infinite, infinite};
  return {low[n - rank], high[rank - 1]};
}

std::vector<std::int32_t> cross_set(const Matrix& members, std::span<const std::int32_t> fold, std::span<const double> scores, SetMethod method, double coverage) {
  check_coverage(coverage);
  check_folds(static_cast<std::size_t>(members.rows), fold, scores.size());
  std::vector<double> mean(static_cast<std::size_t>(members.columns));
  for (std::int64_t m = 0; m < members.rows; ++m)
    for (std::int64_t c = 0; c < members.columns; ++c) mean[static_cast<std::size_t>(c)] += members.at(m, c) / static_cast<double>(members.rows);
  std::vector<std::int32_t> out;
  for (const std::size_t c : by_probability(mean)) {
    // In how many held-out rows was the truth less strange to its member than this class is to the same member?
    std::int64_t less = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) less += scores[i] < score_of(members.row(fold[i]), c, method);
    if (out.empty() || static_cast<double>(less) < coverage * static_cast<double>(scores.size() + 1)) out.push_back(static_cast<std::int32_t>(c));
  }
  return out;
}

}  // namespace candor::candid
