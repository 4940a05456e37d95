// result.*: each check on a fault it must name, with the known numbers, and on a sound run where it must be silent.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/candid/check.h"
#include "candor/candid/metrics/proportions.h"
#include "candor/candid/result/bayes.h"
#include "candor/candid/result/calibration.h"
#include "candor/candid/result/export.h"
#include "candor/candid/result/matrix.h"
#include "candor/candid/result/metric.h"
#include "candor/candid/result/ranking.h"
#include "candor/candid/result/slices.h"
#include "candor/candid/result/test_reused.h"
#include "candor/candid/result/too_good.h"
#include "candor/data/generators.h"
#include "candor/tensor/random.h"
#include "tests/support/errors.h"

namespace candor::candid {
namespace {

// What a check says: the findings, or that it was skipped.
Checkup run(const Function<std::vector<Finding>()>& check) {
  Checkup out;
  run_check(out, "result.matrix", check);
  return out;
}
bool says(const Finding& f, const std::string& part) { return f.message.find(part) != std::string::npos; }

Score accuracy(double value, std::int64_t n) {
  Score s;
  s.task = "classification", s.metric = "accuracy", s.n = n;
  const auto hits = static_cast<std::int64_t>(std::llround(value * static_cast<double>(n)));
  s.value = static_cast<double>(hits) / static_cast<double>(n);
  s.interval = wilson(hits, n);
  return s;
}

TEST(ResultMatrix, KnownFault17TheSlideSays71OverAMatrixThatGives687) {
  // 206 of 300 on the diagonal.
  const Counts matrix{{84, 12, 10}, {14, 61, 18}, {16, 24, 61}};
  const Stated stated = stated_score("71 %");
  const auto findings = check_matrix("accuracy", stated.value, stated.decimals, matrix);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].id, "result.matrix");
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_TRUE(says(findings[0], "71 %")) << findings[0].message;
  EXPECT_TRUE(says(findings[0], "68.7 %")) << findings[0].message;
  EXPECT_TRUE(check_matrix("accuracy", .687, 3, matrix).empty());
  EXPECT_TRUE(check_matrix("accuracy", .69, 2, matrix).empty());
  EXPECT_FALSE(check_matrix("accuracy", .68, 2, matrix).empty());
}

TEST(ResultMatrix, SaysWhichOtherMeasureTheNumberIs) {
  const Counts matrix{{90, 10}, {5, 5}};  // accuracy .864, balanced .7
  const auto findings = check_matrix("accuracy", .70, 2, matrix);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_TRUE(says(findings[0], "balanced accuracy")) << findings[0].message;
  EXPECT_EQ(run([&] { return check_matrix("AUC", .9, 2, matrix); }).skipped.size(), 1u);
  EXPECT_EQ(run([&] { return check_matrix("accuracy", .9, 2, {}); }).skipped.size(), 1u);
  EXPECT_ERROR(shape, check_matrix("accuracy", .9, 2, {{1, 2}, {3}}), "row 2");
}

TEST(ResultMatrix, AScoreFitsItsOwnMatrixOrIsNamed) {
  Score s = accuracy(.8, 10);
  s.confusion = {{5, 1}, {1, 3}};
  s.classes = {{"a", 6, 6, 5}, {"b", 4, 4, 3}};
  EXPECT_TRUE(check_matrix(s).empty());
  Score other = s;
  other.value = .9;
  EXPECT_EQ(check_matrix(other).size(), 1u);
  other = s, other.n = 12;
  EXPECT_EQ(check_matrix(other).size(), 1u);
  other = s, other.classes[1].hits = 2;
  EXPECT_EQ(check_matrix(other).size(), 1u);
}

TEST(ResultMatrix, ReadsScoresAsPeopleWriteThem) {
  for (const auto& [text, value, decimals] : {std::tuple{"71 %", .71, 2}, {".687", .687, 3}, {"0.687", .687, 3}, {"68.7%", .687, 3}, {"1", 1.0, 0}}) {
    EXPECT_DOUBLE_EQ(stated_score(text).value, value) << text;
    EXPECT_EQ(stated_score(text).decimals, decimals) << text;
  }
  for (const char* text : {"", "good", "71", "-.3", "1.2.3", "%", "."}) EXPECT_ERROR(invalid_argument, stated_score(text), "a score is expected");
}

