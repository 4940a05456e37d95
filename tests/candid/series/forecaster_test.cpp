// A forecaster looks only back: neither its choices nor its answers change with what comes later.
#include "candor/candid/series/forecaster.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "candor/candid/series/assess_forecast.h"
#include "candor/candid/series/direct_linear.h"
#include "candor/candid/series/forecast_baselines.h"
#include "candor/candid/series/forecast_network.h"
#include "candor/candid/series/lag_model.h"
#include "candor/tensor/random.h"
#include "candor/train/evaluate.h"
#include "tests/support/errors.h"

namespace candor::candid {
namespace {

double noise(std::int64_t i) { return static_cast<double>((static_cast<std::uint32_t>(i) * 2654435761u) >> 8) / (1 << 24) - .5; }

data::Series daily(std::int64_t rows) {
  data::Series s;
  s.source = "daily";
  s.columns = {"y", "z"};
  s.values.resize(2);
  s.step = {data::TimeStep::Unit::seconds, 86400, 0};
  for (std::int64_t i = 0; i < rows; ++i) {
    s.times.push_back(86400.0 * static_cast<double>(16000 + i));
    s.values[0].push_back(50 + 5 * std::sin(static_cast<double>(i) * .05) + (i % 7 < 2 ? -8 : 0) + noise(i));
    s.values[1].push_back(std::sin(static_cast<double>(i) * .05 + .5));
  }
  s.groups = {{"", 0, rows}};
  return s;
}

TEST(Forecaster, IsBetterThanRulesAndSeesNothingAhead) {
  data::Series s = daily(500);
  const double border = s.times[400];
  const ForecasterOptions options{.target = "y", .horizon = 5, .others = {"z"}, .members = 1, .epochs = 5};
  const Forecaster f = Forecaster::fit(s, border, options);
  EXPECT_EQ(f.inputs().season, 7);
  const data::TimeSplit parts = data::split_at(data::make_windows(s, f.windows()), border);
  const ForecastAssessment judged = assess_forecast(s, f, parts.train, parts.test);
  EXPECT_GT(judged.score.value, .9);
  EXPECT_GT(judged.coverage, .85);
  ASSERT_GE(judged.best(), 0);
  for (const BaselineScore& b : judged.baselines) {
    if (b.name == "last value") {
      EXPECT_GT(b.difference->low, 0);
    }
  }
  ASSERT_EQ(judged.curves.size(), 2u);
  EXPECT_EQ(judged.curves[0].x.size(), judged.curves[1].low.size());
  // What is drawn reaches to the last row, also where the test part is not a whole number of horizons.
  const data::Series shorter = s.slice(0, 498);
  const data::TimeSplit cut = data::split_at(data::make_windows(shorter, f.windows()), border);
  const ForecastAssessment drawn = assess_forecast(shorter, f, cut.train, cut.test);
  EXPECT_EQ(drawn.curves[0].x.back(), shorter.times.back());
  EXPECT_EQ(drawn.curves[1].x.size(), 95u);

  const Forecasts next = f.forecast_next(s.slice(0, 400));
  for (std::size_t i = 400; i < 500; ++i) s.values[0][i] = 1e6, s.values[1][i] = -1e6;
  EXPECT_EQ(f.forecast_next(s.slice(0, 400)).value, next.value);
  const Forecaster again = Forecaster::fit(s, border, options);
  EXPECT_EQ(again.inputs().window, f.inputs().window);
  EXPECT_EQ(again.forecast_next(s.slice(0, 400)).value, next.value);

  const Forecaster copy = Forecaster::from_config(f.config(), f.model());
  EXPECT_EQ(copy.forecast_next(s.slice(0, 400)).low, next.low);
  EXPECT_EQ(copy.choices(), f.choices());
  Config broken = f.config();
  broken.set("distances", Config::numbers({1, 2}));
  EXPECT_ERROR(corrupt, Forecaster::from_config(broken, f.model()), "do not fit");
}

TEST(Forecaster, RefusesWhatCannotBe) {
  data::Series s = daily(100);
  const double all = std::numeric_limits<double>::infinity();
  EXPECT_ERROR(not_found, Forecaster::fit(s, all, {.target = "x"}), "\"x\"");
  EXPECT_ERROR(invalid_argument, Forecaster::fit(s, all, {.target = "y", .horizon = 0}), "horizon");
  EXPECT_ERROR(invalid_argument, Forecaster::fit(s, all, {.target = "y", .validation = 1}), "validation");
  EXPECT_ERROR(invalid_argument, Forecaster::fit(s, all, {.target = "y", .horizon = 200}), "rows");
  EXPECT_ERROR(invalid_argument, Forecaster::fit(s, s.times[0], {.target = "y"}), "missing value");
  s.values[0].assign(100, 3);
  EXPECT_ERROR(invalid_argument, Forecaster::fit(s, all, {.target = "y"}), "is 3 in every row");
  const Forecaster f = Forecaster::fit(daily(100), all, {.target = "y", .window = 10, .members = 0});
  EXPECT_ERROR(invalid_argument, f.forecast_next(daily(5)), "10 steps are needed");
}

TEST(Forecaster, ForecastsOfAMultiplicativeSeriesTakeLogarithms) {
  data::Series s = daily(400);
  for (std::size_t i = 0; i < 400; ++i) s.values[0][i] = std::exp(.008 * static_cast<double>(i) + (i % 7 < 2 ? -.5 : 0) + .1 * noise(static_cast<std::int64_t>(i)));
  const Forecaster f = Forecaster::fit(s, s.times[320], {.target = "y", .horizon = 7, .members = 0});
  EXPECT_TRUE(f.inputs().logarithm);
  const Forecasts next = f.forecast_next(s);
  for (std::size_t h = 0; h < 7; ++h) EXPECT_GT(next.low[h], 0);
  s.values[0].back() = 0;
  EXPECT_ERROR(invalid_argument, f.forecast_next(s), "logarithm");
}

TEST(Forecaster, LinearPartFindsWeightsThatWereUsed) {
  const std::int64_t rows = 400, own = 4, ahead = 2, horizon = 3;
  const Tensor x = random_normal({rows, own + horizon * ahead}, 0, 1, {1, 2});
  const std::vector<float> at = x.to_vector();
  std::vector<float> y;
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    for (std::size_t h = 0; h < 3; ++h) y.push_back(1 + 2 * at[r * 10] - static_cast<float>(h) * at[r * 10 + 3] + 3 * at[r * 10 + 4 + h * 2]);
  }
  const Tensor targets = Tensor::from(y, {rows, horizon});
  const std::vector<DirectLinear> models = DirectLinear::fit(x, targets, own, ahead, std::vector<double>{0, 10});
  const std::vector<float> said = models[0].predict(x).to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(said[i], y[i], 1e-4);
  EXPECT_LT(std::abs(models[1].weights[0]), 1);
  // The network that is stored says the same.
  const std::vector<float> network = forecast_network(models[0], {}, 0).predict(x).to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(network[i], y[i], 1e-4);
  const std::vector<float> with = forecast_network(models[0], {residual_network(models[0], 8)}, .5).predict(x).to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(with[i], y[i], 1e-4);  // an untrained one adds nothing
  EXPECT_ERROR(shape, DirectLinear::fit(x, targets, own, 3, std::vector<double>{0}), "do not fit");
}

TEST(Forecaster, RulesStandBesideItWithAndWithoutASeason) {
  const data::Series s = daily(200);
  const data::TimeSplit parts = data::split_by_time(data::make_windows(s, {.window = 5, .horizon = 3, .targets = {"y"}}), .2);
  const auto named = [&](std::int64_t season) {
    std::vector<std::string> names;
    for (const ForecastBaseline& b : forecast_baselines(s, "y", parts.train, parts.test, {.season = season, .window = 5})) {
      EXPECT_EQ(b.predictions.size(), static_cast<std::size_t>(parts.test.size()) * 3) << b.name;
      for (const float v : b.predictions) EXPECT_TRUE(std::isfinite(v)) << b.name;
      names.push_back(b.name);
    }
    return names;
  };
  const std::vector<std::string> all{"mean", "last value", "seasonal naive", "linear on 5 lags", "ridge on 5 lags", "Holt-Winters"};
  EXPECT_EQ(named(7), all);
  EXPECT_EQ(named(1), all);  // days have weeks
  const std::vector<ForecastBaseline> rules = forecast_baselines(s, "y", parts.train, parts.test, {.season = 7, .window = 5});
  const auto row = static_cast<std::size_t>(parts.test.rows[0]);
  EXPECT_EQ(rules[1].predictions[2], static_cast<float>(s.values[0][row - 1]));
  EXPECT_EQ(rules[2].predictions[2], static_cast<float>(s.values[0][row - 5]));
  EXPECT_ERROR(invalid_argument, forecast_baselines(s, "y", parts.train, parts.test, {.season = 0}), "season");
  EXPECT_ERROR(not_found, forecast_baselines(s, "x", parts.train, parts.test), "\"x\"");
}

TEST(Forecaster, LagModelContinuesALine) {
  std::vector<double> line;
  for (int i = 0; i < 60; ++i) line.push_back(3 + .5 * i + (i % 2 ? .25 : -.25));
  std::vector<std::int64_t> rows;
  for (std::int64_t r = 4; r <= 57; ++r) rows.push_back(r);
  const LagModel model = LagModel::fit(line, rows, 4, 3);
  const std::vector<double> next = model.forecast(line, 60);
  EXPECT_NEAR(next[0], 3 + .5 * 60 - .25, 1e-6);
  EXPECT_NEAR(next[2], 3 + .5 * 62 - .25, 1e-6);
  EXPECT_ERROR(invalid_argument, LagModel::fit(line, rows, 5, 3), "row 4");
  EXPECT_ERROR(invalid_argument, LagModel::fit(line, {}, 4, 3), "no rows");
  EXPECT_ERROR(invalid_argument, model.forecast(line, 2), "4 values");
}

}  // namespace
}  // namespace candor::candid
