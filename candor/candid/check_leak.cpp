#include "candor/candid/check_leak.h"

#include <algorithm>

#include "candor/base/text.h"
#include "candor/candid/baselines/run_baselines.h"

namespace candor::candid {
namespace {

constexpr std::int64_t most_columns = 200, most_rows = 5000, least_tests = 50;
constexpr double almost = 0.99;

// The features [first, last) of the rows.
data::Dataset columns_of(const data::Dataset& set, std::int64_t first, std::int64_t last) {
  data::Dataset part = set;
  part.features = set.features.view_slice(1, first, last).contiguous();
  part.feature_names.clear();
  return part;
}

double commonest_share(const data::Dataset& test) {
  const std::vector<std::int64_t> counts = data::class_counts(test);
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) / static_cast<double>(test.rows());
}

}  // namespace

std::vector<Finding> check_leak(const data::Dataset& train, const data::Dataset& test, const std::vector<std::string>& sources) {
  std::vector<Finding> findings;
  if (train.features.rank() != 2 || test.rows() < least_tests || static_cast<std::int64_t>(sources.size()) != train.features.shape(1)) return findings;
  if (!train.is_classification() && train.targets.rank() != 1) return findings;
  if (train.is_classification() && commonest_share(test) > 0.9) return findings;
  std::vector<std::string> names = sources;
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() < 3) return findings;
  const data::Dataset rows = train.rows() > most_rows ? train.slice(0, most_rows) : train;
  std::int64_t first = 0;
  for (std::size_t n = 0; n < names.size() && static_cast<std::int64_t>(n) < most_columns; ++n) {
    std::int64_t last = first;
    while (last < static_cast<std::int64_t>(sources.size()) && sources[static_cast<std::size_t>(last)] == names[n]) ++last;
    const Baselines tree = fit_baselines(columns_of(rows, first, last), columns_of(test, first, last), {.only = {"tree of depth 3"}});
    first = last;
    if (tree.scores.empty() || !(tree.scores.front().value >= almost)) continue;
    findings.push_back({"data.leak", Severity::warning,
                        "column " + quoted(names[n]) + " alone predicts the target almost perfectly (" + (train.is_classification() ? "accuracy " : "R2 ") + score_text(tree.scores.front().value) +
                            " by a tree of three questions): it may be written down after the answer is known, or be the answer in other words; if it is not known when the model is used, leave it out with --ignore " + names[n]});
  }
  return findings;
}

}  // namespace candor::candid