// The line of fault 6: NumPy's seed-42 series, its least-squares line, and batches of 32 and 18 rows as a training loop cuts them.
TEST(ResultMetric, KnownFault6R2AveragedOverBatches) {
  const data::Dataset line = data::line();
  const std::vector<float> x = line.features.to_vector(), y = line.targets.to_vector();
  double mx = 0, my = 0, xy = 0, xx = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / 50, my += y[i] / 50;
  for (std::size_t i = 0; i < x.size(); ++i) xy += (x[i] - mx) * (y[i] - my), xx += (x[i] - mx) * (x[i] - mx);
  std::vector<float> said;
  for (const float v : x) said.push_back(static_cast<float>(my + xy / xx * (v - mx)));
  const double whole = r2(y, said);
  EXPECT_NEAR(whole, .905, .001);
  // The rows are in the order of x: each batch sees a part of the range, with a small spread of its own.
  std::vector<double> batches;
  std::vector<std::int64_t> sizes;
  for (std::size_t from = 0; from < 50; from += 13) {
    const std::size_t n = std::min<std::size_t>(13, 50 - from);
    batches.push_back(r2(std::span(y).subspan(from, n), std::span(said).subspan(from, n)));
    sizes.push_back(static_cast<std::int64_t>(n));
  }
  double mean = 0;
  for (const double b : batches) mean += b / static_cast<double>(batches.size());
  EXPECT_LT(mean, .75);
  const auto findings = check_averaged("R2", mean, whole, batches, sizes);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_TRUE(says(findings[0], "over the whole set it is 0.905")) << findings[0].message;
  EXPECT_TRUE(check_averaged("R2", whole, whole, batches, sizes).empty());
  // As the talk printed it.
  EXPECT_EQ(check_averaged("R2", .66, .905, std::vector<double>{.71, .61}).size(), 1u);
  EXPECT_EQ(run([&] { return check_averaged("accuracy", .66, .905, batches); }).skipped.size(), 1u);
  EXPECT_EQ(run([&] { return check_averaged("R2", .66, .905, std::vector<double>{.66}); }).skipped.size(), 1u);
}

TEST(ResultMetric, AccuracyHidesARareClass) {
  Score s = accuracy(.95, 1000);
  s.classes = {{"stays", 950, 1000, 950}, {"leaves", 50, 0, 0}};
  auto findings = check_metric(s);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::warning);
  s.classes[1] = {"leaves", 50, 40, 35};
  findings = check_metric(s);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::note);
  Score even = accuracy(.8, 100);
  even.classes = {{"a", 60, 60, 50}, {"b", 40, 40, 30}};
  EXPECT_TRUE(check_metric(even).empty());
  EXPECT_EQ(run([&] { return check_metric(accuracy(.9, 12)); }).skipped.at(0).why, "too few rows for a verdict (n = 12, needs 30)");
}

TEST(ResultInterval, KnownFault16FourExperimentsOnDifferentTestSets) {
  std::vector<Result> four;
  const double scores[] = {.61, .65, .69, .71};
  for (int i = 0; i < 4; ++i) {
    const Score s = accuracy(scores[i], 100);
    four.push_back({"experiment " + std::to_string(i + 1), "accuracy", s.value, s.interval, 100, "rows " + std::to_string(i), 1});
  }
  auto findings = check_ranking(four);
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_TRUE(says(findings[0], "not comparable")) << findings[0].message;
  EXPECT_TRUE(says(findings[1], "no difference shown")) << findings[1].message;
  EXPECT_EQ(findings[2].severity, Severity::note);
  // The same rows, several seeds, and far apart: nothing to say.
  const Score low = accuracy(.6, 2000), high = accuracy(.8, 2000);
  EXPECT_TRUE(check_ranking(std::vector<Result>{{"a", "accuracy", low.value, low.interval, 2000, "rows", 5}, {"b", "accuracy", high.value, high.interval, 2000, "rows", 5}}).empty());
  EXPECT_EQ(check_ranking(std::vector<Result>{{"a", "accuracy", .6, low.interval, 9, "", 5}, {"b", "r2", .8, high.interval, 9, "", 5}}).size(), 1u);
  EXPECT_EQ(run([&] { return check_ranking(std::vector<Result>{{"a"}}); }).skipped.size(), 1u);
}

TEST(ResultInterval, PairedSeeds) {
  const std::vector<double> a{.80, .82, .81, .83, .79}, better{.84, .87, .85, .86, .84}, same{.81, .80, .82, .82, .80};
  EXPECT_EQ(compare_seeds(better, a).verdict, 1);
  EXPECT_EQ(compare_seeds(a, better).verdict, -1);
  EXPECT_EQ(compare_seeds(a, same).verdict, 0);
  EXPECT_EQ(compare_seeds(std::vector<double>{.9, .9}, std::vector<double>{.1, .1}).verdict, 0) << "two pairs are too few";
  EXPECT_ERROR(invalid_argument, compare_seeds(std::vector<double>{.9}, std::vector<double>{.1}), "one seed is not a result");
  EXPECT_DOUBLE_EQ(summarise_seeds(a).median, .81);
  EXPECT_LT(summarise_seeds(a).interval.low, .81);
}

