// The classic methods against recorded ones, case by case, and all of them together on sets that show what they can.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/threads.h"
#include "candor/candid/baselines/boosting.h"
#include "candor/candid/baselines/classic.h"
#include "candor/candid/baselines/forest.h"
#include "candor/candid/baselines/linear.h"
#include "candor/candid/baselines/run_baselines.h"
#include "candor/candid/baselines/tree.h"
#include "candor/data/generators.h"
#include "candor/tensor/random.h"
#include "tests/support/stat_cases.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::candid {
namespace {

using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

std::vector<std::int32_t> argmax(const Matrix& p) {
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i < p.rows; ++i) out.push_back(static_cast<std::int32_t>(std::max_element(p.row(i).begin(), p.row(i).end()) - p.row(i).begin()));
  return out;
}
double accuracy(const std::vector<std::int32_t>& truth, const std::vector<std::int32_t>& said) {
  double hits = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) hits += truth[i] == said[i];
  return hits / static_cast<double>(truth.size());
}
double macro_f1(const std::vector<std::int32_t>& truth, const std::vector<std::int32_t>& said) {
  const int classes = 1 + std::max(*std::max_element(truth.begin(), truth.end()), *std::max_element(said.begin(), said.end()));
  double sum = 0;
  for (int c = 0; c < classes; ++c) {
    double both = 0, either = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) both += truth[i] == c && said[i] == c, either += (truth[i] == c) + (said[i] == c);
    sum += either > 0 ? 2 * both / either : 0;
  }
  return sum / classes;
}
double log_loss(const std::vector<std::int32_t>& truth, const Matrix& p) {
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum -= std::log(std::clamp(p.at(static_cast<std::int64_t>(i), truth[i]), 2.220446049250313e-16, 1 - 2.220446049250313e-16));
  return sum / static_cast<double>(truth.size());
}
std::vector<double> column(const Matrix& m) { return m.values; }

class Baselines_ : public ::testing::TestWithParam<StatCase> {
 protected:
  const StatCase& fixture() const { return GetParam(); }
  bool is(const std::string& part) const { return fixture().name.find(part) != std::string::npos; }

  void classes(StatCheck& check, const Matrix& p, bool with_log_loss = true) const {
    const std::vector<std::int32_t> truth = fixture().labels("y_test"), said = argmax(p);
    check.expect("predictions", said);
    check.expect("test_accuracy", accuracy(truth, said));
    check.expect("test_macro_f1", macro_f1(truth, said));
    if (with_log_loss) {
      check.expect("proba", p);
      check.expect("test_log_loss", log_loss(truth, p));
    }
  }
  json scores(const std::vector<double>& said) const {
    const std::vector<double> y = fixture().numbers("y_test");
    const double n = static_cast<double>(y.size()), mean = std::accumulate(y.begin(), y.end(), 0.) / n;
    double sse = 0, sst = 0, abs = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sse += (y[i] - said[i]) * (y[i] - said[i]), sst += (y[i] - mean) * (y[i] - mean), abs += std::abs(y[i] - said[i]);
    return {{"test_r2", 1 - sse / sst}, {"test_mae", abs / n}, {"test_rmse", std::sqrt(sse / n)}, {"predictions", said}};
  }
  void values(StatCheck& check, const std::vector<double>& said) const {
    const json all = scores(said);
    for (const auto& [key, value] : all.items()) check.expect(key, value);
  }
  void tree(StatCheck& check, const Tree& tree) const {
    check.expect("tree", {{"feature", tree.feature}, {"threshold", tree.threshold}, {"left", tree.left}, {"right", tree.right}, {"n_samples", tree.rows}, {"impurity", tree.impurity},
                          {"value", fixture().expected["tree"]["value"][0].is_array() ? json(tree.value) : [&] { json flat; for (const auto& v : tree.value) flat.push_back(v[0]); return flat; }()}});
  }
};

