#include <gtest/gtest.h>

#include "candor/candid/interval.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "candor/base/threads.h"
#include "candor/candid/baseline.h"
#include "candor/tensor/random.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"

namespace candor::candid {
namespace {

TEST(Interval, NormalQuantile) {
  EXPECT_NEAR(normal_quantile(.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(.5), 0, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-11);
  EXPECT_ERROR(invalid_argument, normal_quantile(0), "between 0 and 1");
}

TEST(Interval, WilsonByHand) {
  // Brown, Cai, DasGupta (2001): 0 of 10 gives [0, z^2 / (n + z^2)].
  const double z2 = std::pow(1.959963984540054, 2);
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, z2 / (10 + z2), 1e-14);
  EXPECT_EQ(wilson(10, 10).high, 1);
  EXPECT_NEAR(wilson(10, 10).low, 10 / (10 + z2), 1e-14);
  EXPECT_EQ(wilson(0, 0).high, 1);
  EXPECT_ERROR(invalid_argument, wilson(3, 2), "3 successes in 2");
  EXPECT_ERROR(invalid_argument, wilson(1, 2, 1), "level");
}

TEST(Interval, BootstrapIsTheSameForAnyThreadsAndHoldsTheScore) {
  const std::vector<float> x = random_normal({300}, 0, 1, {1, 1}).to_vector(), noise = random_normal({300}, 0, .5f, {1, 2}).to_vector();
  std::vector<float> y(300);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i] + noise[i];
  const Interval r = bootstrap_r2(y, x, 3);
  const double score = r2(y, x);
  EXPECT_LT(r.low, score);
  EXPECT_GT(r.high, score);
  EXPECT_NEAR(score, .8, .06);
  const int before = threads();
  for (const int n : {1, 2, 7}) {
    set_threads(n);
    const Interval again = bootstrap_r2(y, x, 3);
    EXPECT_EQ(again.low, r.low);
    EXPECT_EQ(again.high, r.high);
  }
  set_threads(before);
  EXPECT_TRUE(std::isnan(bootstrap_r2({}, {}).low));
  EXPECT_TRUE(std::isnan(r2(std::vector<float>(4, 2.f), std::vector<float>(4, 2.f))));
}

TEST(Interval, OfVeryManyRowsGroupsAreDrawn) {
  const std::int64_t many = 48000, fewer = 30000;  // the first in groups, the second row by row
  const std::vector<float> x = random_normal({many}, 40, 1, {2, 1}).to_vector(), noise = random_normal({many}, 0, .5f, {2, 2}).to_vector();
  std::vector<float> y(x.size());
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i] + noise[i];
  const auto first = [](const std::vector<float>& all) { return std::span(all).first(static_cast<std::size_t>(fewer)); };
  const double narrower = std::sqrt(static_cast<double>(fewer) / static_cast<double>(many));
  const Interval by_groups = bootstrap_r2(y, x, 3, .95, 500), by_rows = bootstrap_r2(first(y), first(x), 3, .95, 500);
  EXPECT_NEAR((by_groups.high - by_groups.low) / (by_rows.high - by_rows.low), narrower, .12 * narrower);
  EXPECT_NEAR((by_groups.high + by_groups.low) / 2, r2(y, x), .1 * (by_groups.high - by_groups.low));
  const Interval error = bootstrap_mean_absolute_error(y, x, 3, .95, 500), error_by_rows = bootstrap_mean_absolute_error(first(y), first(x), 3, .95, 500);
  EXPECT_NEAR((error.high - error.low) / (error_by_rows.high - error_by_rows.low), narrower, .12 * narrower);
  EXPECT_NEAR((error.high + error.low) / 2, mean_absolute_error(y, x), .1 * (error.high - error.low));
}

TEST(Interval, ConformalDistance) {
  std::vector<float> errors(19), zero(19);
  for (std::size_t i = 0; i < errors.size(); ++i) errors[i] = static_cast<float>(i) - 9;
  EXPECT_EQ(conformal_distance(errors, zero), 9);
  EXPECT_TRUE(std::isnan(conformal_distance(std::span(errors).first(18), std::span(zero).first(18))));
  EXPECT_EQ(conformal_distance(errors, zero, .5), 5);
}

TEST(Baseline, MajorityAndMean) {
  const Baseline m = majority(std::vector<std::int32_t>{0, 1, 1, 2, 2}, std::vector<std::int32_t>{1, 1, 0, 2}, 3);
  EXPECT_EQ(m.guess, 1);
  EXPECT_EQ(m.value, .5);
  const Baseline mean_of = mean(std::vector<float>{1, 3}, std::vector<float>{1, 3});
  EXPECT_EQ(mean_of.guess, 2);
  EXPECT_EQ(mean_of.value, 0);
  EXPECT_ERROR(invalid_argument, majority({}, {}, 2), "no training rows");
  EXPECT_ERROR(invalid_argument, majority(std::vector<std::int32_t>{5}, {}, 2), "label 5");
}

// Wilson cases of the recorded statistics, each by name.
TEST(Interval, FixtureWilson) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  const std::filesystem::path path = std::filesystem::path(testing::environment("CANDOR_FIXTURES")) / "stats/intervals/cases.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  std::ifstream in(path);
  int seen = 0;
  const nlohmann::json all = nlohmann::json::parse(in);
  for (const auto& c : all["cases"]) {
    for (const auto& [k, wanted] : c["expected"].items()) {
      if (!wanted.is_object() || !wanted.contains("wilson") || !c["inputs"].contains("n")) continue;
      SCOPED_TRACE(c["name"].get<std::string>() + " " + k);
      const Interval got = wilson(std::stoll(k), c["inputs"]["n"].get<std::int64_t>(), 1 - c["params"]["alpha"].get<double>());
      EXPECT_NEAR(got.low, wanted["wilson"][0].get<double>(), 1e-10);
      EXPECT_NEAR(got.high, wanted["wilson"][1].get<double>(), 1e-10);
      ++seen;
    }
  }
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace candor::candid