TEST(ResultInterval, SeedsStayInsideWhatTheMetricCanBe) {
  // Two seeds say little, and an accuracy is no more than 1: t alone would reach 1.178.
  const SeedSummary two = summarise_seeds(std::vector<double>{.95, .99}, "accuracy", 300);
  EXPECT_EQ(two.interval.high, 1);
  EXPECT_NEAR(two.interval.low, .97 - 12.7062 * .02, 1e-4) << "two seeds are wide";
  EXPECT_EQ(summarise_seeds(std::vector<double>{.1, .02}, "accuracy", 300).interval.low, 0);
  EXPECT_EQ(summarise_seeds(std::vector<double>{.95, .99}, "r2", 300).interval.high, 1);
  EXPECT_LT(summarise_seeds(std::vector<double>{-.3, .2}, "r2", 300).interval.low, -3) << "R2 has no least value";
  EXPECT_GT(summarise_seeds(std::vector<double>{.95, .99}).interval.high, 1.2) << "of an unknown metric nothing is cut";
  // Equal scores of 300 rows are known to half a row.
  const SeedSummary equal = summarise_seeds(std::vector<double>{.9, .9}, "accuracy", 300);
  EXPECT_NEAR(equal.interval.high - equal.interval.low, 2 * 12.7062 * .5 / 300 / std::sqrt(2.), 1e-5);
  const PairedSeeds far = compare_seeds(std::vector<double>{.9, .99}, std::vector<double>{.3, .1}, "accuracy");
  EXPECT_EQ(far.interval.high, 1);
  EXPECT_GE(far.interval.low, -1);
}

TEST(ResultTestReused, KnownFault8EarlyStoppingOnTheTestSet) {
  const auto findings = check_test_use({.rows = 300, .as_validation = 300, .chose_epoch = true});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].id, "result.test-reused");
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_TRUE(says(findings[0], "all 300 test rows")) << findings[0].message;
  EXPECT_EQ(check_test_use({.rows = 300, .as_validation = 300})[0].severity, Severity::note);
  EXPECT_TRUE(check_test_use({.rows = 300}).empty());
}

