// Rules for forecasts, smoothing and autocorrelation against the recorded numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/candid/series/autocorrelation.h"
#include "candor/candid/series/block_bootstrap.h"
#include "candor/candid/series/holt_winters.h"
#include "candor/candid/series/naive.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::candid {
namespace {

using testing::StatCase;
using testing::StatCheck;

nlohmann::json described(const std::vector<double>& forecast, const std::vector<double>& test, double scale) {
  const ForecastErrors e = forecast_errors(test, forecast, scale);
  return {{"forecast", forecast}, {"mae", e.mae}, {"rmse", e.rmse}, {"mape", e.mape}, {"smape", e.smape}, {"mase", e.mase}};
}

void naive(const StatCase& c, StatCheck& check) {
  const std::vector<double> train = c.numbers("train"), test = c.numbers("test");
  const auto period = static_cast<std::int64_t>(c.number("period")), h = static_cast<std::int64_t>(test.size());
  const double scale = seasonal_scale(train, period);
  check.expect("mase_scale", scale);
  check.expect("naive", described(last_value(train, h), test, scale));
  check.expect("drift", described(drift(train, h), test, scale));
  check.expect("seasonal_naive", described(seasonal_naive(train, period, h), test, scale));
  check.expect("mean", described(mean_value(train, h), test, scale));
}

void holt_winters(const StatCase& c, StatCheck& check) {
  HoltWinters model;
  model.kind = c.name.find("add") != std::string::npos ? HoltWinters::Season::additive : HoltWinters::Season::multiplicative;
  model.period = static_cast<std::int64_t>(c.number("period"));
  model.alpha = c.number("alpha"), model.beta = c.number("beta"), model.gamma = c.number("gamma");
  model.level = c.number("level0"), model.trend = c.number("trend0"), model.season = c.numbers("season0");
  const HoltWinters own = HoltWinters::start(c.numbers("train"), model.period, model.kind);
  EXPECT_NEAR(own.level, model.level, 1e-9);
  EXPECT_NEAR(own.season[0], model.season[0], 1e-9);
  const HoltWintersFit fit = run_over(model, c.numbers("train"));
  check.expect("fitted", fit.fitted);
  check.expect("sse", fit.sse);
  check.expect("level", model.level);
  check.expect("trend", model.trend);
  check.expect("season", model.season);
  check.expect("forecast", model.forecast(static_cast<std::int64_t>(c.expected.at("forecast").size())));
}

/// What was estimated is a goal: ours may be up to a twentieth worse in what it minimises.
void fitted_holt_winters(const StatCase& c, StatCheck& check) {
  const std::vector<double> train = c.numbers("train"), test = c.numbers("test");
  HoltWinters model = HoltWinters::fit(train, 12, HoltWinters::Season::multiplicative);
  EXPECT_LE(run_over(model, train).sse, 1.05 * c.expected.at("sse").get<double>());
  EXPECT_LT(forecast_errors(test, model.forecast(24)).mape, forecast_errors(test, seasonal_naive(train, 12, 24)).mape);
  for (const auto& [key, value] : c.expected.items()) check.passed_over(key);
}

/// Smoothing of the level alone.
void simple_smoothing(const StatCase& c, StatCheck& check) {
  const std::vector<double> train = c.numbers("train");
  HoltWinters model;
  model.alpha = c.has("alpha") ? c.number("alpha") : .4, model.beta = model.gamma = 0;
  model.level = train.front();
  check.expect("fitted", run_over(model, train).fitted);
  check.expect("forecast", model.forecast(1).front());
}

void autocorrelations(const StatCase& c, StatCheck& check) {
  const std::vector<double> x = c.numbers("x");
  const auto lags = static_cast<std::int64_t>(c.number("lags"));
  check.expect("acf", autocorrelation(x, lags));
  check.expect("acf_unbiased", autocorrelation(x, lags, true));
  check.expect("pacf_ywm", partial_autocorrelation(x, static_cast<std::int64_t>(c.expected.at("pacf_ywm").size()) - 1));
  check.expect("pacf_ols", partial_autocorrelation_least_squares(x, static_cast<std::int64_t>(c.expected.at("pacf_ols").size()) - 1));
  const LjungBox box = ljung_box(x, 10);
  check.expect("ljung_box", box.statistic);
  check.expect("ljung_box_p", box.p);
  std::vector<double> centred = x;
  double mean = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (double& v : centred) v -= mean;
  check.expect("durbin_watson", durbin_watson(centred));
  check.expect("ar3_yule_walker", yule_walker(x, 3));
  check.expect("ar3_cls", autoregression(x, 3));
  for (const auto& [key, value] : c.expected.items()) {
    if (key.starts_with("acf_se") || key.starts_with("bartlett")) check.passed_over(key);
  }
}

const std::pair<const char*, void (*)(const StatCase&, StatCheck&)> kinds[] = {
    {"naive-forecasts", naive}, {"holt-winters-fitted", fitted_holt_winters}, {"holt-winters", holt_winters}, {"ses", simple_smoothing}, {"acf-pacf", autocorrelations}};
/// Pictures (tests/data), and what there is nothing for yet: boxes, sound, tests of stationarity, STL.
bool is_of_others(const std::string& name) {
  for (const char* kind : {"resize-", "colour", "rotate-", "iou", "nms", "coco-ap", "mfcc-", "scipy-spectra", "mu-law", "adf-kpss", "decompose"})
    if (name.starts_with(kind)) return true;
  return false;
}
std::vector<StatCase> series_cases() {
  std::vector<StatCase> all = testing::stat_cases("signal_image");
  std::erase_if(all, [](const StatCase& one) { return is_of_others(one.name); });
  return all;
}

class RecordedSeries : public ::testing::TestWithParam<StatCase> {};
TEST_P(RecordedSeries, AsRecorded) {
  const StatCase& c = GetParam();
  StatCheck check(c);
  for (const auto& [kind, compute] : kinds)
    if (c.name.starts_with(kind)) return compute(c, check);
  FAIL() << "nothing for " << c.name << ": " << c.what;
}
INSTANTIATE_TEST_SUITE_P(Fixtures, RecordedSeries, ::testing::ValuesIn(series_cases()), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RecordedSeries);

TEST(Forecasts, HoltWintersGoesOnOverMissingValuesAndRefusesWhatCannotBe) {
  std::vector<double> wave;
  for (int i = 0; i < 60; ++i) wave.push_back(10 + .5 * i + (i % 4 == 0 ? 3 : -1));
  HoltWinters model = HoltWinters::fit(wave, 4, HoltWinters::Season::additive);
  run_over(model, wave);
  EXPECT_NEAR(model.expected(1), 10 + .5 * 60 + 3, .1);
  model.update(std::nan(""));
  EXPECT_NEAR(model.expected(1), 10 + .5 * 61 - 1, .1);
  const HoltWinters flat = HoltWinters::fit(std::vector<double>(20, 5), 4, HoltWinters::Season::additive);
  EXPECT_DOUBLE_EQ(flat.expected(3), 5);
  HoltWinters line = HoltWinters::fit(std::vector<double>{1, 2, 3, 4, 5, 6, 7}, 1, HoltWinters::Season::additive);
  run_over(line, std::vector<double>{1, 2, 3, 4, 5, 6, 7});
  EXPECT_NEAR(line.forecast(3)[2], 10, 1e-3);
  EXPECT_ERROR(invalid_argument, HoltWinters::start(std::vector<double>{1, 2, 3}, 4, HoltWinters::Season::additive), "two seasons");
  EXPECT_ERROR(invalid_argument, HoltWinters::start(std::vector<double>(12, -1), 4, HoltWinters::Season::multiplicative), "above 0");
  EXPECT_ERROR(invalid_argument, model.forecast(0), "horizon");
  EXPECT_ERROR(invalid_argument, last_value({}, 1), "1 values are needed");
  EXPECT_ERROR(invalid_argument, seasonal_naive(wave, 0, 1), "season");
  EXPECT_ERROR(invalid_argument, seasonal_naive(std::vector<double>(3, 1), 4, 1), "4 values");
  EXPECT_ERROR(invalid_argument, autocorrelation(std::vector<double>(9, 1), 3), "constant");
  EXPECT_ERROR(invalid_argument, autocorrelation(wave, 60), "60");
  EXPECT_ERROR(shape, forecast_errors(wave, std::vector<double>(3, 1)), "60 values against 3");
}

TEST(Forecasts, BlocksWidenIntervalsOfRelatedErrors) {
  std::vector<float> truth, said, other;
  float error = 0;
  std::uint32_t state = 1;
  for (int i = 0; i < 2000; ++i) {
    state = state * 1664525u + 1013904223u;
    error = .95f * error + (static_cast<float>(state >> 8) / (1 << 24) - .5f);
    truth.push_back(std::sin(static_cast<float>(i) * .1f) * 3);
    said.push_back(truth.back() + error);
    other.push_back(truth.back() + error * 1.2f);
  }
  const Interval rows = bootstrap_mean_absolute_error(truth, said), blocks = block_bootstrap_mean_absolute_error(truth, said, 1, {.block = 50});
  EXPECT_GT(blocks.high - blocks.low, 1.8 * (rows.high - rows.low));
  EXPECT_LT(blocks.low, mean_absolute_error(truth, said));
  EXPECT_GT(blocks.high, mean_absolute_error(truth, said));
  const Interval quality = block_bootstrap_r2(truth, said);
  EXPECT_LT(quality.low, r2(truth, said));
  EXPECT_GT(quality.high, r2(truth, said));
  EXPECT_LT(block_bootstrap_difference(truth, said, other).high, 0);
  EXPECT_TRUE(std::isnan(block_bootstrap_r2({}, {}).low));
  EXPECT_ERROR(shape, block_bootstrap_r2(truth, said, 3), "3 a row");
}

}  // namespace
}  // namespace candor::candid