TEST_P(Baselines_, AsRecorded) {
  StatCheck check(fixture());
  if (is("poisson")) {
    const PoissonModel model = poisson_regression(fixture().matrix("x"), fixture().numbers("count"), fixture().numbers("exposure"));
    check.expect("coef", model.coefficients);
    check.expect("se", model.standard_errors);
    check.expect("mean_deviance", model.mean_deviance);
    check.expect("constant_rate", model.constant_rate);
    check.expect("constant_deviance", model.constant_deviance);
    return;
  }
  const Matrix raw = fixture().matrix("x_train"), raw_test = fixture().matrix("x_test");
  const Scaling scaling = Scaling::fit(raw);
  const Matrix x = scaling.apply(raw), test = scaling.apply(raw_test);
  check.passed_over("same_for_8_tie_breaking_seeds");
  check.passed_over("tied_rows");
  const bool ties = fixture().expected.contains("same_for_8_tie_breaking_seeds") && !fixture().expected["same_for_8_tie_breaking_seeds"].get<bool>();
  const std::vector<double> y_values = fixture().numbers("y_train");
  const bool regression = std::any_of(y_values.begin(), y_values.end(), [](double v) { return v != std::floor(v); });
  if (!regression) {
    const std::vector<std::int32_t> y = fixture().labels("y_train"), truth = fixture().labels("y_test");
    const int k = 1 + std::max(*std::max_element(y.begin(), y.end()), *std::max_element(truth.begin(), truth.end()));
    if (is("majority")) {
      std::vector<double> shares(static_cast<std::size_t>(k));
      for (const std::int32_t label : y) shares[static_cast<std::size_t>(label)] += 1 / static_cast<double>(y.size());
      Matrix p = Matrix::zeros(test.rows, k);
      for (std::int64_t i = 0; i < p.rows; ++i) std::copy(shares.begin(), shares.end(), p.row(i).begin());
      check.expect("majority", argmax(p)[0]);
      classes(check, p);
    } else if (is("logistic")) {
      const LinearModel model = logistic(x, y, k, fixture().number("C"));
      check.expect("coef", model.weights);
      check.expect("intercept", model.intercept);
      check.expect("train_accuracy", accuracy(y, argmax(model.probabilities(x))));
      classes(check, model.probabilities(test));
    } else if (is("gaussian-nb")) {
      const NaiveBayes model = NaiveBayes::fit(raw, y, k);
      check.expect("theta", model.mean);
      check.expect("var", model.variance);
      check.expect("prior", model.prior);
      classes(check, model.probabilities(raw_test));
    } else if (is("knn")) {
      const Neighbours near = nearest(x, test, 5);
      const std::vector<std::int64_t> tied = fixture().expected.value("tied_rows", std::vector<std::int64_t>{});
      json rows = fixture().expected["neighbours"], distances = json::array(), predictions = fixture().expected["predictions"], proba = testing::to_json(vote(near, y, k));
      const std::vector<std::int32_t> said = argmax(vote(near, y, k));
      for (std::int64_t i = 0; i < test.rows; ++i) {
        const auto at = static_cast<std::size_t>(i);
        distances.push_back(std::vector<double>(near.distances.begin() + i * 5, near.distances.begin() + (i + 1) * 5));
        const bool open = std::find(tied.begin(), tied.end(), i) != tied.end();
        if (open) {
          proba[at] = fixture().expected["proba"][at];
          continue;
        }
        predictions[at] = said[at];
        // Equal distances within the five leave their order open too: what counts is which five.
        std::vector<std::int32_t> got(near.rows.begin() + i * 5, near.rows.begin() + (i + 1) * 5), want = rows[at].get<std::vector<std::int32_t>>();
        std::sort(got.begin(), got.end());
        std::sort(want.begin(), want.end());
        EXPECT_EQ(got, want) << "row " << i;
      }
      check.passed_over("neighbours");
      check.expect("distances", distances);
      check.expect("predictions", predictions);
      check.expect("proba", proba);
      const std::vector<std::int32_t> fair = predictions.get<std::vector<std::int32_t>>();
      check.expect("test_accuracy", accuracy(truth, fair));
      check.expect("test_macro_f1", macro_f1(truth, fair));
      const std::vector<double> flat = [&] { std::vector<double> v; for (const auto& row : proba) for (const auto& p : row) v.push_back(p.get<double>()); return v; }();
      check.expect("test_log_loss", log_loss(truth, {test.rows, k, flat}));
    } else if (is("tree")) {
      const Tree model = Tree::fit_classes(raw, y, k);
      if (ties) {
        EXPECT_NEAR(accuracy(truth, argmax(model.predict(raw_test))), fixture().expected["test_accuracy"].get<double>(), .08);
        for (const auto& [key, value] : fixture().expected.items()) check.passed_over(key);
        return;
      }
      tree(check, model);
      classes(check, model.predict(raw_test));
    } else if (is("svm")) {
      const LinearModel model = linear_svm(x, y, k, fixture().has("C") ? fixture().number("C") : 1);
      check.expect("coef", model.weights);
      check.expect("intercept", model.intercept);
      classes(check, model.probabilities(test), false);
    } else if (is("lda")) {
      const LinearModel model = linear_discriminant(x, y, k);
      check.expect("coef", model.weights);
      check.expect("intercept", model.intercept);
      classes(check, model.probabilities(test));
    } else if (is("reference-scores")) {  // for comparison only: as good, give or take what the case allows
      const Matrix p = BoostedTrees::fit_classes(raw, y, k, {.trees = 100, .leaves = 8, .leaf_rows = 5}).predict(raw_test);
      const json& want = fixture().expected["gradient_boosting"];
      EXPECT_GE(accuracy(truth, argmax(p)), want["accuracy"].get<double>() - .05);
      const Matrix forest = Forest::fit_classes(raw, y, k, {.trees = 200, .seed = 3}).predict(raw_test);
      EXPECT_GE(accuracy(truth, argmax(forest)), fixture().expected["random_forest"]["accuracy"].get<double>() - .05);
      for (std::int64_t i = 0; i < forest.rows; ++i) EXPECT_NEAR(std::accumulate(forest.row(i).begin(), forest.row(i).end(), 0.), 1, 1e-9);
      for (const auto& [key, value] : fixture().expected.items()) check.passed_over(key);
    } else {
      FAIL() << "no method for " << fixture().name;
    }
    return;
  }
  if (is("mean-median")) {
    const double mean = std::accumulate(y_values.begin(), y_values.end(), 0.) / static_cast<double>(y_values.size());
    std::vector<double> sorted = y_values;
    std::sort(sorted.begin(), sorted.end());
    const double median = (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
    const auto rows = static_cast<std::size_t>(test.rows);
    check.expect("mean", mean);
    check.expect("median", median);
    check.expect("of_mean", scores(std::vector<double>(rows, mean)));
    check.expect("of_median", scores(std::vector<double>(rows, median)));
  } else if (is("linear") || is("ridge") || is("lasso")) {
    const LinearModel model = is("lasso") ? lasso(x, y_values, fixture().number("alpha")) : ridge(x, y_values, is("ridge") ? fixture().number("alpha") : 0);
    check.expect("coef", column(model.weights));
    check.expect("intercept", model.intercept[0]);
    const std::vector<double> at_home = column(model.decision(x));
    const double mean = std::accumulate(y_values.begin(), y_values.end(), 0.) / static_cast<double>(y_values.size());
    double sse = 0, sst = 0;
    for (std::size_t i = 0; i < y_values.size(); ++i) sse += std::pow(y_values[i] - at_home[i], 2), sst += std::pow(y_values[i] - mean, 2);
    check.expect("train_r2", 1 - sse / sst);
    values(check, column(model.decision(test)));
  } else if (is("knn")) {
    values(check, average(nearest(x, test, 5), y_values));
  } else if (is("tree")) {
    const Tree model = Tree::fit_values(raw, y_values);
    if (!ties) tree(check, model);
    else check.passed_over("tree");
    values(check, column(model.predict(raw_test)));
  } else if (is("reference-scores")) {
    const json got = scores(column(BoostedTrees::fit_values(raw, y_values, {.trees = 100, .leaves = 8, .leaf_rows = 5}).predict(raw_test)));
    EXPECT_GE(got["test_r2"].get<double>(), fixture().expected["gradient_boosting"]["test_r2"].get<double>() - .05);
    // Averages of many trees are about as good as boosted ones here, and no forest may be as bad as one tree.
    const json forest = scores(column(Forest::fit_values(raw, y_values, {.trees = 200}).predict(raw_test)));
    EXPECT_GE(forest["test_r2"].get<double>(), fixture().expected["gradient_boosting"]["test_r2"].get<double>() - .1);
    check.passed_over("gradient_boosting");
    check.passed_over("random_forest");
  } else {
    FAIL() << "no method for " << fixture().name;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Baselines_, ::testing::ValuesIn(testing::stat_cases("baselines")), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Baselines_);

data::Dataset rows_of(std::int64_t from, std::int64_t to) {
  const data::Dataset all = data::insurance_risk(1500);
  return all.slice(from, to);
}

TEST(Forest, TheSameForTheSameSeedAndOnlyThen) {
  const data::Dataset all = data::insurance_risk(300, 5);
  const Matrix x = matrix_of(all);
  const std::vector<std::int32_t> y = all.targets.to_vector<std::int32_t>();
  const Matrix a = Forest::fit_classes(x, y, 3, {.trees = 7, .seed = 1}).predict(x), b = Forest::fit_classes(x, y, 3, {.trees = 7, .seed = 1}).predict(x), c = Forest::fit_classes(x, y, 3, {.trees = 7, .seed = 2}).predict(x);
  EXPECT_EQ(a.values, b.values);
  EXPECT_NE(a.values, c.values);
  EXPECT_THROW(Forest::fit_classes(x, y, 3, {.trees = 0}), Error);
  EXPECT_THROW(Forest::fit_classes(x, std::vector<std::int32_t>{1}, 3), Error);
}

TEST(RunBaselines, ScoresClassesByTheMetricOfScores) {
  const data::Dataset train = rows_of(0, 1200), test = rows_of(1200, 1500);
  const Baselines all = fit_baselines(train, test, {.seconds = 1000});
  ASSERT_EQ(all.scores.size(), 8u);
  ASSERT_EQ(all.predictions.size(), 8u);
  EXPECT_EQ(all.scores[0].name, "majority");
  for (std::size_t i = 0; i < all.scores.size(); ++i) {
    const BaselineScore& score = all.scores[i];
    SCOPED_TRACE(score.name);
    EXPECT_LE(score.interval.low, score.value);
    EXPECT_GE(score.interval.high, score.value);
    EXPECT_EQ(all.predictions[i].shape(), (Shape{300, 3}));
    EXPECT_EQ(judge(all.predictions[i], test, 0).value, score.value);
    if (score.name == "boosted trees" || score.name == "5 nearest neighbours") {
      EXPECT_GT(score.value, .7);
    }
  }
  EXPECT_GT(all.scores[static_cast<std::size_t>(all.best())].value, .73);
}

TEST(RunBaselines, ScoresValuesAndSeveralTargets) {
  const Tensor x = random_normal({600, 4}, 0, 1, {1, 2});
  std::vector<float> y;
  const std::vector<float> at = x.to_vector();
  for (std::size_t i = 0; i < 600; ++i) y.push_back(2 * at[4 * i] + at[4 * i + 1]), y.push_back(std::abs(at[4 * i + 2]));
  const data::Dataset all = data::from_arrays(x, Tensor::from(y, Shape{600, 2}));
  const Baselines done = fit_baselines(all.slice(0, 400), all.slice(400, 600), {.seconds = 1000});
  ASSERT_EQ(done.scores.size(), 6u);
  EXPECT_EQ(done.scores[0].name, "mean");
  EXPECT_NEAR(done.scores[0].value, 0, .1);
  for (const Tensor& p : done.predictions) EXPECT_EQ(p.shape(), (Shape{200, 2}));
  EXPECT_GT(done.scores[static_cast<std::size_t>(done.best())].value, .9);
}

TEST(RunBaselines, AreTheSameForAnyNumberOfThreads) {
  const data::Dataset train = rows_of(0, 1200), test = rows_of(1200, 1500);
  std::vector<Tensor> first;
  const int before = threads();
  for (const int count : {1, 4}) {
    set_threads(count);
    const Baselines all = fit_baselines(train, test, {.seconds = 1000});
    if (first.empty()) first = all.predictions;
    else for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].to_vector(), all.predictions[i].to_vector()) << all.scores[i].name;
  }
  set_threads(before);
}