TEST(ResultTestReused, KnownFault15AThresholdChosenOnTheRowsItIsReportedOn) {
  // 40 rows of noise: the best threshold of them is right far more often than on new rows.
  const RandomStream noise{7, 1};
  std::vector<double> score;
  std::vector<std::int32_t> truth;
  for (std::uint64_t i = 0; i < 2040; ++i) score.push_back(static_cast<double>(noise.below(i, 1000)) / 1000), truth.push_back(static_cast<std::int32_t>(noise.below(10'000 + i, 2)));
  const auto right = [&](std::size_t from, std::size_t to, double threshold) {
    double hits = 0;
    for (std::size_t i = from; i < to; ++i) hits += (score[i] >= threshold) == (truth[i] == 1);
    return hits / static_cast<double>(to - from);
  };
  double best = 0, threshold = 0;
  for (int t = 0; t <= 100; ++t)
    if (right(0, 40, t / 100.0) > best) best = right(0, 40, t / 100.0), threshold = t / 100.0;
  EXPECT_GT(best, .54);
  EXPECT_NEAR(right(40, 2040, threshold), .5, .04);
  const auto findings = check_test_use({.rows = 40, .for_threshold = 40});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_TRUE(says(findings[0], "threshold")) << findings[0].message;
}

TEST(ResultTestReused, RowsAreRecognisedByTheirContents) {
  const data::Dataset set = data::insurance_risk(200, 1);
  EXPECT_EQ(rows_in_common(set.slice(100, 200), set.slice(0, 100)), 0);
  std::vector<std::int64_t> order;
  for (std::int64_t i = 150; i > 90; --i) order.push_back(i);
  EXPECT_EQ(rows_in_common(set.take(order), set.slice(0, 100)), 9);
  EXPECT_EQ(check_test_use({.rows = 100, .learned = 9})[0].severity, Severity::error);
  EXPECT_EQ(check_test_use({.rows = 100, .looks = 7})[0].severity, Severity::note);
}

TEST(ResultTooGood, ListsWhatWasCheckedAndAlarmsOnlyWhileSomethingIsOpen) {
  const Score mnist = accuracy(.993, 10'000);
  const std::vector<std::string> checked{"data.leak", "data.duplicate-rows", "result.matrix"};
  auto f = check_too_good(mnist, {}, {}, {}, checked, {});
  ASSERT_EQ(f.size(), 1u);
  EXPECT_EQ(f[0].severity, Severity::note);
  EXPECT_TRUE(says(f[0], "data.duplicate-rows")) << f[0].message;
  f = check_too_good(mnist, {}, {}, {{"data.leak", Severity::warning, "discharge_code knows the answer"}}, checked, {});
  EXPECT_EQ(f[0].severity, Severity::warning);
  EXPECT_TRUE(says(f[0], "data.leak is open")) << f[0].message;
  EXPECT_EQ(check_too_good(mnist, {}, {}, {}, {}, {{"data.leak", "too few rows"}})[0].severity, Severity::warning);
  EXPECT_TRUE(check_too_good(accuracy(.95, 1000), {}, {}, {}, {}, {}).empty());
  f = check_too_good(mnist, {}, {{"code", .6, .5, .7}, {"age", .001, 0, 0}, {"size", 0, 0, 0}}, {}, checked, {});
  EXPECT_TRUE(says(f[0], "code")) << f[0].message;
}

TEST(ResultBayes, AboveTheCeilingIsOverfitting) {
  const auto findings = check_bayes(accuracy(.93, 300), "insurance_risk (seed 0)");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_TRUE(says(findings[0], "0.811")) << findings[0].message;
  EXPECT_TRUE(check_bayes(accuracy(.83, 300), "insurance_risk (seed 0)").empty()) << "chance allows as much";
  EXPECT_EQ(run([&] { return check_bayes(accuracy(.99, 300), "customers.csv"); }).skipped.size(), 1u);
  EXPECT_FALSE(best_possible("insurance_risk_2024.csv"));
}

TEST(ResultExport, KnownFault10WeightsMadeAnew) {
  const Tensor trained = Tensor::from(std::vector<float>{.9f, .1f, .2f, .8f}, Shape{2, 2}), anew = Tensor::from(std::vector<float>{.4f, .6f, .5f, .5f}, Shape{2, 2});
  const auto findings = check_export(trained, anew, "net.candor");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_EQ(findings[0].where, "net.candor");
  EXPECT_TRUE(check_export(trained, trained.clone(), "net.candor").empty());
  EXPECT_EQ(check_export(trained, Tensor::from(std::vector<float>{.9f, .1f, .2f, .8000001f}, Shape{2, 2}), "x")[0].severity, Severity::note);
  EXPECT_EQ(check_export(trained, trained.view_reshape({4, 1}), "x")[0].severity, Severity::error);
  EXPECT_EQ(check_export(trained, Tensor::from(std::vector<float>{.9f, .1f, std::nanf(""), .8f}, Shape{2, 2}), "x")[0].severity, Severity::error);
}

// Rows with a region; in the west a share of the labels is by chance.
struct Regions {
  data::Dataset set;
  data::Table cells;
  Tensor outputs;
};
Regions regions(std::int64_t n, double broken, std::uint64_t seed) {
  const RandomStream s{seed, 3};
  std::vector<float> p;
  std::vector<std::int32_t> labels, codes;
  std::vector<double> age;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    const auto draw = [&](std::uint64_t k) { return static_cast<double>(s.below(k * 1'000'000 + at, 1u << 30)) / (1u << 30); };
    const int truth = draw(1) < .5, region = static_cast<int>(draw(2) * 4);
    const bool right = draw(3) < .85;
    p.push_back((right ? truth : 1 - truth) ? .1f : .9f);
    p.push_back(1 - p.back());
    labels.push_back(region == 3 && draw(4) < broken ? draw(5) < .5 : truth);
    codes.push_back(region), age.push_back(18 + 60 * draw(6));
  }
  Regions out{data::from_arrays(Tensor::from(p, Shape{n, 2}), Tensor::from(labels)), {}, Tensor::from(p, Shape{n, 2})};
  out.cells.columns = {{.name = "region", .kind = data::Column::Kind::text, .codes = codes, .words = {"north", "south", "east", "west"}}, {.name = "age", .kind = data::Column::Kind::number, .numbers = age}};
  return out;
}

TEST(ResultSlices, AGroupWithBrokenLabelsIsNamedAndSoundOnesAreNot) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Regions bad = regions(600, 1, seed);
    const Score score = judge(bad.outputs, bad.set, 0);
    const auto findings = check_slices(slice_tests(bad.outputs, bad.set, bad.cells, {"region", "age"}), score);
    ASSERT_EQ(findings.size(), 1u) << seed;
    EXPECT_EQ(findings[0].severity, Severity::warning) << findings[0].message;
    EXPECT_EQ(findings[0].where, "region = west");
  }
  int notes = 0;
  for (std::uint64_t seed = 100; seed < 160; ++seed) {
    const Regions good = regions(400, 0, seed);
    for (const Finding& f : check_slices(slice_tests(good.outputs, good.set, good.cells, {"region", "age"}), judge(good.outputs, good.set, 0))) {
      ++notes;
      EXPECT_EQ(f.severity, Severity::note) << f.message;
    }
  }
  EXPECT_LE(notes, 2) << "one in a hundred, by the level of the test";
}

TEST(ResultSlices, TwoPartsThatMakeUpAllRowsAreOneComparison) {
  // 12 of 30 wrong on the one device, 14 of 90 on the other.
  std::vector<float> p;
  std::vector<std::int32_t> truth, device;
  for (int i = 0; i < 120; ++i) {
    device.push_back(i < 30);
    const bool wrong = i < 30 ? i < 12 : i < 44;
    truth.push_back(i % 2), p.push_back((i % 2 == 0) != wrong ? .9f : .1f), p.push_back(1 - p.back());
  }
  const data::Dataset set = data::from_arrays(Tensor::from(p, Shape{120, 2}), Tensor::from(truth));
  data::Table cells;
  cells.columns = {{.name = "device", .kind = data::Column::Kind::text, .codes = device, .words = {"new", "old"}}};
  const SliceTests tests = slice_tests(Tensor::from(p, Shape{120, 2}), set, cells, {"device"});
  const auto old = std::find_if(tests.slices.begin(), tests.slices.end(), [](const Slice& s) { return s.group == "old"; });
  ASSERT_NE(old, tests.slices.end());
  EXPECT_NEAR(old->p, fisher_exact(18, 30, 76, 90), 1e-12) << "half of it, as only worse is asked, times two kinds of parts (classes, words)";
}

TEST(ResultSlices, ValuesAndTooFewRows) {
  Regions r = regions(400, 0, 1);
  std::vector<float> y, f;
  for (std::size_t i = 0; i < 400; ++i) {
    const double noise = std::sin(static_cast<double>(i * i)), west = r.cells.columns[0].codes[i] == 3 ? 8 : 1;
    y.push_back(static_cast<float>(static_cast<double>(i % 7) + noise * west)), f.push_back(static_cast<float>(i % 7));
  }
  data::Dataset set;
  set.features = Tensor::from(f, Shape{400, 1}), set.targets = Tensor::from(y);
  const Tensor outputs = Tensor::from(f);
  const auto findings = check_slices(slice_tests(outputs, set, r.cells, {"region"}), judge(outputs, set, 0));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where, "region = west");
  EXPECT_EQ(run([&] { return check_slices(slice_tests(outputs.view_slice(0, 0, 20), set.slice(0, 20), {}, {}), judge(outputs, set, 0)); }).skipped.size(), 1u);
}

