#include "candor/candid/result/ranking.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/check.h"
#include "candor/candid/metrics/distributions.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid {
namespace {

double median_of(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted_quantile(sorted, .5);
}

bool has_interval(const Result& r) { return r.interval.low < r.interval.high; }
bool inside(double value, const Interval& i) { return value >= i.low && value <= i.high; }

}  // namespace

std::vector<Finding> check_ranking(std::span<const Result> results) {
  if (results.size() < 2) skip("there is one result: nothing to rank");
  std::vector<Finding> findings;
  const auto add = [&](Severity severity, const std::string& message) { findings.push_back({"result.interval", severity, message}); };
  std::vector<std::string> parts, bare, single;
  const Result* best = &results[0];
  std::string list;
  for (const Result& r : results) {
    if (r.metric != results[0].metric) {
      add(Severity::warning, r.name + " is judged by " + r.metric + " and " + results[0].name + " by " + results[0].metric + ": two numbers that cannot be set beside each other");
      return findings;
    }
    if (r.value > best->value) best = &r;
    if (!has_interval(r)) bare.push_back(r.name);
    if (r.seeds < 2) single.push_back(r.name);
    if (std::find(parts.begin(), parts.end(), r.test_rows) == parts.end()) parts.push_back(r.test_rows);
    list += (list.empty() ? "" : ", ") + r.name + " " + score_text(r.value) + (has_interval(r) ? " (" + score_text(r.interval.low) + " to " + score_text(r.interval.high) + ")" : "");
  }
  if (parts.size() > 1)
    add(Severity::warning, "not comparable: " + std::to_string(results.size()) + " results were judged on " + std::to_string(parts.size()) + " different sets of test rows (" + list +
                               "); part of a difference is that the rows differ: judge all on the same rows, with `candor compare`");
  if (!bare.empty()) add(Severity::warning, "no interval is known of " + name_list(bare, 5) + ": without it a difference may be chance");
  std::vector<std::string> near;
  for (const Result& r : results)
    if (&r != best && ((has_interval(r) && inside(best->value, r.interval)) || (has_interval(*best) && inside(r.value, best->interval)))) near.push_back(r.name);
  if (!near.empty())
    add(Severity::warning, "no difference shown between " + best->name + " and " + name_list(near, 5) + ": each lies inside the other's 95 % interval (" + list + "); they are not ranked");
  if (!single.empty() && single.size() == results.size())
    add(Severity::note, "each of them is one training with one seed, and another seed gives another score: `candor train --seeds 5` says how far they lie apart");
  return findings;
}

PairedSeeds compare_seeds(std::span<const double> a, std::span<const double> b, const std::string& metric) {
  if (a.size() != b.size()) fail(ErrorKind::shape, "seeds: " + std::to_string(a.size()) + " scores against " + std::to_string(b.size()) + "; both choices need the same seeds");
  if (a.size() < 2) fail(ErrorKind::invalid_argument, "seeds: one seed is not a result; at least two are needed");
  const PairedTests t = paired_tests(a, b);
  PairedSeeds out{median_of(a), median_of(b), t.mean_difference, t.interval, static_cast<int>(a.size())};
  if (metric == "accuracy") out.interval = {std::max(out.interval.low, -1.), std::min(out.interval.high, 1.)};
  if (a.size() >= 3) out.verdict = t.interval.low > 0 ? 1 : t.interval.high < 0 ? -1 : 0;
  return out;
}

SeedSummary summarise_seeds(std::span<const double> scores, const std::string& metric, std::int64_t rows) {
  if (scores.empty()) fail(ErrorKind::invalid_argument, "seeds: there are no scores");
  SeedSummary out{median_of(scores)};
  const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
  out.least = *low, out.most = *high;
  for (const double s : scores) out.mean += s / static_cast<double>(scores.size());
  out.interval = {out.mean, out.mean};
  if (scores.size() >= 2) {
    const double n = static_cast<double>(scores.size()), step = metric == "accuracy" && rows > 0 ? .5 / static_cast<double>(rows) : 0;
    double squares = 0;
    for (const double s : scores) squares += (s - out.mean) * (s - out.mean);
    const double half = student_quantile(.975, n - 1) * std::max(std::sqrt(squares / (n - 1)), step) / std::sqrt(n);
    out.interval = {out.mean - half, out.mean + half};
    if (metric == "accuracy") out.interval.low = std::max(out.interval.low, 0.);
    if (metric == "accuracy" || metric == "r2") out.interval.high = std::min(out.interval.high, 1.);
  }
  return out;
}

}  // namespace candor::candid