TEST(RunBaselines, TakesPicturesMissingCellsAndFewRows) {
  const data::Dataset digits = data::digits(300);
  for (const BaselineScore& score : run_baselines(digits.slice(0, 200), digits.slice(200, 300))) {
    if (score.name == "5 nearest neighbours") {
      EXPECT_GT(score.value, .5);
    }
  }
  std::vector<float> x(400);
  std::vector<std::int32_t> y(200);
  for (std::size_t i = 0; i < 200; ++i) {
    y[i] = static_cast<std::int32_t>(i % 2);
    x[2 * i] = i % 4 < 2 ? NAN : static_cast<float>(y[i]);
    x[2 * i + 1] = i % 4 < 2 ? static_cast<float>(y[i]) : NAN;
  }
  const data::Dataset gaps = data::from_arrays(Tensor::from(x, Shape{200, 2}), Tensor::from(y));
  const Baselines all = fit_baselines(gaps, gaps, {.only = {"boosted trees"}});
  ASSERT_EQ(all.scores.size(), 1u);
  EXPECT_EQ(all.scores[0].value, 1);
  EXPECT_EQ(run_baselines(gaps.slice(0, 2), gaps.slice(2, 4)).size(), 8u);
  EXPECT_TRUE(run_baselines(gaps, gaps.slice(0, 0)).empty());
}

TEST(RunBaselines, SaysHowManyRowsWereUsed) {
  const data::Dataset many = data::insurance_risk(60000);
  const std::vector<BaselineScore> scores = run_baselines(many.slice(0, 50000), many.slice(50000, 60000), {.seconds = .2, .only = {"5 nearest neighbours"}});
  ASSERT_EQ(scores.size(), 1u);
  EXPECT_NE(scores[0].what.find(" of 50,000 rows"), std::string::npos) << scores[0].what;
}

TEST(RunBaselines, RefusesWhatDoesNotFit) {
  const data::Dataset train = rows_of(0, 100);
  EXPECT_ERROR(invalid_argument, run_baselines(train, train, {.only = {"tree"}}), "called \"tree\"", "boosted trees");
  EXPECT_ERROR(shape, run_baselines(train, data::digits(20)), "[3]", "[28, 28, 1]");
  EXPECT_ERROR(invalid_argument, run_baselines(train.slice(0, 0), train), "no rows");
}

}  // namespace
}  // namespace candor::candid