TEST(ResultCalibration, TooSureIsNamedWithItsNumbersAndTrueProbabilitiesAreNot) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const RandomStream s{seed, 8};
    std::vector<float> honest, sure;
    std::vector<std::int32_t> truth;
    for (std::uint64_t i = 0; i < 300; ++i) {
      const double p = .5 + .5 * static_cast<double>(s.below(i, 1000)) / 1000;
      truth.push_back(static_cast<double>(s.below(5000 + i, 1000)) / 1000 >= p);
      honest.push_back(static_cast<float>(p)), honest.push_back(static_cast<float>(1 - p));
      sure.push_back(static_cast<float>(.5 + .5 * std::sqrt(std::sqrt(2 * p - 1)))), sure.push_back(1 - sure.back());
    }
    const auto found = [&](const std::vector<float>& p) {
      const Tensor probabilities = Tensor::from(p, Shape{300, 2});
      return check_calibration(calibration_error(probabilities, truth, seed), 300, .9, .75, {});
    };
    for (const Finding& f : found(honest)) alarms += f.severity != Severity::note;
    const auto findings = found(sure);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_TRUE(says(findings[0], "ECE"));
  }
  EXPECT_EQ(alarms, 0);
  Temperature t;
  t.value = 2.3, t.rows = 400, t.ece_before = .15, t.ece_after = .03;
  EXPECT_EQ(check_calibration({}, 300, .8, .8, t).at(0).severity, Severity::note);
  t.value = 1;
  EXPECT_TRUE(check_calibration({}, 300, .8, .8, t).empty());
  EXPECT_EQ(run([&] { return check_calibration({}, 20, .8, .8, t); }).skipped.size(), 1u);
}

}  // namespace
}  // namespace candor::candid
