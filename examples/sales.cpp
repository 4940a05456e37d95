// What comes next, in months and in hours? Passengers of an airline a year ahead, and the oil temperature of a transformer a day and four days ahead: the
// forecaster that `candor train --horizon` uses, trained with several seeds, beside rules that everybody can follow.
//   sales [SEEDS]     5 when not given; the median of that many is shown, with the smallest and the largest
// Data: timeseries/airline-passengers.csv, timeseries/ETTh1.csv. Ends with 2 when they are not there.
#include <candor/candid/series/assess_forecast.h>
#include <candor/candor.h>
#include <candor/data/series/windows.h>
#include <candor/data/table/read_table.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace candor;

struct Question {
  const char *file, *column;
  std::int64_t horizon, window;  // window 0: chosen
  double test;
  std::int64_t rows;             // the last so many; 0: all
};

void answer(const Question& q, int seeds) {
  const auto start = std::chrono::steady_clock::now();
  data::Series series = data::make_series(data::read_table(q.file), {.values = {q.column}});
  if (q.rows) series = series.slice(series.rows() - q.rows, series.rows());
  const double border = data::split_by_time(data::make_windows(series, {.window = 1, .horizon = 1}), q.test).border;

  std::vector<std::pair<double, candid::ForecastAssessment>> results;
  for (int seed = 0; seed < seeds; ++seed) {
    const candid::Forecaster f = candid::Forecaster::fit(series, border, {.target = q.column, .horizon = q.horizon, .window = q.window, .seed = static_cast<std::uint64_t>(seed)});
    const data::TimeSplit parts = data::split_at(data::make_windows(series, f.windows()), border);
    const candid::ForecastAssessment judged = candid::assess_forecast(series, f, parts.train, parts.test, static_cast<std::uint64_t>(seed));
    results.emplace_back(judged.score.value, judged);
    if (seed == 0) {
      std::printf("%s, %lld steps of %s ahead, tested from %s on (%lld windows)\n", q.column, static_cast<long long>(q.horizon), series.step.text().c_str(), series.time_text(border).c_str(), static_cast<long long>(parts.test.size()));
      for (const std::string& choice : f.choices()) std::printf("  %s\n", choice.c_str());
    }
  }
  std::sort(results.begin(), results.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const candid::ForecastAssessment& median = results[results.size() / 2].second;
  const auto line = [](const std::string& name, double value, const candid::Interval& interval, double error) {
    std::printf("  %-22s R2 %6.3f  [%6.3f, %6.3f]  error %8.2f\n", name.c_str(), value, interval.low, interval.high, error);
  };
  for (std::size_t i = 0; i < median.baselines.size(); ++i) line(median.baselines[i].name, median.baselines[i].value, median.baselines[i].interval, median.baseline_errors[i]);
  line("forecaster", median.score.value, median.score.interval, median.score.mean_absolute_error);
  std::printf("  %d seeds: %.3f to %.3f; 95 %% intervals held %.0f %%; %.1f s\n", seeds, results.front().first, results.back().first, 100 * median.coverage,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  for (const candid::Finding& finding : median.findings) std::printf("  %s: %s\n", finding.id.c_str(), finding.message.c_str());
  std::printf("\n");
}

int main(int argc, char** argv) try {
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  answer({"timeseries/airline-passengers.csv", "Passengers", 12, 0, .25, 0}, seeds);
  answer({"timeseries/ETTh1.csv", "OT", 24, 48, .2, 6000}, seeds);
  answer({"timeseries/ETTh1.csv", "OT", 96, 96, .2, 6000}, seeds);
} catch (const Error& e) {
  std::fprintf(stderr, "sales: %s\n", e.what());
  return e.kind() == ErrorKind::not_found ? 2 : 1;
}
