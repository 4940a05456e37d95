// How much it means that a score lies near that of guessing.
#include "candor/candid/check_baselines.h"

#include <gtest/gtest.h>

#include <cmath>

#include "candor/candid/series/assess_forecast.h"

namespace candor::candid {
namespace {

Score classes_of(const std::vector<std::vector<std::int64_t>>& confusion) {
  Score s;
  s.task = "classification", s.metric = "accuracy", s.confusion = confusion;
  std::int64_t hits = 0;
  for (std::size_t i = 0; i < confusion.size(); ++i)
    for (std::size_t k = 0; k < confusion.size(); ++k) s.n += confusion[i][k], hits += i == k ? confusion[i][k] : 0;
  s.value = static_cast<double>(hits) / static_cast<double>(s.n);
  s.interval = wilson(hits, s.n);
  return s;
}

Severity gravest(const std::vector<Finding>& findings) {
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Severity::error : findings.front().severity;
}

TEST(Guessing, AnswersThatFollowTheTruthAreANote) {
  Baseline majority;
  majority.name = "majority", majority.value = .7;
  // 200 customers, 60 of whom do not pay: .73 against .70, and half of the 60 are found.
  EXPECT_EQ(gravest(check_guessing(classes_of({{116, 24}, {30, 30}}), majority)), Severity::note);
  // As many right, by chance.
  EXPECT_EQ(gravest(check_guessing(classes_of({{133, 7}, {55, 5}}), majority)), Severity::warning);
  // Nothing but the commonest class.
  EXPECT_EQ(gravest(check_guessing(classes_of({{140, 0}, {60, 0}}), majority)), Severity::warning);
  // Turned round.
  EXPECT_EQ(gravest(check_guessing(classes_of({{30, 110}, {60, 0}}), majority)), Severity::warning);
  // Three classes.
  majority.value = .6;
  EXPECT_EQ(gravest(check_guessing(classes_of({{55, 3, 2}, {12, 5, 3}, {10, 4, 6}}), majority)), Severity::note);
  // Far above: nothing to say.
  EXPECT_TRUE(check_guessing(classes_of({{95, 5}, {5, 95}}), majority).empty());
}

TEST(Guessing, FewRowsAreNoVerdict) {
  Baseline mean;
  mean.name = "mean", mean.value = -.05;
  Score s;
  s.task = "regression", s.metric = "r2", s.value = .2, s.interval = {-.3, .6}, s.n = 13;
  const std::vector<Finding> found = check_guessing(s, mean);
  ASSERT_EQ(gravest(found), Severity::note);
  EXPECT_NE(found.front().message.find("n = 13, needs 30"), std::string::npos) << found.front().message;
  s.n = 60, s.interval = {-.1, .4};
  EXPECT_EQ(gravest(check_guessing(s, mean)), Severity::note);  // a correlation of .45 or more in 60 rows
  s.value = .03;
  EXPECT_EQ(gravest(check_guessing(s, mean)), Severity::warning);
}

TEST(Guessing, ASimpleMethodIsWarnedOfFromTwoPointsOn) {
  const Score s = classes_of({{4500, 500}, {600, 4400}});
  const auto with = [&](double trees, Interval difference) {
    return check_result(s, {{"majority", "", .5, {.49, .51}, 0, Interval{.38, .4}}, {"boosted trees", "", trees, {}, 0, difference}});
  };
  EXPECT_EQ(gravest(with(s.value + .004, {-.007, -.001})), Severity::note);
  EXPECT_EQ(gravest(with(s.value + .03, {-.04, -.02})), Severity::warning);
  EXPECT_EQ(gravest(with(s.value + .015, {-.02, -.01})), Severity::note);
  EXPECT_EQ(gravest(with(s.value - .001, {-.002, .004})), Severity::note);
}

TEST(Guessing, TheBestOfManyOnFewRowsIsNoVerdict) {
  Score s;
  s.task = "regression", s.metric = "r2", s.value = .62, s.interval = {.1, .85};
  const auto with = [&](std::int64_t rows, Interval difference) {
    s.n = rows;
    std::vector<BaselineScore> all = {{"mean", "", -.1, {}, 0, Interval{.3, 1}}};
    for (const char* name : {"boosted trees", "linear regression", "tree of depth 3", "random forest", "5 nearest neighbours"}) all.push_back({name, "", all.size() == 1 ? .74 : .5, {}, 0, difference});
    return gravest(check_result(s, all));
  };
  EXPECT_EQ(with(20, {-.16, -.08}), Severity::note);     // 20 rows
  EXPECT_EQ(with(100, {-.237, -.003}), Severity::note);  // one of five is so far ahead one time in four
  EXPECT_EQ(with(100, {-.16, -.08}), Severity::warning);
}

TEST(CheckForecastBaseline, WarnsOfMuchOverEnoughWindows) {
  const auto judged = [](double model, double rule, std::int64_t windows) {
    ForecastAssessment a;
    a.score.value = model, a.score.n = windows, a.error_by_step.resize(12);
    BaselineScore b;
    b.name = "Holt-Winters", b.value = rule, b.difference = Interval{model - rule - .01, model - rule + .005};
    a.baselines = {b};
    return check_forecast_baseline(a);
  };
  EXPECT_EQ(gravest(judged(.7, .8, 60)), Severity::warning);
  EXPECT_EQ(gravest(judged(.26, .46, 18)), Severity::note) << "two summers are no verdict";
  EXPECT_EQ(gravest(judged(.878, .884, 700)), Severity::note) << "half a point is a matter of taste";
  EXPECT_EQ(gravest(judged(.5, .53, 700)), Severity::note) << "and so is a twentieth of the squared error";
  EXPECT_TRUE(judged(.9, .5, 60).empty());
}

TEST(Coverage, FewWindowsAreNoProof) {
  EXPECT_EQ(gravest(check_coverage(.4, 2)), Severity::note);
  EXPECT_EQ(gravest(check_coverage(.7, 40)), Severity::warning);
  EXPECT_TRUE(check_coverage(.94, 40).empty());
}

// Pictures are nothing that `--model trees` takes.
TEST(CheckBaselines, TreesAreAdvisedForTablesAlone) {
  EXPECT_TRUE(takes_trees({.kind = "csv"}));
  EXPECT_FALSE(takes_trees({.kind = "images"}));
  EXPECT_FALSE(takes_trees({.kind = "idx"}));
  EXPECT_FALSE(takes_trees({.kind = "numpy", .class_pictures = {"iVBO"}}));
}

}  // namespace
}  // namespace candor::candid
