// Wrong labels found as recorded, from the stored probabilities; hashes of pictures; how far annotators agree.
#include "candor/candid/metrics/label_errors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>

#include "candor/data/image_hash.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::candid {
namespace {

using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

/// Hashes as the fixtures write them: 16 hexadecimal digits.
std::string as_hex(std::uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

void picture_hashes(const StatCase& c, StatCheck& check) {
  const json& images = c.value("images");
  json average, difference, wave, difference_area, wave_area, small_difference, small_wave;
  std::vector<std::uint64_t> differences, waves;
  for (std::size_t i = 0; i < images.size(); ++i) {
    data::Image image{static_cast<std::int64_t>(images[i].size()), static_cast<std::int64_t>(images[i][0].size()), 1, {}};
    for (const json& row : images[i])
      for (const json& v : row) image.pixels.push_back(static_cast<std::uint8_t>(v.get<int>()));
    const auto small = [&](std::int64_t height, std::int64_t width) {
      const data::ResizeOptions lanczos{.method = data::Resampling::lanczos};
      const data::Image to = data::resized(data::resized(image, image.height, width, lanczos), height, width, lanczos);
      return testing::to_json(Matrix{height, width, {to.pixels.begin(), to.pixels.end()}});
    };
    // Means of areas, rounded to six decimals.
    const auto area = [&](std::int64_t height, std::int64_t width) {
      const std::vector<double> values(image.pixels.begin(), image.pixels.end());
      std::vector<double> to = data::resized(values, {image.height, image.width, 1}, height, width, {.method = data::Resampling::area});
      for (double& v : to) v = std::round(v * 1e6) / 1e6;
      return to;
    };
    differences.push_back(data::difference_hash(image)), waves.push_back(data::perceptual_hash(image));
    average.push_back(as_hex(data::average_hash(image))), difference.push_back(as_hex(differences.back())), wave.push_back(as_hex(waves.back()));
    difference_area.push_back(as_hex(data::difference_hash(area(8, 9)))), wave_area.push_back(as_hex(data::perceptual_hash(area(32, 32))));
    small_difference.push_back(small(8, 9)), small_wave.push_back(small(32, 32));
  }
  const auto distances = [](const std::vector<std::uint64_t>& hashes) {
    json all = json::array();
    for (const std::uint64_t a : hashes) {
      json row = json::array();
      for (const std::uint64_t b : hashes) row.push_back(data::hash_distance(a, b));
      all.push_back(row);
    }
    return all;
  };
  check.expect("ahash", average), check.expect("phash", wave);
  check.expect("dhash_area", difference_area), check.expect("phash_area", wave_area);
  check.expect("resized_32x32", small_wave), check.expect("hamming_phash", distances(waves));
  check.expect("dhash", difference), check.expect("hamming_dhash", distances(differences)), check.expect("resized_9x8", small_difference);
  json same = json::array();
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::size_t j = i + 1; j < images.size(); ++j)
      if (images[i] == images[j]) same.push_back({i, j});
  check.expect("exact_duplicates", same);
}

std::vector<StatCase> cases() { return testing::stat_cases("labels"); }

class Labels : public ::testing::TestWithParam<StatCase> {};

TEST_P(Labels, AsRecorded) {
  const StatCase& c = GetParam();
  StatCheck check(c);
  if (c.has("images")) return picture_hashes(c, check);
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
  EXPECT_ERROR(shape, data::perceptual_hash(std::vector<double>(64)), "64 grey values, 1024 are expected");
  EXPECT_ERROR(shape, find_label_errors(Matrix::zeros(2, 2), std::vector<std::int32_t>{0}), "1 labels for 2 rows");
  EXPECT_ERROR(invalid_argument, find_label_errors(Matrix::zeros(1, 2), std::vector<std::int32_t>{2}), "label 2");
  EXPECT_ERROR(invalid_argument, annotator_agreement({{1}}), "at least two labels");
}

}  // namespace
}  // namespace candor::candid
