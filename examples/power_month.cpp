// How much power does Germany use on each of the next 30 days? An encoder reads the last 30 days into a state, a decoder tells the next 30 from it, a day
// at a time, with the calendar of each day beside it. Trained on 2006 to 2015, the last third of 2015 picks the epoch, tested on 2016 and 2017.
//   power_month [SEEDS]     5 when not given; the median of that many is shown, with the smallest and the largest
// Data: timeseries/opsd_germany_daily.csv (Open Power System Data). Ends with 2 when it is not there.
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

constexpr std::int64_t days = 30;

/// A window's days with their calendar, and the calendar of the days that are asked: two inputs.
struct Pairs {
  Tensor past, ahead, y;
};
Pairs pairs_of(const data::Series& power, const data::Windows& windows, const data::Calendar& calendar, double mean, double deviation) {
  std::vector<float> past, ahead, y;
  for (const std::int64_t row : windows.rows) {
    for (std::int64_t d = -days; d < days; ++d) {
      const auto at = static_cast<std::size_t>(row + d);
      const auto value = static_cast<float>((power.values[0][at] - mean) / deviation);
      if (d < 0) past.push_back(value);
      else y.push_back(value);
      calendar.append(power.times[at], d < 0 ? past : ahead);
    }
  }
  const std::int64_t n = windows.size(), c = calendar.size();
  return {Tensor::from(past, {n, days, c + 1}), Tensor::from(ahead, {n, days, c}), Tensor::from(y, {n, days})};
}

Model encoder_decoder(std::int64_t columns) {
  const Symbol past = Input({days, columns + 1}), ahead = Input({days, columns});
  const Symbol state = LSTM{48}(past);
  const Symbol steps = Concatenate{}({RepeatVector{days}(state), ahead});
  const Symbol told = LSTM{48, {.return_sequences = true}}(steps);
  return Model{{past, ahead}, {Reshape{{days}}(Dense{1}(Dense{32, {.activation = relu}}(Concatenate{}({told, ahead}))))}};
}

void show(const std::string& name, const std::vector<float>& truth, const std::vector<float>& said) {
  const candid::Interval interval = candid::block_bootstrap_r2(truth, said, days, {.block = 30});
  double last = 0;
  for (std::size_t i = days - 1; i < truth.size(); i += days) last += std::abs(static_cast<double>(said[i]) - static_cast<double>(truth[i])) * days / static_cast<double>(truth.size());
  std::printf("%-30s %6.3f  [%.3f, %.3f] %8.1f %14.1f\n", name.c_str(), candid::r2(truth, said), interval.low, interval.high, candid::mean_absolute_error(truth, said), last);
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::Series power = data::make_series(data::read_table("timeseries/opsd_germany_daily.csv"), {.values = {"Consumption"}});
  const data::Windows windows = data::make_windows(power, {.window = days, .horizon = days});
  const data::TimeSplit parts = data::split_at(windows, data::to_seconds({.year = 2016}));
  const data::TimeSplit inner = data::split_at(parts.train, data::to_seconds({.year = 2015, .month = 9}));

  double mean = 0, deviation = 0, n = 0;
  for (std::int64_t row = 0; row < parts.test.rows.front(); ++row) mean += power.values[0][static_cast<std::size_t>(row)], ++n;
  mean /= n;
  for (std::int64_t row = 0; row < parts.test.rows.front(); ++row) deviation += std::pow(power.values[0][static_cast<std::size_t>(row)] - mean, 2) / n;
  deviation = std::sqrt(deviation);
  const data::Calendar calendar{{.weekday = true, .year_waves = 4, .special_days = data::holidays("DE")}};
  const Pairs train = pairs_of(power, inner.train, calendar, mean, deviation), check = pairs_of(power, inner.test, calendar, mean, deviation), test = pairs_of(power, parts.test, calendar, mean, deviation);

  const std::vector<float> truth = parts.test.data.targets.to_vector();
  std::printf("%lld windows to learn from, %lld to test (2016, 2017); GWh a day\n\n%-30s %6s  %-16s %8s %14s\n", static_cast<long long>(inner.train.size()), static_cast<long long>(parts.test.size()), "", "R2", "95 % interval", "error",
              "of the last day");
  for (const candid::ForecastBaseline& rule : candid::forecast_baselines(power, "Consumption", parts.train, parts.test, {.season = 7, .window = days})) show(rule.name, truth, rule.predictions);
  for (const candid::ForecastBaseline& rule : candid::forecast_baselines(power, "Consumption", parts.train, parts.test, {.season = 364, .window = days, .seconds = 1})) {
    if (rule.name == "seasonal naive") show("52 weeks before", truth, rule.predictions);
  }

  std::vector<std::pair<double, std::vector<float>>> results;
  for (int seed = 0; seed < seeds; ++seed) {
    set_random_seed(static_cast<std::uint64_t>(seed));
    const Model model = encoder_decoder(calendar.size());
    constexpr int epochs = 16;
    const double steps = std::ceil(static_cast<double>(inner.train.size()) / 64) * epochs;
    model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{CosineDecay{.initial_learning_rate = .004, .decay_steps = steps, .alpha = .02}}});
    model.fit(std::vector<Tensor>{train.past, train.ahead}, std::vector<Tensor>{train.y},
              {.epochs = epochs, .batch_size = 64, .validation_data = {{check.past, check.ahead}, {check.y}}, .seed = static_cast<std::uint64_t>(seed),
               .callbacks = {EarlyStopping{.patience = 6, .restore_best_weights = true}}, .verbose = 0});
    std::vector<float> said = model.predict(std::vector<Tensor>{test.past, test.ahead}, {}).front().to_vector();
    for (float& v : said) v = static_cast<float>(static_cast<double>(v) * deviation + mean);
    results.emplace_back(candid::r2(truth, said), said);
  }
  std::sort(results.begin(), results.end());
  const std::vector<float>& median = results[results.size() / 2].second;
  show("encoder and decoder", truth, median);
  std::printf("%-30s %d seeds: %.3f to %.3f\n", "", seeds, results.front().first, results.back().first);
  std::printf("\n%.1f s. The 30-lag line and the seasonal rules do not know the days off of the month to come; the decoder is told.\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& e) {
  std::fprintf(stderr, "power_month: %s\n", e.what());
  return e.kind() == ErrorKind::not_found ? 2 : 1;
}
