// How much power does Germany use tomorrow? Twelve years of days; the last 30 days and the calendar of tomorrow go in, one number comes out. Trained on
// 2006 to 2016, tested on 2017. Beside it: the same day 52 weeks before, a straight line through the last 30 days, and that line with the calendar.
//   power [SEEDS]     5 when not given; the median of that many is shown, with the smallest and the largest
// Data: timeseries/opsd_germany_daily.csv (Open Power System Data). Ends with 2 when it is not there.
#include <candor/candid/baselines/linear.h>
#include <candor/candid/series/block_bootstrap.h>
#include <candor/candid/series/forecast_baselines.h>
#include <candor/candor.h>
#include <candor/data/series/windows.h>
#include <candor/data/table/dates.h>
#include <candor/data/table/read_table.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

/// R2 with its interval: days are drawn in stretches, since a bad week is seven bad days.
void show(const char* name, const std::vector<float>& truth, const std::vector<float>& said) {
  const candid::Interval interval = candid::block_bootstrap_r2(truth, said, 1, {.block = 14});
  std::printf("%-46s %6.3f  [%.3f, %.3f] %8.1f\n", name, candid::r2(truth, said), interval.low, interval.high, candid::mean_absolute_error(truth, said));
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::Series power = data::make_series(data::read_table("timeseries/opsd_germany_daily.csv"), {.values = {"Consumption"}});

  // What is known of tomorrow: its weekday, where in the year it lies, whether it is a day off.
  const data::Calendar calendar{{.weekday = true, .year_waves = 4, .special_days = data::holidays("DE")}};
  const data::Windows windows = data::make_windows(power, {.window = 30, .calendar = calendar});
  const data::TimeSplit parts = data::split_at(windows, data::to_seconds({.year = 2017}));
  const data::Dataset &train = parts.train.data, &test = parts.test.data;
  const std::vector<float> truth = test.targets.to_vector();
  std::printf("%lld days to learn from, %lld to test (2017); GWh a day\n\n%-46s %6s  %-16s %8s\n", static_cast<long long>(train.rows()), static_cast<long long>(test.rows()), "", "R2", "95 % interval", "error");

  for (const candid::ForecastBaseline& rule : candid::forecast_baselines(power, "Consumption", parts.train, parts.test, {.season = 364, .window = 30, .seconds = 2})) {
    if (rule.name == "seasonal naive" || rule.name == "linear on 30 lags") show(rule.name == "linear on 30 lags" ? "straight line through 30 days" : "52 weeks before", truth, rule.predictions);
  }
  // The same inputs without a network: the 30 days, and the calendar of the last row, which is that of tomorrow.
  const std::int64_t columns = train.features.shape(2);
  const auto flat = [&](const data::Dataset& set) {
    candid::Matrix x = candid::Matrix::zeros(set.rows(), 29 + columns);
    const std::vector<float> all = set.features.to_vector();
    for (std::int64_t r = 0; r < set.rows(); ++r) {
      for (std::int64_t day = 0; day < 29; ++day) x.at(r, day) = static_cast<double>(all[static_cast<std::size_t>((r * 30 + day) * columns)]);
      for (std::int64_t c = 0; c < columns; ++c) x.at(r, 29 + c) = static_cast<double>(all[static_cast<std::size_t>((r * 30 + 29) * columns + c)]);
    }
    return x;
  };
  const candid::Matrix seen = flat(train);
  const candid::Scaling scaling = candid::Scaling::fit(seen);
  const std::vector<float> y = train.targets.to_vector();
  const candid::Matrix line = candid::ridge(scaling.apply(seen), std::vector<double>(y.begin(), y.end()), 1).decision(scaling.apply(flat(test)));
  show("straight line through 30 days and the calendar", truth, std::vector<float>(line.values.begin(), line.values.end()));

  // Numbers around 0 for the network, GWh behind it.
  double mean = 0, deviation = 0;
  for (const float v : y) mean += static_cast<double>(v) / static_cast<double>(y.size());
  for (const float v : y) deviation += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean) / static_cast<double>(y.size());
  deviation = std::sqrt(deviation);
  std::vector<double> scale(static_cast<std::size_t>(columns), 1), offset(static_cast<std::size_t>(columns), 0);
  scale[0] = 1 / deviation;
  offset[0] = -mean / deviation;

  struct Result {
    double r2;
    std::vector<float> said;
  };
  const auto train_and_show = [&](const char* name, int epochs, auto layers) {
    std::vector<Result> results;
    for (int seed = 0; seed < seeds; ++seed) {
      set_random_seed(static_cast<std::uint64_t>(seed));
      std::vector<Layer> all{Rescale{scale, offset}};
      for (const Layer& layer : layers()) all.push_back(layer);
      all.push_back(Dense{1});
      const Sequential model(all);
      const double steps = std::ceil(static_cast<double>(train.rows()) / 64) * epochs;
      model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{CosineDecay{.initial_learning_rate = .003, .decay_steps = steps}}});
      const Tensor target = (train.targets - static_cast<float>(mean)) / static_cast<float>(deviation);
      model.fit(train.features, target, {.epochs = epochs, .batch_size = 64, .seed = static_cast<std::uint64_t>(seed), .verbose = 0});
      std::vector<float> said = model.predict(test.features).to_vector();
      for (float& v : said) v = static_cast<float>(static_cast<double>(v) * deviation + mean);
      results.push_back({candid::r2(truth, said), said});
    }
    std::sort(results.begin(), results.end(), [](const Result& a, const Result& b) { return a.r2 < b.r2; });
    show(name, truth, results[results.size() / 2].said);
    std::printf("%-46s %d seeds: %.3f to %.3f\n", "", seeds, results.front().r2, results.back().r2);
  };
  train_and_show("dense network, 64 and 32 units", 30, [] { return std::vector<Layer>{Flatten{}, Dense{64, {.activation = relu}}, Dropout{.1}, Dense{32, {.activation = relu}}}; });
  train_and_show("LSTM of 32 units", 15, [] { return std::vector<Layer>{LSTM{32}, Dense{32, {.activation = relu}}}; });
  std::printf("\n%.1f s. Days off are what the line through 30 days does not know; most of what a network gains is the calendar.\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& e) {
  std::fprintf(stderr, "power: %s\n", e.what());
  return e.kind() == ErrorKind::not_found ? 2 : 1;
}
