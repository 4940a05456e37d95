// Wrong labels found as recorded, from the stored probabilities.
#include "candor/candid/metrics/label_errors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/support/errors.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::candid {
namespace {

using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

// Hashes of pictures belong to the search for near-duplicates.
std::vector<StatCase> cases() {
  std::vector<StatCase> all = testing::stat_cases("labels");
  std::erase_if(all, [](const StatCase& one) { return one.name.rfind("image-hashes", 0) == 0; });
  return all;
}

class Labels : public ::testing::TestWithParam<StatCase> {};

TEST_P(Labels, AsRecorded) {
  const StatCase& c = GetParam();
  StatCheck check(c);
  if (c.has("labels")) {
    const Agreement a = annotator_agreement(c.value("labels").get<std::vector<std::vector<std::int32_t>>>());
    check.expect("majority", a.majority), check.expect("fleiss_kappa", a.fleiss_kappa), check.expect("pair_agreement", a.pair_agreement);
    return;
  }
  ASSERT_TRUE(c.has("proba")) << "nothing for " << c.name << ": " << c.what;
  const Matrix p = c.matrix("proba");
  const LabelErrors found = find_label_errors(p, c.labels("y_noisy"));
  check.expect("thresholds", found.thresholds), check.expect("confident_joint", found.confident_joint), check.expect("joint", found.joint);
  check.expect("estimated_noise", found.estimated_noise), check.expect("flagged", found.flagged), check.expect("flagged_and_argmax", found.flagged_and_argmax);
  check.expect("cleanlab_confident_learning", found.flagged_and_argmax), check.expect("prune_by_noise_rate", found.pruned);
  // Stored for the first rows.
  const std::size_t stored = c.expected["normalized_margin"].size();
  check.expect("normalized_margin", std::vector<double>(found.margin.begin(), found.margin.begin() + static_cast<std::ptrdiff_t>(std::min(stored, found.margin.size()))));
  std::vector<std::int64_t> order(found.self_confidence.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return found.self_confidence[static_cast<std::size_t>(a)] < found.self_confidence[static_cast<std::size_t>(b)]; });
  order.resize(std::min<std::size_t>(50, order.size()));
  check.expect("self_confidence_lowest_50", order);
  check.expect("out_of_fold_accuracy_noisy", found.accuracy);
  const std::vector<std::int32_t> clean = c.expected["y_clean"].get<std::vector<std::int32_t>>();
  check.expect("out_of_fold_accuracy_clean", find_label_errors(p, clean).accuracy);
  // What was changed is the question, not the answer; the library's own mixture of rules is none of ours.
  for (const char* key : {"y_clean", "changed", "cleanlab_both"}) check.passed_over(key);
  const std::vector<std::int64_t> changed = c.expected["changed"].get<std::vector<std::int64_t>>();
  const std::set<std::int64_t> wrong(changed.begin(), changed.end());
  json reached = c.expected["reached"];
  for (const auto& [name, rows] : {std::pair{"flagged", found.flagged}, std::pair{"flagged_and_argmax", found.flagged_and_argmax}, std::pair{"prune_by_noise_rate", found.pruned}}) {
    if (!reached.contains(name)) continue;
    double hits = 0;
    for (const std::int64_t row : rows) hits += static_cast<double>(wrong.count(row));
    const json got = {{"flagged", rows.size()}, {"precision", hits / static_cast<double>(rows.size())}, {"recall", hits / static_cast<double>(wrong.size())}};
    for (const auto& [key, value] : got.items()) if (reached[name].contains(key)) reached[name][key] = value;
  }
  check.expect("reached", reached);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Labels, ::testing::ValuesIn(cases()), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Labels);

TEST(Labels, RefuseWhatDoesNotFit) {
  EXPECT_ERROR(shape, find_label_errors(Matrix::zeros(2, 2), std::vector<std::int32_t>{0}), "1 labels for 2 rows");
  EXPECT_ERROR(invalid_argument, find_label_errors(Matrix::zeros(1, 2), std::vector<std::int32_t>{2}), "label 2");
  EXPECT_ERROR(invalid_argument, annotator_agreement({{1}}), "at least two labels");
}

}  // namespace
}  // namespace candor::candid
