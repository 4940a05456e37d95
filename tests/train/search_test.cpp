// The search: what it draws, that it finds what is there to find, and that a stopped one goes on to the same end.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/train/search/search.h"

namespace candor {
namespace {

SearchSpace space() {
  return {SearchParameter::real("rate", 1e-4, 1, true), SearchParameter::whole("units", 1, 64), SearchParameter::choice("kind", {"a", "b", "c"})};
}

// Least at rate .01, units 40, kind b.
double bowl(const Choice& c, double) {
  return std::pow(std::log10(c[0]) + 2, 2) + std::pow((c[1] - 40) / 20, 2) + (c[2] == 1 ? 0 : .5);
}

TEST(Search, DrawsLieInTheSpaceAndTheLogarithmIsEven) {
  int below = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Choice c = detail::random_choice(space(), 3, i);
    ASSERT_EQ(c.size(), 3u);
    EXPECT_GE(c[0], 1e-4);
    EXPECT_LE(c[0], 1);
    below += c[0] < 1e-2;
    EXPECT_EQ(c[1], std::round(c[1]));
    EXPECT_GE(c[1], 1);
    EXPECT_LE(c[1], 64);
    EXPECT_TRUE(c[2] == 0 || c[2] == 1 || c[2] == 2);
    EXPECT_EQ(choice_from_config(space(), to_config(space(), c)), c);
  }
  EXPECT_NEAR(below, 200, 60);
}

double mean_best(SearchMethod method) {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) sum += best_trial(search(space(), bowl, {.method = method, .trials = 40, .seed = seed})).loss;
  return sum / 20;
}

TEST(Search, TpeLearnsFromItsTrials) { EXPECT_LT(mean_best(SearchMethod::tpe), .7 * mean_best(SearchMethod::random)); }

TEST(Search, NothingIsTriedTwice) {
  SearchSpace words;
  for (const char* name : {"a", "b", "c"}) words.push_back(SearchParameter::choice(name, {"1", "2", "3", "4"}));
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto trials = search(words, [](const Choice& c, double) { return c[0] + c[1] + c[2]; }, {.trials = 30, .seed = seed});
    for (std::size_t i = 10; i < trials.size(); ++i)  // the first ten are drawn without looking
      for (std::size_t j = 0; j < i; ++j) EXPECT_NE(trials[i].choice, trials[j].choice) << i << " and " << j << ", seed " << seed;
  }
}

TEST(Search, HyperbandSpendsItsEffortOnTheBest) {
  double effort = 0;
  int full = 0, asked = 0;
  const auto trials = search(space(), [&](const Choice& c, double share) { return ++asked, effort += share, bowl(c, share) + .1 * (1 - share); }, {.method = SearchMethod::hyperband, .trials = 12, .seed = 1});
  for (const Trial& t : trials) full += t.share == 1;
  EXPECT_GT(asked, 20);  // many more than full trainings
  EXPECT_LE(effort, 13);
  EXPECT_GE(full, 2);
  EXPECT_EQ(best_trial(trials).share, 1);
}

TEST(Search, AStoppedOneGoesOnToTheSameEnd) {
  const auto whole = search(space(), bowl, {.trials = 25, .seed = 5});
  SearchOptions options{.trials = 25, .seed = 5};
  options.done.assign(whole.begin(), whole.begin() + 14);
  int asked = 0;
  const auto rest = search(space(), [&](const Choice& c, double share) { return ++asked, bowl(c, share); }, options);
  EXPECT_EQ(asked, 11);
  ASSERT_EQ(rest.size(), whole.size());
  for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].choice, whole[i].choice) << i;
}

TEST(Search, TheDefaultIsTriedFirstAndFailuresAreNoEnd) {
  const Choice first{.01, 40, 1};
  SearchOptions options{.method = SearchMethod::random, .trials = 5};
  options.first = {first};
  const auto trials = search(space(), [](const Choice& c, double) -> double {
    if (c[0] < 1e-2) fail(ErrorKind::numeric, "infinite");
    return c[0] > .1 ? std::numeric_limits<double>::quiet_NaN() : 1;
  }, options);
  EXPECT_EQ(trials.front().choice, first);
  EXPECT_EQ(trials.size(), 5u);
  EXPECT_EQ(best_trial(trials).loss, 1);
  EXPECT_THROW(best_trial({{first, 1, std::numeric_limits<double>::infinity(), 0}}), Error);
}

TEST(Search, WhatMakesNoSenseIsSaid) {
  EXPECT_THROW(SearchParameter::real("x", 1, 1), Error);
  EXPECT_THROW(SearchParameter::real("x", 0, 1, true), Error);
  EXPECT_THROW(SearchParameter::choice("x", {}), Error);
  EXPECT_THROW(search({}, bowl, {}), Error);
  EXPECT_THROW(search(space(), bowl, {.trials = 0}), Error);
  EXPECT_THROW(search_method_from("genetic"), Error);
  EXPECT_THROW(choice_from_config(space(), Config{{"rate", 5.0}, {"units", 3}, {"kind", "a"}}), Error);
  EXPECT_THROW(choice_from_config(space(), Config{{"rate", .1}, {"units", 3}, {"kind", "z"}}), Error);
}

}  // namespace
}  // namespace candor
